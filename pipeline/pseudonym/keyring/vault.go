package keyring

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	vaultTries      = 3
	vaultTimeout    = 3 * time.Second // of one try
	vaultWait       = 100 * time.Millisecond
	vaultAnswerMost = 64 << 10
)

// VaultConfig names a key of Vault's Transit engine, or of OpenBao's, which speaks the same. The token's policy needs "update" on
// MOUNT/encrypt/KEY and MOUNT/decrypt/KEY and no more: with "create", a mistyped name makes a new key.
type VaultConfig struct {
	Address   string // "https://vault.example.com:8200"; plain http only to this machine
	Mount     string // of the engine; "transit" when empty
	Key       string
	Namespace string // Enterprise; usually empty
	TokenFile string // read for every request, so that an agent may renew it
	// Client speaks to the server; its transport holds the TLS configuration. Nil for the default one.
	Client *http.Client
}

type vaultKEK struct {
	config VaultConfig
	base   *url.URL
	client *http.Client
}

// NewVaultKEK makes a key-encryption key of one that never leaves Vault. It does not connect.
func NewVaultKEK(c VaultConfig) (Wrapper, error) {
	if c.Mount == "" {
		c.Mount = "transit"
	}
	c.Mount = strings.Trim(c.Mount, "/")
	base, err := url.Parse(c.Address)
	switch {
	case err != nil || base.Host == "" || base.User != nil:
		return nil, errors.New("configure vault: address is no URL of a server")
	case base.Scheme != "https" && !(base.Scheme == "http" && isLoopback(base.Hostname())):
		return nil, errors.New("configure vault: address must begin with https: keys would travel in clear")
	case c.Key == "" || strings.ContainsAny(c.Key, "/?#%"):
		return nil, errors.New("configure vault: no name of a key")
	case c.TokenFile == "":
		return nil, errors.New("configure vault: no file with a token")
	}
	client := http.Client{}
	if c.Client != nil {
		client = *c.Client
	}
	// A redirect would carry the token and the key to wherever it says. Standby nodes forward by themselves.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &vaultKEK{c, base, &client}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (k *vaultKEK) Name() string { return "vault:" + k.config.Mount + "/" + k.config.Key }

// Format prints "key" for every verb.
func (k *vaultKEK) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(keyText)) }

// vaultData is a request's or an answer's. Encoding/json writes and reads bytes in the base64 that Vault asks for.
type vaultData struct {
	Plaintext      []byte `json:"plaintext,omitempty"`
	Ciphertext     string `json:"ciphertext,omitempty"`
	AssociatedData []byte `json:"associated_data,omitempty"`
}

func (k *vaultKEK) Wrap(ctx context.Context, key []byte, context string) ([]byte, error) {
	answer, err := k.call(ctx, "encrypt", vaultData{Plaintext: bind(key, context), AssociatedData: []byte(context)})
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(answer.Ciphertext, "vault:v") {
		return nil, errors.New("read answer of vault: no ciphertext")
	}
	return []byte(answer.Ciphertext), nil
}

func (k *vaultKEK) Unwrap(ctx context.Context, wrapped []byte, context string) ([]byte, error) {
	answer, err := k.call(ctx, "decrypt", vaultData{Ciphertext: string(wrapped), AssociatedData: []byte(context)})
	if err != nil {
		return nil, err
	}
	defer clear(answer.Plaintext)
	return unbind(answer.Plaintext, context)
}

// bind puts the context before the key, hashed. Vault authenticates it too, but servers before 1.13 leave associated data out of
// account without a word, as do keys of other kinds than AES-GCM.
func bind(key []byte, context string) []byte {
	sum := sha256.Sum256([]byte(context))
	return append(sum[:], key...)
}

func unbind(plain []byte, context string) ([]byte, error) {
	sum := sha256.Sum256([]byte(context))
	if len(plain) < len(sum) || subtle.ConstantTimeCompare(plain[:len(sum)], sum[:]) != 1 {
		return nil, errWrapped
	}
	return bytes.Clone(plain[len(sum):]), nil
}

// call makes a request, again after failures that may pass.
func (k *vaultKEK) call(ctx context.Context, verb string, in vaultData) (out vaultData, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return out, errors.New("make request to vault")
	}
	defer clear(body)
	for try := 0; ; try++ {
		var again bool
		out, again, err = k.try(ctx, verb, body)
		if err == nil || !again || try == vaultTries-1 {
			return out, err
		}
		wait := vaultWait << try
		select {
		case <-ctx.Done():
			return out, err
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
	}
}

// try makes one request. No error quotes what was sent or answered.
func (k *vaultKEK) try(ctx context.Context, verb string, body []byte) (out vaultData, again bool, err error) {
	token, err := os.ReadFile(k.config.TokenFile)
	if err != nil {
		return out, false, fmt.Errorf("read token of vault: %w", err)
	}
	token = bytes.TrimSpace(token)
	if len(token) == 0 || bytes.ContainsAny(token, "\r\n") {
		return out, false, fmt.Errorf("read token of vault: file %s holds no token", k.config.TokenFile)
	}
	ctx, cancel := context.WithTimeout(ctx, vaultTimeout)
	defer cancel()
	to := k.base.JoinPath("v1", k.config.Mount, verb, k.config.Key)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return out, false, errors.New("make request to vault")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Vault-Token", string(token))
	request.Header.Set("X-Vault-Request", "true")
	if k.config.Namespace != "" {
		request.Header.Set("X-Vault-Namespace", k.config.Namespace)
	}
	response, err := k.client.Do(request)
	if err != nil {
		return out, true, fmt.Errorf("ask vault to %s: %w", verb, vaultCause(err))
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, vaultAnswerMost))
	if err != nil {
		return out, true, fmt.Errorf("ask vault to %s: %w", verb, vaultCause(err))
	}
	defer clear(text)
	if response.StatusCode != http.StatusOK {
		again, err := vaultRefusal(response.StatusCode, text)
		return out, again, fmt.Errorf("ask vault to %s: %w", verb, err)
	}
	var answer struct {
		Data vaultData `json:"data"`
	}
	if json.Unmarshal(text, &answer) != nil {
		return out, false, fmt.Errorf("ask vault to %s: the answer can't be read", verb)
	}
	return answer.Data, false, nil
}

// vaultCause takes an error out of the one that names the whole URL.
func vaultCause(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// vaultRefusals are what the server says with status 400, and what it means. A key that is gone and one that opens no old ciphertexts any
// more must not read as a damaged store: keys would be made anew that can be had back.
var vaultRefusals = []struct {
	says string
	err  error
}{
	{"message authentication failed", errWrapped},
	{"invalid ciphertext", errWrapped},
	{"missing ciphertext", errWrapped},
	{"key not found", errors.New("not found: check mount, namespace and name of the key, and whether it was deleted")},
	{"(too old)", errors.New("the key's min_decryption_version is above the version that wrapped: lower it, then run: tacet keys rewrap")},
	{"non-AEAD", errors.New("the key must be of type aes256-gcm96")},
	{"missing 'context'", errors.New("the key must not be a derived one")},
}

// vaultRefusal says what a status other than 200 means, and whether it may pass.
func vaultRefusal(status int, text []byte) (again bool, err error) {
	switch status {
	case http.StatusBadRequest:
		var answer struct{ Errors []string }
		_ = json.Unmarshal(text, &answer)
		all := strings.Join(answer.Errors, "\n")
		for _, r := range vaultRefusals {
			if strings.Contains(all, r.says) {
				return false, r.err
			}
		}
		if len(answer.Errors) == 0 {
			return false, errors.New("status 400, and not by vault: check the address, and whether it is one of https")
		}
		return false, errors.New("status 400: the server's audit log says why")
	case http.StatusForbidden:
		return false, errors.New("refused: the token has expired or may not use the key, or mount, namespace or name are wrong")
	case http.StatusNotFound:
		return false, errors.New("not found: check mount, namespace and name of the key")
	case http.StatusServiceUnavailable:
		return true, errors.New("the server is sealed or standing by")
	}
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusPreconditionFailed, fmt.Errorf("status %d", status)
}
