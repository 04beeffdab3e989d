package pseudonym

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"strconv"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// Rekeyed says what became of the tokens of a text.
type Rekeyed struct {
	Done int // brought to the present version
	Kept int // of the present version, or of a day or month
	Left int // of a version from which no chain leads to the present one
}

// AppendRekeyed appends text with the tokens in it of a tenant and sink brought to the present version: each becomes what Append now makes
// of the same value, which is not needed for it. That takes rotations of mode chain since the token was made. All tokens in the
// text must be of that tenant and sink.
func (k *Tokenizer) AppendRekeyed(dst, text []byte, tenant, sink string) ([]byte, Rekeyed, error) {
	var done Rekeyed
	for {
		start, end := Next(text)
		if start < 0 {
			return append(dst, text...), done, nil
		}
		dst = append(dst, text[:start]...)
		t, ok := parseToken(text[start:end])
		switch {
		case !ok: // an alias
			dst = append(dst, text[start:end]...)
		case t.scope == 'd' || t.scope == 'm':
			done.Kept++
			dst = append(dst, text[start:end]...)
		default:
			d := Domain{Tenant: []byte(tenant), Sink: sink}
			keys, err := k.ring.Domain(tenant, d.keyDomain(t.scope))
			if err != nil {
				return dst, done, err
			}
			dst = k.appendRekeyed(dst, text[start:end], t, keys, &done)
		}
		text = text[end:]
	}
}

func (k *Tokenizer) appendRekeyed(dst, token []byte, t parsedToken, keys []keyring.Key, done *Rekeyed) []byte {
	if t.version == keys[len(keys)-1].Version() {
		done.Kept++
		return append(dst, token...)
	}
	mac := t.mac[:]
	reached := false
	for _, key := range keys {
		if reached {
			mac = k.rekey(hmac.New(sha256.New, key.Bytes()), t.typ, t.scope, mac)
		}
		reached = reached || key.Version() == t.version
	}
	if !reached {
		done.Left++
		return append(dst, token...)
	}
	done.Done++
	return appendToken(dst, t.typ, t.scope, keys[len(keys)-1].Version(), mac)
}

// parsedToken is what a token says.
type parsedToken struct {
	typ     string
	scope   byte
	version int
	mac     [macLen]byte
}

// parseToken reads what Next has found; an alias is none.
func parseToken(b []byte) (t parsedToken, ok bool) {
	parts := bytes.Split(b[1:len(b)-1], []byte(":"))
	if len(parts) != 3 || len(parts[2]) != tokenLen {
		return t, false
	}
	t.typ, t.scope = string(parts[0]), parts[1][0]
	version, err := strconv.Atoi(string(parts[1][1:]))
	if err != nil {
		return t, false
	}
	t.version = version
	for i := range t.mac {
		high := bytes.IndexByte([]byte(alphabet), parts[2][2*i])
		low := bytes.IndexByte([]byte(alphabet), parts[2][2*i+1])
		if high < 0 || low < 0 {
			return t, false
		}
		t.mac[i] = byte(high<<4 | low)
	}
	return t, true
}
