//go:build unix

package pipeline

import (
	"syscall"
	"time"
)

// processorTime is what the process used so far; 0 if that can't be told.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
