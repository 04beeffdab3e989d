// Package policy decides what may leave.
package policy
