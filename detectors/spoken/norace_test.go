//go:build !race

package spoken

const underRace = false
