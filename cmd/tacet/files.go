package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/spf13/cobra"
)

// readBytes is how much of an input is read at once, and so about the size of a batch.
const readBytes = 256 << 10

// input is a file, or standard input, with compression taken off. The magic bytes decide, not the name: a pipe has none.
type input struct {
	*bufio.Reader
	name   string
	read   *atomic.Int64 // bytes read, as they lie in the file
	closes []func() error
}

// eachInput opens the named files one after the other, "-" or no name at all being standard input, and calls f.
func eachInput(cmd *cobra.Command, names []string, read *atomic.Int64, f func(*input) error) error {
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, name := range names {
		in, err := openInput(cmd.InOrStdin(), name, read)
		if err != nil {
			return err
		}
		if err := errors.Join(f(in), in.close()); err != nil {
			return err
		}
	}
	return nil
}

func openInput(stdin io.Reader, name string, read *atomic.Int64) (*input, error) {
	in := &input{name: name, read: read}
	raw := stdin
	if name == "-" {
		in.name = "standard input"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		raw = f
		in.closes = append(in.closes, f.Close)
	}
	in.Reader = bufio.NewReaderSize(countingReader{raw, read}, readBytes)
	switch {
	case in.begins("\x1f\x8b"):
		z, err := gzip.NewReader(in.Reader)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("read %s: %w", in.name, err), in.close())
		}
		in.closes = append(in.closes, z.Close)
		in.Reader = bufio.NewReaderSize(z, readBytes)
	case in.begins("\x28\xb5\x2f\xfd"):
		z, err := zstd.NewReader(in.Reader, zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("read %s: %w", in.name, err), in.close())
		}
		in.closes = append(in.closes, func() error { z.Close(); return nil })
		in.Reader = bufio.NewReaderSize(z, readBytes)
	}
	return in, nil
}

// begins tells whether the input begins with magic. It waits for no more bytes than it takes to say no.
func (in *input) begins(magic string) bool {
	for n := 1; n <= len(magic); n++ {
		if head, err := in.Peek(n); err != nil || string(head) != magic[:n] {
			return false
		}
	}
	return true
}

func (in *input) close() error {
	var errs []error
	for i := len(in.closes) - 1; i >= 0; i-- {
		errs = append(errs, in.closes[i]())
	}
	return errors.Join(errs...)
}

type countingReader struct {
	r io.Reader
	n *atomic.Int64
}

func (c countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// line appends the next line to dst, without its line feed, and tells whether it had one. What is longer than limit is
// read over and left out beyond limit+1 bytes, so that whoever checks the length sees that it is too long. The error is
// io.EOF only when there is no further line.
func (in *input) line(dst []byte, limit int) (line []byte, ended bool, err error) {
	start := len(dst)
	for {
		part, err := in.ReadSlice('\n')
		ended = err == nil
		if ended {
			part = part[:len(part)-1]
		}
		if room := start + limit + 1 - len(dst); len(part) > room {
			part = part[:room]
			dst = append(dst, part...)
		} else {
			dst = append(dst, part...)
		}
		switch {
		case ended:
			return dst, true, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(dst) > start:
			return dst, false, nil
		case errors.Is(err, io.EOF):
			return dst, false, io.EOF
		default:
			return dst, false, fmt.Errorf("read %s: %w", in.name, err)
		}
	}
}

// lineReady tells whether the next line can be had without waiting for more input.
func (in *input) lineReady() bool {
	b, _ := in.Peek(in.Buffered())
	return bytes.IndexByte(b, '\n') >= 0
}

// output is standard output, or a file that appears under its name only when it is complete, so that a failed run leaves
// no half of one.
type output struct {
	io.Writer
	file   *os.File
	name   string
	closes []func() error
}

// createFile begins a file whose name says nothing of what is in it.
func createFile(name string) (*output, error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return nil, err
	}
	return &output{Writer: f, file: f, name: name}, nil
}

// createOutput begins what a command was told to write. A name that ends in .gz or .zst compresses.
func createOutput(stdout io.Writer, name string) (*output, error) {
	if name == "" || name == "-" {
		return &output{Writer: stdout}, nil
	}
	o, err := createFile(name)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(name, ".gz"):
		z := gzip.NewWriter(o.file)
		o.Writer, o.closes = z, append(o.closes, z.Close)
	case strings.HasSuffix(name, ".zst"):
		z, err := zstd.NewWriter(o.file)
		if err != nil {
			o.discard()
			return nil, err
		}
		o.Writer, o.closes = z, append(o.closes, z.Close)
	}
	return o, nil
}

// finish makes a file durable and gives it its name.
func (o *output) finish() error {
	if o.file == nil {
		return nil
	}
	var errs []error
	for _, c := range o.closes {
		errs = append(errs, c())
	}
	errs = append(errs, o.file.Sync(), o.file.Close())
	if err := errors.Join(errs...); err != nil {
		_ = os.Remove(o.file.Name())
		return fmt.Errorf("write %s: %w", o.name, err)
	}
	return os.Rename(o.file.Name(), o.name)
}

func (o *output) discard() {
	if o.file != nil {
		_ = o.file.Close()
		_ = os.Remove(o.file.Name())
	}
}
