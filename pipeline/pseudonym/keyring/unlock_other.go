//go:build !unix

package keyring

import "os"

// unlock leaves the lock to the end of the process.
func unlock(*os.File) {}
