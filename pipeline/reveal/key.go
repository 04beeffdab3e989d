package reveal

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// PublicKey is a tenant's: what is sealed to it, only its private key opens.
type PublicKey struct {
	key hpke.PublicKey
	id  string
}

const (
	publicPrefix = "tacet-reveal-public:"
	keyIDLen     = 16
	keyFileMax   = 64 << 10
)

// kems are the key exchanges there are. The first is what GeneratePrivateKey takes: ML-KEM-768 together with X25519 holds as long
// as either does, and capsules recorded today may be attacked with the computers of later.
func kems() []struct {
	name string
	kem  hpke.KEM
} {
	return []struct {
		name string
		kem  hpke.KEM
	}{
		{"MLKEM768-X25519", hpke.MLKEM768X25519()},
		{"X25519", hpke.DHKEM(ecdh.X25519())},
	}
}

func newPublicKey(key hpke.PublicKey) PublicKey {
	p := PublicKey{key: key}
	sum := sha256.Sum256(p.Bytes()) // a public key is no personal data
	p.id = hex.EncodeToString(sum[:keyIDLen/2])
	return p
}

// ParsePublicKey reads what Bytes or String give.
func ParsePublicKey(b []byte) (PublicKey, error) {
	bad := errors.New("read reveal key: not a public key of tacet reveal")
	if text, ok := bytes.CutPrefix(bytes.TrimSpace(b), []byte(publicPrefix)); ok {
		var err error
		if b, err = base64.RawURLEncoding.Strict().AppendDecode(nil, text); err != nil {
			return PublicKey{}, bad
		}
	}
	if len(b) < 2 {
		return PublicKey{}, bad
	}
	for _, k := range kems() {
		if k.kem.ID() != binary.BigEndian.Uint16(b) {
			continue
		}
		key, err := k.kem.NewPublicKey(b[2:])
		if err != nil {
			return PublicKey{}, bad
		}
		return newPublicKey(key), nil
	}
	return PublicKey{}, bad
}

// Bytes is the key as the key store keeps it: the number of the key exchange (RFC 9180 §7.1), then the key.
func (p PublicKey) Bytes() []byte {
	return append(binary.BigEndian.AppendUint16(nil, p.key.KEM().ID()), p.key.Bytes()...)
}

// String is the key as people hand it on.
func (p PublicKey) String() string {
	return publicPrefix + base64.RawURLEncoding.EncodeToString(p.Bytes())
}

// ID names the key in capsules.
func (p PublicKey) ID() string { return p.id }

// PrivateKey opens the capsules of one tenant. Every printed form of it is the words "private key".
type PrivateKey struct {
	tenant string
	id     string
	kem    string
	key    hpke.PrivateKey
}

const privateText = "private key"

func (k PrivateKey) String() string               { return privateText }
func (k PrivateKey) GoString() string             { return privateText }
func (k PrivateKey) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, privateText) }
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(privateText), nil }
func (k PrivateKey) LogValue() slog.Value         { return slog.StringValue(privateText) }

// Tenant is whose capsules it opens.
func (k PrivateKey) Tenant() string { return k.tenant }

// Public is the key that belongs into the key store of the pipeline.
func (k PrivateKey) Public() PublicKey { return newPublicKey(k.key.PublicKey()) }

// GeneratePrivateKey makes a key pair for a tenant. classic takes X25519 alone: capsules are a seventh of the size, and
// a quantum computer may open them.
func GeneratePrivateKey(tenant string, classic bool) (*PrivateKey, error) {
	if !isTenant([]byte(tenant)) {
		return nil, errors.New("make reveal key: not the id of a tenant")
	}
	k := kems()[0]
	if classic {
		k = kems()[1]
	}
	key, err := k.kem.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make reveal key: %w", err)
	}
	return newPrivateKey(tenant, k.name, key), nil
}

func newPrivateKey(tenant, kem string, key hpke.PrivateKey) *PrivateKey {
	k := &PrivateKey{tenant: tenant, kem: kem, key: key}
	k.id = k.Public().ID()
	return k
}

// The lines of a private key's file.
const (
	privateHeader = "TACET-REVEAL-PRIVATE-KEY-1"
	lineTenant    = "tenant: "
	lineKEM       = "kem: "
	linePublic    = "public: "
	linePrivate   = "private: "
)

// WriteFile writes the key to a file that must not exist yet and that nobody else may read.
func (k *PrivateKey) WriteFile(name string) error {
	secret, err := k.key.Bytes()
	if err != nil {
		return fmt.Errorf("write reveal key: %w", err)
	}
	text := privateHeader + "\n" + lineTenant + k.tenant + "\n" + lineKEM + k.kem + "\n" + linePublic + k.Public().String() + "\n" +
		linePrivate + base64.RawStdEncoding.EncodeToString(secret) + "\n"
	return writeSecret(name, []byte(text))
}

// ReadPrivateKey reads a file that WriteFile wrote. One that others may read is refused.
func ReadPrivateKey(name string) (*PrivateKey, error) {
	text, err := readSecret(name)
	if err != nil {
		return nil, fmt.Errorf("read reveal key: %w", err)
	}
	defer clear(text)
	k, err := parsePrivateKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("read reveal key: %s: %w", name, err)
	}
	return k, nil
}

// parsePrivateKey reads the text of a key's file. Its errors show nothing of the text.
func parsePrivateKey(text string) (*PrivateKey, error) {
	rest, ok := strings.CutPrefix(text, privateHeader+"\n")
	if !ok {
		return nil, errors.New("not a private key of tacet reveal")
	}
	field := func(name string) (value string) {
		line, after, ended := strings.Cut(rest, "\n")
		value, named := strings.CutPrefix(line, name)
		ok = ok && ended && named
		rest = after
		return value
	}
	tenant, kem, public, secret := field(lineTenant), field(lineKEM), field(linePublic), field(linePrivate)
	b, err := base64.RawStdEncoding.Strict().DecodeString(secret)
	defer clear(b)
	if !ok || rest != "" || err != nil || !isTenant([]byte(tenant)) {
		return nil, errors.New("the private key is damaged")
	}
	for _, known := range kems() {
		if known.name != kem {
			continue
		}
		key, err := known.kem.NewPrivateKey(b)
		if err != nil {
			return nil, errors.New("the private key is damaged")
		}
		k := newPrivateKey(tenant, kem, key)
		if k.Public().String() != public {
			return nil, errors.New("the private key does not belong to its public key")
		}
		return k, nil
	}
	return nil, errors.New("the private key is of a kind that this version doesn't know")
}

// readSecret reads a file that must be for its owner alone. The open file is what is checked, so that no other can be put in its place.
func readSecret(name string) ([]byte, error) {
	return readGuarded(name, 0o077, "readable or writable for others: chmod 600")
}

// readGuarded reads a small file whose mode has none of the bits of mask.
func readGuarded(name string, mask os.FileMode, complaint string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", name)
	case info.Mode()&mask != 0:
		return nil, fmt.Errorf("%s is %s", name, complaint)
	case info.Size() > keyFileMax:
		return nil, fmt.Errorf("%s is larger than any such file", name)
	}
	return io.ReadAll(io.LimitReader(f, keyFileMax))
}

func writeSecret(name string, text []byte) error {
	defer clear(text)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists: a key is never written over", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
