// Package pseudonym makes aliases and tokens.
package pseudonym
