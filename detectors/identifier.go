package detectors

import (
	"fmt"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// identifier is one kind of number that is known by its form: how it is written, what its issuer fixes, and the words
// people put beside it. The files of the countries list theirs; the catalogue lists the files. Everything that is found
// by form is found by the code in this file and in form.go: a new identifier is data and a check.
type identifier struct {
	// name is the type's name, as records and policies show it: "ES_NIF". Several identifiers may share one.
	name string
	// authority is who issues it and the text that fixes the form: "Agencia Tributaria, Orden EHA/451/2008".
	authority string
	// digit names the check digit, for the documentation: "Luhn", "ISO 7064 MOD 11,10", "mod 23 letter"; "none".
	digit string
	// forms are the ways it is written, separated by "|". A 9 stands for a digit, A for a letter, X for either,
	// digits up to 8 and small letters for themselves. A space is a place where people set groups apart, with a space, dash,
	// dot, slash or plus or with nothing: "99 999 999 999", "A9999999 A|99999999 A", "atu99999999".
	forms string
	// check says whether the check digit fits and whatever else the issuer fixes (ranges, a date inside). It gets the
	// form's characters without separators, letters as capitals. nil if there is nothing to check.
	check func(c []byte) bool
	// words are the words and phrases beside it, in any case, separated by commas: "dni, número de identidad". They
	// count with the distance, before and after it, in a field's name, and in the question before.
	words string
	// alone is the score, without any word, of what fits in form and check; broken, of what has the form only. Words add
	// 0.4 right beside, 0.3 within six, 0.15 within twelve; 0.5 is found. As a rule: above 0.9 where nothing else looks
	// like it (a codice fiscale); 0.7 for letters and digits with a check digit; 0.45 for 9 to 12 digits with a check
	// digit, which are found anyway, so that a phone number (0.55 and more) keeps its label; at most 0.3 for what has no
	// check digit or is shorter than 9. A broken check digit never takes a number with words beside it below 0.5.
	alone, broken float32
	// examples are numbers that fit, separated by spaces, written without separators: published examples and test
	// numbers, or made up; never a real person's.
	examples string
	// weak says that the check lets some single wrong digits pass, as mod 11 with a substitute for 10 does, or that
	// parts of the number are outside it.
	weak bool
}

// formMax is the longest form, in characters.
const formMax = 40

// form is one way of writing an identifier, compiled. Bit k of a mask is about character k.
type form struct {
	text    string
	n       int
	letters uint64   // must be a letter
	digits  uint64   // must be a digit
	breaks  uint64   // a separator may stand before it
	fixed   []fixing // characters that stand for themselves
}

type fixing struct {
	at int
	c  byte // a digit or capital
}

// compileForms reads the alternatives of identifier.forms.
func compileForms(forms string) (all []form, err error) {
	for text := range strings.SplitSeq(forms, "|") {
		f := form{text: text}
		for i := range len(text) {
			if f.n >= formMax {
				return nil, fmt.Errorf("compile form %q: longer than %d characters", text, formMax)
			}
			bit := uint64(1) << f.n
			switch c := text[i]; {
			case c == ' ':
				f.breaks |= bit
				continue
			case c == '9':
				f.digits |= bit
			case c == 'A':
				f.letters |= bit
			case c >= '0' && c <= '8':
				f.digits |= bit
				f.fixed = append(f.fixed, fixing{f.n, c})
			case c >= 'a' && c <= 'z':
				f.letters |= bit
				f.fixed = append(f.fixed, fixing{f.n, c &^ 0x20})
			case c != 'X':
				return nil, fmt.Errorf("compile form %q: unknown character %q", text, c)
			}
			f.n++
		}
		if f.n < 4 {
			return nil, fmt.Errorf("compile form %q: shorter than 4 characters", text)
		}
		all = append(all, f)
	}
	return all, nil
}

// fits says whether c, capitals and digits, has the form. letters has a bit for each letter of c.
func (f *form) fits(c []byte, letters uint64) bool {
	if len(c) != f.n || letters&f.letters != f.letters || letters&f.digits != 0 {
		return false
	}
	for _, x := range f.fixed {
		if c[x.at] != x.c {
			return false
		}
	}
	return true
}

// lettersOf has a bit for each letter among the first 64 characters.
func lettersOf(c []byte) (mask uint64) {
	for i, b := range c {
		if scan.IsLetter(b) {
			mask |= 1 << i
		}
	}
	return mask
}
