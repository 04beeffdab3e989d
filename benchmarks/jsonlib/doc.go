// Package jsonlib compares ways to rewrite JSON. It is a module of its own, so that what it compares with is no
// dependency of the program.
package jsonlib
