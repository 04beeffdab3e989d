//go:build race

package pipeline

// underRace says that the race detector watches: what takes long may be done less often.
const underRace = true
