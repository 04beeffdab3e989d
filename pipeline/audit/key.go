package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key is the private half of the pair that signs checkpoints. Every printed form of it is the word "key".
type Key struct {
	signer   note.Signer
	verifier string
	// secret is what keys of digests are derived from. It is behind a function because fmt prints what is in an unexported field of a struct
	// around this one without asking.
	secret func() []byte
}

const keyText = "key"

func (k Key) String() string               { return keyText }
func (k Key) GoString() string             { return keyText }
func (k Key) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte(keyText)) }
func (k Key) MarshalText() ([]byte, error) { return []byte(keyText), nil }
func (k Key) LogValue() slog.Value         { return slog.StringValue(keyText) }

// Verifier is the public half, in the form of golang.org/x/mod/sumdb/note: <name>+<hash>+<key>.
func (k Key) Verifier() string { return k.verifier }

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return k.signer == nil }

var errKey = errors.New("is not a signing key PRIVATE+KEY+<name>+<hash>+<key>")

// GenerateKey makes a pair whose name stands in every checkpoint, and gives it as the text of a key file.
func GenerateKey(name string) (text string, err error) {
	text, _, err = note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", fmt.Errorf("generate audit key: %w", err)
	}
	if _, err := ParseKey([]byte(text)); err != nil {
		return "", errors.New("generate audit key: name must be printable, without space and plus sign")
	}
	return text, nil
}

// ParseKey reads a key file. The error never quotes it.
func ParseKey(text []byte) (Key, error) {
	line := string(bytes.TrimSpace(text))
	signer, err := note.NewSigner(line)
	if err != nil {
		return Key{}, errKey
	}
	parts := strings.SplitN(line, "+", 5)
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return Key{}, errKey
	}
	seed := raw[1:]
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return Key{}, errKey
	}
	secret, err := hkdf.Key(sha256.New, seed, []byte("tacet audit v1"), "digest", sha256.Size)
	if err != nil {
		return Key{}, errKey
	}
	return Key{signer, verifier, func() []byte { return secret }}, nil
}

// ParseVerifier reads the public half of a pair.
func ParseVerifier(text string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("is not a verifier key <name>+<hash>+<key>")
	}
	return v, nil
}
