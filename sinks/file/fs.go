package file

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// filesystem is what the sink asks of a disk. Tests put faults behind it.
type filesystem interface {
	// MkdirAll makes a directory and what is missing above it, durably.
	MkdirAll(dir string) error
	// Create makes a file that must not exist.
	Create(name string) (file, error)
	Rename(from, to string) error
	Remove(name string) error
	// ReadDir gives the names in dir.
	ReadDir(dir string) ([]string, error)
	// SyncDir makes creations, renames and removals in dir durable.
	SyncDir(dir string) error
	// Stat says what a name is. A link is not followed.
	Stat(name string) (stat, error)
	// SetTime says when a file was last modified.
	SetTime(name string, t time.Time) error
}

// stat is what the sink asks of a name in a directory.
type stat struct {
	modified     time.Time
	size         int64
	regular, dir bool
}

type file interface {
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// disk is the operating system's. Only the owner may read what it creates.
type disk struct{}

func (disk) Rename(from, to string) error { return os.Rename(from, to) }
func (disk) Remove(name string) error     { return os.Remove(name) }
func (disk) Create(name string) (file, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (d disk) MkdirAll(dir string) error {
	_, err := os.Stat(dir)
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if err := d.MkdirAll(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return d.SyncDir(parent)
}

func (disk) ReadDir(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(-1)
	return names, errors.Join(err, d.Close())
}

func (disk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (disk) Stat(name string) (stat, error) {
	i, err := os.Lstat(name)
	if err != nil {
		return stat{}, err
	}
	return stat{i.ModTime(), i.Size(), i.Mode().IsRegular(), i.IsDir()}, nil
}

func (disk) SetTime(name string, t time.Time) error { return os.Chtimes(name, time.Time{}, t) }

// check tests that a file can be made durable in dir.
func check(fs filesystem, dir string) error {
	name := ".check-" + rand.Text() + partExtension
	err := fs.MkdirAll(dir)
	if err == nil {
		err = writeDurably(fs, dir, name, []byte("\n"))
	}
	if err == nil {
		err = fs.Remove(filepath.Join(dir, name))
	}
	if err != nil {
		return fmt.Errorf("check directory: %w", err)
	}
	return nil
}

// writeDurably makes a file of this content in dir, or replaces one: either all of it is there or nothing.
func writeDurably(fs filesystem, dir, name string, content []byte) error {
	part := filepath.Join(dir, "."+name+"."+rand.Text()[:partRandom]+partExtension)
	f, err := fs.Create(part)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(content, 0)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = fs.Rename(part, filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, fs.Remove(part))
	}
	return fs.SyncDir(dir)
}
