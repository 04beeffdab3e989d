// Package file is the sink that writes rolling NDJSON files, and the quarantine that is a directory.
//
// A file holds a fixed range of one lane's offsets and is named for it, so that a run after a crash writes the same files
// again in place of the old ones.
package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
)

// The compressions.
const (
	CompressionNone = "none"
	CompressionGzip = "gzip"
	CompressionZstd = "zstd"
)

const (
	extension     = ".ndjson"
	partExtension = ".part"
	partRandom    = 8  // letters, so that nobody finishes the file of another
	offsetDigits  = 20 // an int64 always fits, so names sort as their offsets do
	maxStem       = 140
	stemHash      = 8 // bytes
)

// Config says where files go and when one ends. How old an unfinished file may grow is the engine's business: it calls
// Flush.
type Config struct {
	// Dir is the directory; each topic gets one in it. Files are readable by their owner only.
	Dir string
	// Compression is none, gzip or zstd.
	Compression string
	// MaxRecords is the size of the offset range of a file: none crosses a multiple of it. Choose a multiple of the
	// source's cut, so that files begin where batches begin.
	MaxRecords int64
	// MaxBytes ends a file early: with the batch that brings it to this size or beyond, as written (compressed).
	MaxBytes int64
}

// DefaultConfig is zstd, 100,000 offsets and 256 MiB a file. Dir must be set.
func DefaultConfig() Config {
	return Config{Compression: CompressionZstd, MaxRecords: 100_000, MaxBytes: 256 << 20}
}

// Validate reports the first setting that can't work.
func (c Config) Validate() error {
	switch {
	case c.Dir == "":
		return errors.New("dir: a directory is needed")
	case !slices.Contains([]string{CompressionNone, CompressionGzip, CompressionZstd}, c.Compression):
		return fmt.Errorf("compression: %q is none of none, gzip, zstd", c.Compression)
	case c.MaxRecords < 1:
		return fmt.Errorf("max_records: %d is not positive", c.MaxRecords)
	case c.MaxBytes < 1:
		return fmt.Errorf("max_bytes: %d is not positive", c.MaxBytes)
	}
	return nil
}

// Sink writes rolling files. Use New.
type Sink struct {
	cfg     Config
	fs      filesystem
	encoder *encoder
	now     func() time.Time
}

// New gives a sink. It does not touch the disk: that is for Check and Open.
func New(cfg Config) (*Sink, error) { return newSink(cfg, disk{}) }

func newSink(cfg Config, fs filesystem) (*Sink, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure file sink: %w", err)
	}
	e, err := newEncoder(cfg.Compression)
	if err != nil {
		return nil, fmt.Errorf("configure file sink: %w", err)
	}
	return &Sink{cfg: cfg, fs: fs, encoder: e, now: time.Now}, nil
}

// Check tests that a file can be made durable in the directory.
func (s *Sink) Check(context.Context) error { return check(s.fs, s.cfg.Dir) }

// Close releases the encoders.
func (s *Sink) Close() error { return s.encoder.close() }

// Open starts a lane: unfinished files of an earlier run are removed. Finished files at or beyond from were never
// acknowledged, but they stay until new ones have taken their place: until then they are all that a reader has.
func (s *Sink) Open(id pipeline.LaneID, from int64) (pipeline.Writer, error) {
	w := &writer{
		sink:    s,
		id:      id,
		dir:     filepath.Join(s.cfg.Dir, stem(id.Topic)),
		prefix:  stem(id.Topic) + "-" + strconv.Itoa(int(id.Partition)) + "-",
		durable: from,
		next:    from,
	}
	if err := s.open(w, from); err != nil {
		return nil, w.errorf("open", err)
	}
	return w, nil
}

func (s *Sink) open(w *writer, from int64) error {
	if err := s.fs.MkdirAll(w.dir); err != nil {
		return err
	}
	if err := s.fs.SyncDir(s.cfg.Dir); err != nil {
		return err
	}
	names, err := s.fs.ReadDir(w.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, "."+w.prefix) && strings.HasSuffix(name, partExtension) {
			if err := s.fs.Remove(filepath.Join(w.dir, name)); err != nil {
				return err
			}
		}
		if first, ok := parseName(name, w.prefix); ok && first >= from {
			w.older = append(w.older, older{first, name})
		}
	}
	slices.SortFunc(w.older, func(a, b older) int { return strings.Compare(a.name, b.name) })
	return nil
}

// parseName gives the first offset of a finished file.
func parseName(name, prefix string) (first int64, ok bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || len(rest) < offsetDigits {
		return 0, false
	}
	switch rest[offsetDigits:] {
	case extension, extension + ".gz", extension + ".zst":
	default:
		return 0, false
	}
	first, err := strconv.ParseInt(rest[:offsetDigits], 10, 64)
	return first, err == nil && first >= 0 && rest[0] != '+'
}

// isStem tells whether names of some topic begin so.
func isStem(s string) bool {
	clean, sum, hashed := strings.Cut(s, "~")
	if hashed {
		raw, err := hex.DecodeString(sum)
		return err == nil && len(raw) == stemHash && len(clean) <= maxStem
	}
	return s == stem(s)
}

// stem is what names of a topic begin with: the topic, where it is a legal one that is short enough and not hidden. Any
// other becomes one of its own that can't be a legal topic's, nor leave the directory.
func stem(topic string) string {
	legal := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '_'
	}
	s := strings.TrimLeft(strings.Map(legal, topic), ".")
	if s == topic && s != "" && len(s) <= maxStem {
		return s
	}
	sum := sha256.Sum256([]byte(topic))
	return s[:min(len(s), maxStem)] + "~" + hex.EncodeToString(sum[:stemHash])
}
