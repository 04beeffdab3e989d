//go:build unix && !linux

package main

import "syscall"

// groupWithParent puts a process in a group of its own, out of reach of the terminal's Ctrl-C. Only Linux can also tie
// it to the life of this program.
func groupWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
