// Package benchmarks measures the whole pipeline: beside a plain copy loop with the same client and broker, and the engine alone.
// The README has the method, its bias, and the figures.
package benchmarks
