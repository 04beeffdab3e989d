// Package codec turns bytes into fields and back.
package codec
