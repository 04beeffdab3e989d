package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says what the first Size entries of a log are. Signed, it is a note in the C2SP tlog-checkpoint format: origin, size
// and root on a line each, then "time <time>".
type Checkpoint struct {
	Origin string // <name of the key>/<name of the log, if it has one>/<id of the log>
	Size   uint64
	Root   tlog.Hash
	Time   time.Time
}

const timePrefix = "time "

// sign gives the checkpoint as a signed note.
func (c Checkpoint) sign(k Key) ([]byte, error) {
	text := fmt.Appendf(nil, "%s\n%d\n%s\n%s", c.Origin, c.Size, c.Root, timePrefix)
	text = append(appendTime(text, c.Time), '\n')
	signed, err := note.Sign(&note.Note{Text: string(text)}, k.signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

var errCheckpoint = errors.New("is not a checkpoint signed by this key")

// ParseCheckpoint reads a signed checkpoint. Further signatures on it, of witnesses, are not looked at.
func ParseCheckpoint(signed []byte, v note.Verifier) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, errCheckpoint
	}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(lines) < 3 {
		return Checkpoint{}, errCheckpoint
	}
	c := Checkpoint{Origin: lines[0]}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, errCheckpoint
	}
	c.Size = uint64(size)
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Checkpoint{}, errCheckpoint
	}
	for _, line := range lines[3:] {
		if s, ok := strings.CutPrefix(line, timePrefix); ok {
			c.Time, _ = time.Parse(time.RFC3339, s) // it is signed: what else stands there is no reason to refuse it
		}
	}
	return c, nil
}

// stem is the origin without the id: what the log that continues one after damage has in common with it.
func stem(origin string) string { return origin[:strings.LastIndexByte(origin, '/')+1] }

// noteMax is the most that one signed checkpoint may take; ours take 300 bytes.
const noteMax = 16 << 10

const signatureMark = "— "

// notes reads signed notes that stand one after the other, with or without empty lines between them.
type notes struct {
	r    *bufio.Reader
	held []byte // a line that was read and belongs to the next note
}

// next gives the next whole note, or io.EOF when there is none; what is left then, if anything, is a torn one.
func (s *notes) next() ([]byte, error) {
	var signed []byte
	signatures := 0
	for {
		line := s.held
		s.held = nil
		if line == nil {
			var err error
			if line, err = s.r.ReadBytes('\n'); errors.Is(err, io.EOF) && signatures > 0 {
				return signed, nil
			} else if err != nil {
				return nil, err
			}
		}
		signature := bytes.HasPrefix(line, []byte(signatureMark))
		if signatures > 0 && !signature {
			s.held = line
			return signed, nil
		}
		if len(signed) == 0 && len(line) == 1 {
			continue
		}
		if signed = append(signed, line...); len(signed) > noteMax {
			return nil, errCheckpoint
		}
		if signature {
			signatures++
		}
	}
}

// readNotes calls f for each whole note.
func readNotes(r io.Reader, f func(signed []byte) error) error {
	s := notes{r: bufio.NewReader(r)}
	for {
		signed, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(signed)
		}
		if err != nil {
			return err
		}
	}
}
