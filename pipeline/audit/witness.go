package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WitnessFile gives a function for Config.Publish that appends checkpoints to a file: on a disk that this host can only append to,
// or that is copied away often.
func WitnessFile(name string) func(context.Context, []byte) error {
	return func(_ context.Context, signed []byte) (err error) {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return fmt.Errorf("publish checkpoint: %w", err)
		}
		// It begins with an empty line, so that a torn one before it spoils nothing but itself.
		_, err = f.Write(append([]byte("\n"), signed...))
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("publish checkpoint: %w", err)
		}
		return syncDir(filepath.Dir(name))
	}
}

// witnessTail holds a thousand checkpoints: several logs may have theirs in one file.
const witnessTail = 256 << 10

// ReadWitness gives the last checkpoints of a witness file, for Config.Known. A file that isn't there holds none.
func ReadWitness(name string) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read witness: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read witness: %w", err)
	}
	from := max(0, info.Size()-witnessTail)
	text, err := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from))
	if err != nil {
		return nil, fmt.Errorf("read witness: %w", err)
	}
	if from > 0 { // what is left of a checkpoint that begins earlier goes
		_, text, _ = bytes.Cut(text, []byte("\n"+signatureMark))
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text, nil
}
