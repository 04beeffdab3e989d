package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
)

const secretText = "secret"

// Secret is a password, key or token given by reference in a configuration: "file:PATH" or "env:NAME". A value written
// into the configuration itself is refused. Every printed form is the word "secret".
type Secret struct {
	ref string
	// value gives the bytes. It is behind a function because fmt prints what is in an unexported field of a struct around this one without
	// asking.
	value func() []byte
}

func newSecret(ref string, value []byte) Secret { return Secret{ref, func() []byte { return value }} }

// ParseSecret resolves a reference. A trailing newline of a file is not part of the secret.
func ParseSecret(ref string) (Secret, error) {
	kind, name, ok := strings.Cut(ref, ":")
	if !ok || name == "" {
		return Secret{}, errors.New("secret must be a reference: file:PATH or env:NAME")
	}
	switch kind {
	case "file":
		b, err := os.ReadFile(name)
		if err != nil {
			return Secret{}, fmt.Errorf("read secret: %w", err)
		}
		b = bytes.TrimRight(b, "\r\n")
		if len(b) == 0 {
			return Secret{}, fmt.Errorf("read secret: file %s is empty", name)
		}
		return newSecret(ref, b), nil
	case "env":
		v := os.Getenv(name)
		if v == "" {
			return Secret{}, fmt.Errorf("read secret: environment variable %s is not set", name)
		}
		return newSecret(ref, []byte(v)), nil
	}
	return Secret{}, errors.New("secret must be a reference: file:PATH or env:NAME")
}

// NewSecret wraps bytes that did not come from a configuration, as in tests.
func NewSecret(value []byte) Secret { return newSecret("generated", bytes.Clone(value)) }

// Reveal returns the bytes. Every place that reads a secret calls it: grep for it to audit them.
func (s Secret) Reveal() []byte {
	if s.value == nil {
		return nil
	}
	return s.value()
}

// IsZero tells whether no secret was given.
func (s Secret) IsZero() bool { return s.ref == "" }

func (s Secret) String() string               { return secretText }
func (s Secret) GoString() string             { return secretText }
func (s Secret) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte(secretText)) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(secretText), nil }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(secretText) }

// UnmarshalText resolves a reference; configuration decoders call it.
func (s *Secret) UnmarshalText(b []byte) error {
	v, err := ParseSecret(string(b))
	if err != nil {
		return err
	}
	*s = v
	return nil
}
