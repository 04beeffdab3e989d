//go:build !unix

package reveal

import "errors"

// lock fails: without one, two processes could each use up the whole limit.
func lock(string) (unlock func(), err error) {
	return nil, errors.New("this operating system has no lock that ends with its process")
}
