//go:build race

package spoken

// underRace says that the race detector watches: what has no concurrency in it and takes long may be left to other runs.
const underRace = true
