//go:build !race

package detectors

const underRace = false
