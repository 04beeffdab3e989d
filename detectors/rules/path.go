package rules

import (
	"errors"
	"strings"
	"unicode"
)

// glob is a pattern for paths of fields: keys joined by dots. In a key * stands for any characters; the key ** stands for
// any keys, also none. Places in lists, [] or [3], are left out on both sides.
type glob []string

func parseGlob(s string) (glob, error) {
	if strings.TrimSpace(s) == "" {
		return nil, errors.New("is empty")
	}
	var g glob
	for key := range strings.SplitSeq(s, ".") {
		key = cutIndex(key)
		if key == "" {
			return nil, errors.New("has an empty key: write keys joined by dots, with * inside a key and ** for any keys")
		}
		if strings.Contains(key, "**") && key != "**" {
			return nil, errors.New("has ** inside a key: ** is a key of its own")
		}
		g = append(g, key)
	}
	return g, nil
}

// cutIndex takes "[…]" off the end of a key.
func cutIndex(key string) string {
	for strings.HasSuffix(key, "]") {
		i := strings.LastIndexByte(key, '[')
		if i < 0 {
			break
		}
		key = key[:i]
	}
	return key
}

// matches says whether path fits. Its cost is bounded by the product of the lengths: only the last star is gone back to.
func (g glob) matches(path []byte) bool {
	at, rest := 0, path
	starAt, starRest := -1, []byte(nil)
	for {
		if at < len(g) && g[at] == "**" {
			starAt, starRest = at, rest
			at++
			continue
		}
		if len(rest) == 0 {
			if at == len(g) {
				return true
			}
			return false // a later ** would have been taken above, and going back leaves no more keys than now
		}
		key, after := cutKey(rest)
		if at < len(g) && keyMatches(g[at], key) {
			at, rest = at+1, after
			continue
		}
		if starAt < 0 {
			return false
		}
		_, starRest = cutKey(starRest)
		at, rest = starAt+1, starRest
	}
}

// cutKey takes the first key off a path. A backslash keeps a dot in its key.
func cutKey(path []byte) (key, rest []byte) {
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '\\':
			i++
		case '.':
			return cutIndexBytes(path[:i]), path[i+1:]
		}
	}
	return cutIndexBytes(path), nil
}

func cutIndexBytes(key []byte) []byte {
	for n := len(key); n > 0 && key[n-1] == ']'; n = len(key) {
		i := n - 1
		for i >= 0 && key[i] != '[' {
			i--
		}
		if i < 0 {
			break
		}
		key = key[:i]
	}
	return key
}

// keyMatches compares a key with a pattern that may hold stars.
func keyMatches(pattern string, key []byte) bool {
	p, k, star, mark := 0, 0, -1, 0
	for k < len(key) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, k
			p++
		case p < len(pattern) && pattern[p] == key[k]:
			p++
			k++
		case star >= 0:
			mark++
			p, k = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// appendPathWords appends the words of a path in lower case, each with a space behind it: "customer.accountNumber" gives
// "customer account number ".
func appendPathWords(dst, path []byte) []byte {
	lower := false // the byte before is a small letter or digit
	for _, c := range path {
		isUpper := c >= 'A' && c <= 'Z'
		inWord := isUpper || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
		if (!inWord || isUpper && lower) && len(dst) > 0 && dst[len(dst)-1] != ' ' {
			dst = append(dst, ' ')
		}
		if inWord {
			if isUpper {
				c |= 0x20
			}
			dst = append(dst, c)
		}
		lower = inWord && !isUpper
	}
	if len(dst) > 0 && dst[len(dst)-1] != ' ' {
		dst = append(dst, ' ')
	}
	return dst
}

// foldRune folds the case of a letter as Unicode's simple folding does, and the final sigma with it.
func foldRune(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }
