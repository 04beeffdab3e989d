package reveal

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Signer is the signing key of a person: requesters sign what they ask for, approvers sign grants. Every printed form of it
// is the words "private key".
type Signer struct {
	// key gives the key as note writes it. It is behind a function because fmt prints what is in unexported fields of a
	// struct around this one without asking.
	key    func() string
	signer note.Signer
	public string
}

func (s Signer) String() string               { return privateText }
func (s Signer) GoString() string             { return privateText }
func (s Signer) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, privateText) }
func (s Signer) MarshalText() ([]byte, error) { return []byte(privateText), nil }
func (s Signer) LogValue() slog.Value         { return slog.StringValue(privateText) }

// Public is the person's name and public key, as lists of people and grants show them: "alice+0a1b2c3d+…".
func (s Signer) Public() string { return s.public }

const (
	signerHeader  = "TACET-REVEAL-SIGNING-KEY-1"
	personLenMax  = 64
	publicLenMax  = 256
	everyTenant   = "*"
	peopleLineMax = 4096
)

// GenerateSigner makes a signing key for a person. The name stands in grants and in the audit log.
func GenerateSigner(name string) (*Signer, error) {
	if !isPerson(name) {
		return nil, errors.New("make signing key: a name is lower-case letters, digits, dots, dashes and underscores")
	}
	key, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	return newSigner(key)
}

// newSigner reads a key as note writes it: "PRIVATE+KEY+name+hash+base64 of the algorithm and the seed".
func newSigner(key string) (*Signer, error) {
	bad := errors.New("the signing key is damaged")
	signer, err := note.NewSigner(key)
	if err != nil || !isPerson(signer.Name()) {
		return nil, bad
	}
	// The base64 may hold a plus too: all that is behind the fourth one is the key.
	parts := strings.SplitN(key, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, bad
	}
	defer clear(seed)
	public, ok := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return nil, bad
	}
	name, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return nil, bad
	}
	return &Signer{func() string { return key }, signer, name}, nil
}

// WriteFile writes the key to a file that must not exist yet and that nobody else may read.
func (s *Signer) WriteFile(name string) error {
	return writeSecret(name, []byte(signerHeader+"\n"+s.key()+"\n"))
}

// ReadSigner reads a file that WriteFile wrote. One that others may read is refused.
func ReadSigner(name string) (*Signer, error) {
	text, err := readSecret(name)
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	defer clear(text)
	key, ok := strings.CutPrefix(string(text), signerHeader+"\n")
	if !ok {
		return nil, fmt.Errorf("read signing key: %s is not a signing key of tacet reveal", name)
	}
	s, err := newSigner(strings.TrimSuffix(key, "\n"))
	if err != nil {
		return nil, fmt.Errorf("read signing key: %s: %w", name, err)
	}
	return s, nil
}

// isPerson tells a person's name. There is one case only, so that no two names look alike but for it.
func isPerson(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && (i == 0 || !strings.ContainsRune("._-", rune(c))) {
			return false
		}
	}
	return name != "" && len(name) <= personLenMax
}

// personOf gives the name in a public key, and whether it is one, written in the one way it can be: keys are compared as text.
func personOf(public string) (name string, ok bool) {
	v, err := note.NewVerifier(public)
	if err != nil || len(public) > publicLenMax || !isPerson(v.Name()) {
		return "", false
	}
	key, err := base64.StdEncoding.Strict().DecodeString(publicPart(public))
	exact := fmt.Sprintf("%s+%08x+%s", v.Name(), v.KeyHash(), base64.StdEncoding.EncodeToString(key))
	return v.Name(), err == nil && public == exact
}

// People is a list of who may do something, and for which tenants.
type People struct{ list []person }

type person struct {
	name     string
	public   string
	verifier note.Verifier
	tenants  []string
}

// ReadPeople reads a list from a file: a line for each person with the public key (Signer.Public), a space, and the tenants, with
// commas between them, or "*" for all. A file that others than its owner may write to is refused.
func ReadPeople(name string) (People, error) {
	text, err := readGuarded(name, 0o022, "writable for others than its owner: chmod go-w")
	if err != nil {
		return People{}, fmt.Errorf("read list of people: %w", err)
	}
	p, err := ParsePeople(string(text))
	if err != nil {
		return People{}, fmt.Errorf("read list of people: %s%w", name, err)
	}
	return p, nil
}

// ParsePeople reads the text of a list. Empty lines and those that begin with # are left out.
func ParsePeople(text string) (p People, err error) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		if len(words) != 2 || len(line) > peopleLineMax {
			return People{}, fmt.Errorf(":%d: not a public key and tenants", number)
		}
		name, ok := personOf(words[0])
		if !ok {
			return People{}, fmt.Errorf(":%d: not a public key of a person", number)
		}
		tenants := strings.Split(words[1], ",")
		for _, t := range tenants {
			if t != everyTenant && !isTenant([]byte(t)) {
				return People{}, fmt.Errorf(":%d: not the id of a tenant", number)
			}
		}
		verifier, err := note.NewVerifier(words[0])
		if err != nil {
			return People{}, fmt.Errorf(":%d: not a public key of a person", number)
		}
		for _, other := range p.list {
			if other.name == name || samePublic(other.public, words[0]) {
				return People{}, fmt.Errorf(":%d: the person or the key is named twice", number)
			}
		}
		p.list = append(p.list, person{name, words[0], verifier, tenants})
	}
	return p, nil
}

// samePublic compares keys without the names before them.
func samePublic(a, b string) bool { return publicPart(a) == publicPart(b) }

func publicPart(public string) string {
	parts := strings.SplitN(public, "+", 3)
	return parts[len(parts)-1]
}

// samePerson tells whether two public keys are of one person: by name or by key.
func samePerson(a, b string) bool {
	nameA, _ := personOf(a)
	nameB, _ := personOf(b)
	return nameA == nameB || samePublic(a, b)
}

// may tells whether somebody is on the list for a tenant.
func (p People) may(public, tenant string) bool {
	return slices.ContainsFunc(p.list, func(who person) bool {
		return who.public == public && (slices.Contains(who.tenants, tenant) || slices.Contains(who.tenants, everyTenant))
	})
}

// verifiers are the keys on the list.
func (p People) verifiers() note.Verifiers {
	var all []note.Verifier
	for _, who := range p.list {
		all = append(all, who.verifier)
	}
	return note.VerifierList(all...)
}

// conflict finds a person with two keys, or a key with two names, in two lists. With either, somebody could approve what they
// have asked for themselves.
func (p People) conflict(other People) error {
	for _, a := range p.list {
		for _, b := range other.list {
			if (a.name == b.name) != samePublic(a.public, b.public) {
				return fmt.Errorf("%s and %s: one person has one key, and one key belongs to one person", a.name, b.name)
			}
		}
	}
	return nil
}
