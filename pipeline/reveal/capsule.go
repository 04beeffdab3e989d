// Package reveal gives single values back to people who may see them.
//
// The pipeline seals what it took out of a record into a capsule to the tenant's public key, and can't open it again. A desk opens
// capsules with the private key, for a requester who shows a grant that somebody else has signed, within rate limits, and
// after the audit log holds the answer's entry on disk.
package reveal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The reasons why a capsule can't be made or opened.
var (
	ErrNeverStored = errors.New("its type is never stored")
	ErrNotCapsule  = errors.New("not a capsule")
	ErrOtherRecord = errors.New("capsule belongs to another record")
	ErrOtherKey    = errors.New("capsule is sealed to another key")
	ErrDamaged     = errors.New("capsule is damaged")
)

// Item is one value of a record.
type Item struct {
	Name  string // what stands for it in the redacted record: "[PHONE_1]", or a token
	Type  string // "PHONE"
	Value []byte
}

// Bounds of a capsule. They are far beyond what a record has, and keep a broken or hostile one from taking memory.
const (
	itemsMax   = 4096
	nameLenMax = 128
	plainMax   = 4 << 20
	recordMax  = 1024
	tenantMax  = 64
	// padding is what the length of a capsule is rounded up to, so that it does not tell the length of a name.
	padding = 64
)

// The parts of a capsule, in their only order.
const (
	partTenant = `{"capsule":1,"tenant":"`
	partRecord = `","record":"`
	partKey    = `","key":"`
	partDEK    = `","dek":"`
	partSealed = `","sealed":"`
	partEnd    = `"}`
)

// What is under the seals besides the secrets. The tenant and the record are behind it.
const (
	infoDEK    = "tacet reveal dek v1\x00"
	infoRecord = "tacet reveal capsule v1\x00"
)

// neverStored are the types that no capsule holds: §2 of the privacy policy lets no payment card details and no credentials be stored.
// It says the same as package policy, and a test of cmd/tacet holds the two together.
const neverStored = " CREDIT_CARD CARD_CVV PIN OTP PASSWORD SECRET SESSION_ID "

// NeverStored tells whether a type can't be put into a capsule.
func NeverStored(typ string) bool { return strings.Contains(neverStored, " "+typ+" ") }

// Capsule is one record's sealed values, as far as it can be read without a key.
type Capsule struct {
	Tenant string
	// Record is where the values are from: the call's token, a space, topic/partition/offset.
	Record string
	// Key names the public key it is sealed to (KeyID).
	Key         string
	dek, sealed []byte // in base64
}

// Call is the token of the call it is from.
func (c Capsule) Call() string {
	call, _, _ := strings.Cut(c.Record, " ")
	return call
}

// Parse reads the outside of a capsule. There is one way to write each, so no byte of it can be changed unseen.
func Parse(text []byte) (c Capsule, err error) {
	rest := bytes.TrimSuffix(text, []byte("\n"))
	field := func(before string) (value []byte) {
		after, ok := bytes.CutPrefix(rest, []byte(before))
		end := bytes.IndexByte(after, '"')
		if !ok || end < 0 {
			err = ErrNotCapsule
			return nil
		}
		rest = after[end:]
		return after[:end]
	}
	tenant, record, key := field(partTenant), field(partRecord), field(partKey)
	c.dek, c.sealed = field(partDEK), field(partSealed)
	if err != nil || string(rest) != partEnd || !isTenant(tenant) || !isRecord(record) || len(key) != keyIDLen {
		return Capsule{}, ErrNotCapsule
	}
	c.Tenant, c.Record, c.Key = string(tenant), string(record), string(key)
	return c, nil
}

// isTenant tells what may be the id of a tenant; package policy allows the same.
func isTenant(id []byte) bool {
	return len(id) > 0 && len(id) <= tenantMax && !bytes.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:", r)
	})
}

// isRecord tells what may name a record: two words of plain characters that need no escape in JSON.
func isRecord(b []byte) bool {
	call, at, ok := bytes.Cut(b, []byte(" "))
	return ok && len(b) <= recordMax && isWord(call) && isWord(at)
}

// isWord tells a string of printable ASCII that needs no escape in JSON and is no two words.
func isWord[T ~string | ~[]byte](b T) bool {
	for i := range len(b) {
		if c := b[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return len(b) > 0
}

// Open gives what a capsule holds. record is where its reader found it, when the reader knows: a capsule that was made for another
// record is refused. nil takes the capsule's word.
func Open(capsule, record []byte, key *PrivateKey) ([]Item, error) {
	c, err := Parse(capsule)
	if err != nil {
		return nil, err
	}
	return newOpener(key).open(c, record)
}

// opener opens capsules of one private key. It remembers the last data keys, which many capsules share: the exchange takes
// a thousand times as long as the opening.
type opener struct {
	key  *PrivateKey
	deks map[string]cipher.AEAD
}

const openerKeysMax = 64

func newOpener(key *PrivateKey) *opener { return &opener{key, map[string]cipher.AEAD{}} }

func (o *opener) open(c Capsule, record []byte) ([]Item, error) {
	if record != nil && string(record) != c.Record {
		return nil, ErrOtherRecord
	}
	if c.Key != o.key.id || c.Tenant != o.key.tenant {
		return nil, ErrOtherKey
	}
	aead, err := o.unwrap(c)
	if err != nil {
		return nil, err
	}
	sealed, err := base64.RawStdEncoding.Strict().AppendDecode(nil, c.sealed)
	if err != nil {
		return nil, ErrDamaged
	}
	plain, err := aead.Open(sealed[:0], nil, sealed, appendAAD(nil, c.Tenant, c.Record))
	if err != nil {
		return nil, ErrDamaged
	}
	return parseItems(plain)
}

func (o *opener) unwrap(c Capsule) (cipher.AEAD, error) {
	if aead, ok := o.deks[string(c.dek)]; ok {
		return aead, nil
	}
	wrapped, err := base64.RawStdEncoding.Strict().AppendDecode(nil, c.dek)
	if err != nil {
		return nil, ErrDamaged
	}
	dek, err := hpke.Open(o.key.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(infoDEK+c.Tenant), wrapped)
	if err != nil || len(dek) != dekLen {
		return nil, ErrDamaged
	}
	aead, err := newAEAD(dek)
	if err != nil {
		return nil, ErrDamaged
	}
	if len(o.deks) >= openerKeysMax {
		clear(o.deks)
	}
	o.deks[string(c.dek)] = aead
	return aead, nil
}

// newAEAD takes a data key and wipes it.
//
// Nonces are random, not counted: a virtual machine that is set back to a snapshot would count the same numbers twice, which gives
// away AES-GCM's key. With 100,000 records a key the chance of a repeated one is 6·10⁻²⁰.
func newAEAD(dek []byte) (cipher.AEAD, error) {
	defer clear(dek)
	block, err := aes.NewCipher(dek)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// appendAAD appends what is under a capsule's seal besides its items.
func appendAAD[T ~string | ~[]byte](dst []byte, tenant, record T) []byte {
	dst = append(dst, infoRecord...)
	dst = append(dst, tenant...)
	dst = append(dst, 0)
	return append(dst, record...)
}

// appendItems appends the items as they are sealed: their number, then name, type and value behind their lengths, then zeros.
func appendItems(dst []byte, items []Item) ([]byte, error) {
	if len(items) == 0 || len(items) > itemsMax {
		return dst, fmt.Errorf("seal record: %d values, between 1 and %d are possible", len(items), itemsMax)
	}
	start := len(dst)
	dst = binary.AppendUvarint(dst, uint64(len(items)))
	for i := range items {
		it := &items[i]
		switch {
		case !isType(it.Type):
			return dst, errors.New("seal record: a value has no type")
		case NeverStored(it.Type):
			return dst, fmt.Errorf("seal record: value of type %s: %w", it.Type, ErrNeverStored)
		case !isWord(it.Name) || len(it.Name) > nameLenMax:
			return dst, fmt.Errorf("seal record: a value of type %s has no name that could stand for it", it.Type)
		}
		dst = append(binary.AppendUvarint(dst, uint64(len(it.Name))), it.Name...)
		dst = append(binary.AppendUvarint(dst, uint64(len(it.Type))), it.Type...)
		dst = append(binary.AppendUvarint(dst, uint64(len(it.Value))), it.Value...)
	}
	for (len(dst)-start)%padding != 0 {
		dst = append(dst, 0)
	}
	if len(dst)-start > plainMax {
		return dst, fmt.Errorf("seal record: its values are larger than %d bytes together", plainMax)
	}
	return dst, nil
}

// parseItems reads what appendItems wrote. Who has the public key can make capsules, so what is inside is not trusted either.
func parseItems(plain []byte) ([]Item, error) {
	field := func() []byte {
		n, used := binary.Uvarint(plain)
		if used <= 0 || n > uint64(len(plain)-used) {
			plain = nil
			return nil
		}
		f := plain[used:][:n:n]
		plain = plain[used:][n:]
		return f
	}
	count, used := binary.Uvarint(plain)
	if used <= 0 || count == 0 || count > itemsMax {
		return nil, ErrDamaged
	}
	plain = plain[used:]
	items := make([]Item, 0, count)
	for range count {
		it := Item{Name: string(field()), Type: string(field()), Value: field()}
		if !isWord(it.Name) || len(it.Name) > nameLenMax || !isType(it.Type) || it.Value == nil {
			return nil, ErrDamaged
		}
		if NeverStored(it.Type) {
			return nil, fmt.Errorf("open capsule: value of type %s: %w", it.Type, ErrNeverStored)
		}
		items = append(items, it)
	}
	if len(plain) >= padding || slices.ContainsFunc(plain, func(b byte) bool { return b != 0 }) {
		return nil, ErrDamaged
	}
	return items, nil
}

const typeLenMax = 32

// isType tells what may be the name of a type.
func isType(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && c != '_' && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	return s != "" && len(s) <= typeLenMax
}
