//go:build unix

package keyring

import (
	"os"
	"syscall"
)

// unlock gives up the lock of a file that bbolt left open. Closing it is not enough: a mapping of the file, which is left too, keeps the
// lock.
func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
