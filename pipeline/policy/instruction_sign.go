package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// InstructionKeys say whose signature counts on instructions, and on those of which tenants.
type InstructionKeys struct {
	keys []instructionKey
}

type instructionKey struct {
	verifier note.Verifier
	tenants  []string // or just "*" for any
}

// ParseInstructionKeys reads a file of keys. A line is a public key <name>+<hash>+<key>, then the tenants it signs for, or * for any; without
// them it signs for the tenant that it is named as. Lines that begin with # are comments.
func ParseInstructionKeys(name string, text []byte) (*InstructionKeys, error) {
	k := &InstructionKeys{}
	var errs []error
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		key, err := k.parse(fields)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
			continue
		}
		k.keys = append(k.keys, key)
	}
	if len(k.keys) == 0 && len(errs) == 0 {
		return nil, fmt.Errorf("%s:1: no public key", name)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return k, nil
}

func (k *InstructionKeys) parse(fields []string) (key instructionKey, err error) {
	v, err := note.NewVerifier(fields[0])
	if err != nil { // its text may quote the line, which may be a private key
		return key, errors.New("is no public key <name>+<hash>+<key>")
	}
	key = instructionKey{v, fields[1:]}
	if len(key.tenants) == 0 {
		key.tenants = []string{v.Name()}
		if !isTenantID(v.Name()) {
			return key, errors.New("is not named as a tenant: add the tenants it signs for, or *")
		}
	}
	for _, id := range key.tenants {
		if id != anyTenant && !isTenantID(id) {
			return key, errors.New("signs for what is no tenant id")
		}
	}
	if len(key.tenants) > 1 && slices.Contains(key.tenants, anyTenant) {
		return key, errors.New(`"*" stands alone: beside it the others mean nothing`)
	}
	if _, err := k.Verifier(v.Name(), v.KeyHash()); err == nil {
		return key, errors.New("is given twice")
	}
	return key, nil
}

// Verifier implements note.Verifiers.
func (k *InstructionKeys) Verifier(name string, hash uint32) (note.Verifier, error) {
	for _, key := range k.keys {
		if key.verifier.Name() == name && key.verifier.KeyHash() == hash {
			return key.verifier, nil
		}
	}
	return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
}

// signsFor tells whether a key's signature counts on a tenant's instructions.
func (k *InstructionKeys) signsFor(name string, hash uint32, tenant string) bool {
	return slices.ContainsFunc(k.keys, func(key instructionKey) bool {
		return key.verifier.Name() == name && key.verifier.KeyHash() == hash &&
			(key.tenants[0] == anyTenant || slices.Contains(key.tenants, tenant))
	})
}

// SignInstruction gives the text of an instruction with a signature, as a signed note (C2SP signed-note; golang.org/x/mod/sumdb/note).
func SignInstruction(name string, text []byte, signer note.Signer) ([]byte, error) {
	text = append(bytes.TrimRight(text, "\n"), '\n')
	if _, err := ParseInstruction(name, text); err != nil {
		return nil, err
	}
	// What note.Open would not read is not signed.
	if !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' }) {
		return nil, fmt.Errorf("sign instruction %s: a signed text is UTF-8 without control characters, such as tabs", name)
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign instruction %s: %w", name, err)
	}
	if len(signed) > instructionMax {
		return nil, fmt.Errorf("sign instruction %s: larger than %d bytes", name, instructionMax)
	}
	return signed, nil
}

// VerifyInstruction reads a signed instruction. One of its signatures must be of a key that signs for its tenant, and none of a known key
// may be wrong.
func VerifyInstruction(name string, signed []byte, keys *InstructionKeys) (*Instruction, error) {
	if len(signed) > instructionMax {
		return nil, fmt.Errorf("verify instruction %s: larger than %d bytes", name, instructionMax)
	}
	n, err := note.Open(signed, keys)
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return nil, fmt.Errorf("verify instruction %s: no signature of a known key", name)
	case err != nil: // its text may quote
		return nil, fmt.Errorf("verify instruction %s: not a signed instruction, or changed after it was signed", name)
	}
	i, err := ParseInstruction(name, []byte(n.Text))
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return keys.signsFor(s.Name, s.Hash, i.Tenant) }) {
		return nil, fmt.Errorf("verify instruction %s: its key does not sign for tenant %s", name, i.Tenant)
	}
	return i, nil
}
