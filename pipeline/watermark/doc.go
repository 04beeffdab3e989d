// Package watermark keeps the highest offset with nothing unacknowledged below it.
package watermark
