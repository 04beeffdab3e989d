package subject

import (
	"fmt"
	"strings"
	"time"
)

// The checks of what stands in messages. None of their errors shows the value: somebody may have put an identifier where
// none belongs.

func versionError(v int) error {
	if v != messageVersion {
		return fmt.Errorf("version %d is not known, %d is: another version of this program wrote it", v, messageVersion)
	}
	return nil
}

func kindError(k Kind, consent string, before time.Time, lifted bool) error {
	switch k {
	case Erase, Object, Restrict, Withdraw:
	default:
		return fmt.Errorf("kind is none of %s, %s, %s, %s", Erase, Object, Restrict, Withdraw)
	}
	switch {
	case k == Withdraw && !isConsent(consent), k != Withdraw && consent != "":
		return fmt.Errorf("a consent belongs to %s: %q for all, or up to 64 of a-z, 0-9, _ and -", Withdraw, AllConsents)
	case (k == Erase && !lifted) != !before.IsZero():
		return fmt.Errorf("a time belongs to %s", Erase)
	case before.Year() > 9999 || !before.IsZero() && before.Year() < 1970:
		return fmt.Errorf("the time of %s is not after 1970", Erase)
	}
	return nil
}

func isConsent(s string) bool {
	return s == AllConsents || s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func lengthError(what, s string, most int) error {
	if s == "" || len(s) > most {
		return fmt.Errorf("%s is empty or longer than %d bytes", what, most)
	}
	return nil
}

func sizeError(what string, n int) error {
	if n > listMax {
		return fmt.Errorf("%d %s are more than %d", n, what, listMax)
	}
	return nil
}

// wordError allows what names of people and tickets are made of, and no "@": an e-mail address is an identifier.
func wordError(what, s string) error {
	for _, c := range s {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("._:#-", c)) {
			return fmt.Errorf("%s has other characters than letters, digits and ._:#-", what)
		}
	}
	return lengthError(what, s, wordMax)
}

// basisError allows a citation of a law: "DPDP Rules 2025, Rule 8(3)".
func basisError(what, s string) error {
	for _, c := range s {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune(" .,:;()§/-", c)) {
			return fmt.Errorf("%s has other characters than letters, digits, spaces and .,:;()§/-", what)
		}
	}
	return lengthError(what, s, wordMax)
}

func optional(check func(what, s string) error, what, s string) error {
	if s == "" {
		return nil
	}
	return check(what, s)
}
