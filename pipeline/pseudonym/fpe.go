package pseudonym

// The labels of operators with a key, see derive.
const (
	labelFPE       = 'F'
	labelShift     = 'S'
	labelSurrogate = 'N'
)

const (
	// ciphersMax bounds the keys of FF1 a Tokenizer holds, some 3 KB each.
	ciphersMax = 256

	fpeLenMax = 36 // digits, or letters and digits
)

// ciphers are FF1 under one key in the three alphabets.
type ciphers struct {
	digits, letters, both *ff1
	version               int
}

// AppendFPE appends value with its digits encrypted to digits (FF1, NIST SP 800-38G, AES-256); its letters, too, if it has any: to
// letters where it has no digits, else to both. Everything else stays where it is. Each domain, type and scope has its own key, so
// there is no tweak. Equal values give equal ones, different values of one length different ones. Letters leave as capitals,
// unless all that came are small.
//
// What comes out looks like any other value of its form, and may be somebody's: only software that insists on the form needs
// it. It is no token: who has the key can decrypt it. Fewer than a million values of that length and alphabet, more than 36 digits
// and what isn't ASCII give "[TYPE]". Spoken values have no form to keep: pass their canonical form.
func (k *Tokenizer) AppendFPE(dst []byte, d Domain, typ string, scope byte, value []byte) []byte {
	if NeverStored(typ) {
		return AppendType(dst, typ)
	}
	var digits [fpeLenMax]byte
	n, numbers, small, capital := 0, 0, 0, 0
	for _, c := range value {
		if c >= 0x80 || isAlnum(c) && n == len(digits) {
			return AppendType(dst, typ)
		}
		switch {
		case isDigit(c):
			digits[n] = c - '0'
			numbers++
		case c >= 'a' && c <= 'z':
			digits[n] = c - 'a' + 10
			small++
		case c >= 'A' && c <= 'Z':
			digits[n] = c - 'A' + 10
			capital++
		default:
			continue
		}
		n++
	}
	keyed := k.ciphers(d, typ, scope)
	if keyed == nil {
		clear(digits[:])
		return AppendType(dst, typ)
	}
	cipher, base := keyed.both, byte(0)
	switch n {
	case numbers:
		cipher = keyed.digits
	case small + capital:
		cipher, base = keyed.letters, 10
		for i := range n {
			digits[i] -= base
		}
	}
	if cipher.encrypt(digits[:n], nil) != nil {
		clear(digits[:])
		return AppendType(dst, typ)
	}
	first := byte('A')
	if small > 0 && capital == 0 {
		first = 'a'
	}
	at := 0
	for _, c := range value {
		if isAlnum(c) {
			if c = digits[at] + base; c < 10 {
				c += '0'
			} else {
				c += first - 10
			}
			at++
		}
		dst = append(dst, c)
	}
	return dst
}

// ciphers gives FF1 with the key of a domain, type and scope, nil when there is none. The key belongs to no value, so that it is
// worth keeping: to derive it takes half as long as to encrypt.
func (k *Tokenizer) ciphers(d Domain, typ string, scope byte) *ciphers {
	if !d.joins(scope) || len(typ) > 255 {
		return nil
	}
	k.refresh()
	k.name = append(append(k.name[:0], byte(len(typ))), typ...)
	k.name = append(k.name, byte(d.Origin), scope, byte(len(d.Scope)))
	k.name = append(append(k.name, d.Scope...), byte(len(d.Salt)))
	k.name = append(append(k.name, d.Salt...), byte(len(d.Sink)>>8), byte(len(d.Sink)))
	k.name = append(append(k.name, d.Sink...), d.Tenant...)
	if c := k.ff1s[string(k.name)]; c != nil {
		k.note(scope, c.version)
		return c
	}
	name := string(k.name)
	key, ok := k.derive(d, labelFPE, typ, scope, nil)
	if !ok {
		return nil
	}
	c := &ciphers{version: k.keyed(d, scope).version}
	for _, f := range []struct {
		cipher **ff1
		radix  int
	}{{&c.digits, 10}, {&c.letters, 26}, {&c.both, 36}} {
		cipher, err := newFF1(key[:], f.radix)
		if err != nil {
			return nil
		}
		*f.cipher = cipher
	}
	if len(k.ff1s) >= ciphersMax {
		for other := range k.ff1s { // any will do
			delete(k.ff1s, other)
			break
		}
	}
	if k.ff1s == nil {
		k.ff1s = map[string]*ciphers{}
	}
	k.ff1s[name] = c
	return c
}
