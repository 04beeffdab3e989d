package policy

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// pathLenMax bounds a path, in bytes.
const pathLenMax = 512

// pathKey is one key of a path, unescaped, without []. A wildcard's name is its stars.
type pathKey struct {
	name string
	wild bool
}

// splitPath checks a path and gives its keys. A backslash is allowed only where it changes something, so that two
// spellings are two paths.
func splitPath(path string) (keys []pathKey, err error) {
	if len(path) > pathLenMax {
		return nil, fmt.Errorf("longer than %d bytes", pathLenMax)
	}
	for _, r := range path {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return nil, errors.New("holds invalid UTF-8 or a control character")
		}
	}
	for rest := path; ; {
		key, tail, err := cutKey(rest)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		if key == (pathKey{"**", true}) && tail != "" {
			return nil, errors.New("** stands only at the end")
		}
		for strings.HasPrefix(tail, "[]") {
			tail = tail[2:]
		}
		switch {
		case tail == "":
			return keys, nil
		case tail[0] != '.':
			return nil, errors.New("[] is followed by a dot or the end")
		}
		rest = tail[1:]
	}
}

// cutKey takes the first key off a path.
func cutKey(path string) (key pathKey, tail string, err error) {
	var b strings.Builder
	stars, i := 0, 0
scan:
	for ; i < len(path); i++ {
		switch c := path[i]; c {
		case '.', '[':
			break scan
		case ']':
			return key, "", errors.New("] without [")
		case '*':
			stars++
			b.WriteByte(c)
		case '\\':
			if i++; i == len(path) || !strings.Contains(`.[]*\`, path[i:i+1]) {
				return key, "", errors.New(`a backslash stands before one of . [ ] * \`)
			}
			b.WriteByte(path[i])
		default:
			b.WriteByte(c)
		}
	}
	tail = path[i:]
	switch {
	case strings.HasPrefix(tail, "[") && !strings.HasPrefix(tail, "[]"):
		return key, "", errors.New("[ without ]")
	case i == 0:
		return key, "", errors.New("empty key")
	case stars > 0 && path[:i] != "*" && path[:i] != "**":
		return key, "", errors.New(`* is a whole key, ** the end of a path; write \* for the character`)
	}
	return pathKey{b.String(), stars > 0}, tail, nil
}

// neverStoredNames are keys whose values are payment card details or credentials (§2 of the privacy policy), in lower
// case without separators. No action but drop is possible below them: a detector may not know a password when it sees
// one.
const neverStoredNames = ` password passwd passphrase pin otp totp mfacode mfasecret cvv cvv2 cvc cvc2 cardnumber cardpan track1 track2
	apikey secret clientsecret accesstoken refreshtoken idtoken privatekey credentials authorization cookie cookies
	setcookie securityanswer recoverycode recoverycodes `

// namesNeverStored are neverStoredNames one by one.
var namesNeverStored = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(neverStoredNames) {
		names[name] = true
	}
	return names
})

// NeverStored tells whether a key's value is payment card details or credentials by its name, so that it leaves under no wildcard either.
func NeverStored(key []byte) bool {
	var name [16]byte // longer than all of them
	n := 0
	for _, c := range key {
		switch {
		case c == '_' || c == '-' || c == ' ':
			continue
		case n == len(name):
			return false
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		name[n] = c
		n++
	}
	return namesNeverStored()[string(name[:n])]
}

// forbidden says why a rule can't be; nothing where it can.
func forbidden(keys []pathKey, a Action) string {
	if a == Drop {
		return ""
	}
	for _, k := range keys {
		if NeverStored([]byte(k.name)) {
			return fmt.Sprintf("%s is never stored: it can only be dropped", k.name)
		}
		if a == Keep && k.wild {
			return "a wildcard can't be kept: fields nobody named would leave unread"
		}
	}
	return ""
}
