package main

import "syscall"

// groupWithParent puts a process in a group of its own, out of reach of the terminal's Ctrl-C, and lets the kernel kill
// it when this program dies, however that happens.
func groupWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
