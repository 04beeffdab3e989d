package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Read calls f with each entry from number from on. It checks their form only: Verify tells whether they are genuine. A line that a
// writer has not finished ends it.
func Read(dir string, from uint64, f func(Entry) error) error {
	all, err := listSegments(dir)
	if err != nil {
		return fmt.Errorf("read audit log %s: %w", dir, err)
	}
	for i := max(0, segmentOf(all, from)); i < len(all); i++ {
		err := eachLine(filepath.Join(dir, all[i].name), func(line []byte, at int64, whole bool) error {
			if !whole {
				return nil
			}
			e, err := ParseEntry(line)
			if err != nil {
				return fmt.Errorf("read audit log: %s, byte %d: %w", all[i].name, at, err)
			}
			if e.Seq < from {
				return nil
			}
			return f(e)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachLine calls f with each line of a file, without its newline, and where it begins. A line without a newline, or longer than an
// entry can be, is not whole; the rest of an overlong one comes as further lines.
func eachLine(name string, f func(line []byte, at int64, whole bool) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	r := bufio.NewReaderSize(file, 2*lineMax)
	for at := int64(0); ; {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if len(line) == 0 {
			return nil
		}
		if err := f(bytes.TrimSuffix(line, []byte("\n")), at, err == nil); err != nil {
			return err
		}
		at += int64(len(line))
	}
}
