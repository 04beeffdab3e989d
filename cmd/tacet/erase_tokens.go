package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// levelSalts is the level of tenants whose subjects have salts.
const levelSalts = 2

// tokenDomain names the tokens that a sink's records carry.
func (s sinkConfig) tokenDomain() string { return cmp.Or(s.Domain, s.Name) }

// tokensOf recomputes what a sink has in place of the identifiers: the tokens of a person, and the keys of calls. They need not be
// looked up anywhere, because tokens are deterministic; those bound to a call, a day or a month are not
// among them: their records are found by the call's key.
func (m *maker) tokensOf(tenant string, sink sinkConfig, ids []identifier) (tokens, calls []string, err error) {
	fields, err := m.tokenFields()
	if err != nil {
		return nil, nil, err
	}
	h := subject.NewHasher(m.ring)
	for _, id := range ids {
		if id.typ == typeCall {
			calls = m.appendTokens(calls, tenant, sink, typeCall, 'r', pseudonym.OriginMeta, id.raw, nil)
			continue
		}
		salts, err := m.salts(h, tenant, id)
		if err != nil {
			return nil, nil, err
		}
		for _, salt := range salts {
			for _, scope := range []byte("rp") {
				for _, form := range id.forms {
					tokens = m.appendTokens(tokens, tenant, sink, id.typ, scope, pseudonym.OriginText, form, salt)
				}
				// Under which name a field holds it, and whether the policy says what it is, is not known here.
				for _, field := range append([]string{id.typ}, fields...) {
					own := string(pseudonym.Canonical(nil, field, []byte(id.raw)))
					for _, form := range append([]string{own}, id.forms...) {
						tokens = m.appendTokens(tokens, tenant, sink, field, scope, pseudonym.OriginMeta, form, salt)
					}
				}
			}
		}
	}
	if n := m.tokens.Degraded(); n > 0 {
		return nil, nil, fmt.Errorf("%d tokens can't be recomputed: the tenant's keys can't be had", n)
	}
	slices.Sort(tokens)
	slices.Sort(calls)
	return slices.Compact(tokens), slices.Compact(calls), nil
}

// salts are what the tokens of an identifier may have been made with: none, and at level 2 those of its forms.
func (m *maker) salts(h *subject.Hasher, tenant string, id identifier) ([][]byte, error) {
	all := [][]byte{nil}
	if m.ring.Level(tenant) < levelSalts {
		return all, nil
	}
	for _, form := range id.forms {
		sid, _ := h.ID([]byte(tenant), id.typ, []byte(form))
		salt, err := m.ring.Salt(tenant, sid)
		if err != nil {
			return nil, fmt.Errorf("find salt: %w", err)
		}
		all = append(all, salt.Bytes())
	}
	return all, nil
}

// appendTokens appends the tokens of a value under every version of the keys that is left.
func (m *maker) appendTokens(all []string, tenant string, sink sinkConfig, typ string, scope byte, origin pseudonym.Origin, form string, salt []byte) []string {
	d := pseudonym.Domain{Tenant: []byte(tenant), Sink: sink.tokenDomain(), Origin: origin, Salt: salt}
	token := m.tokens.Append(nil, d, typ, scope, []byte(form))
	if bytes.IndexByte(token, ':') < 0 {
		return all
	}
	return append(all, string(token))
}

// tokenFields are the types under which the policy's fields have tokens: the last key of each path, as the pipeline writes it.
func (m *maker) tokenFields() (all []string, err error) {
	rules, err := loadPolicy(m.c.Policy)
	if err != nil {
		return nil, err
	}
	for _, name := range policy.Categories() {
		category, ok := rules.Category(name)
		if !ok {
			continue
		}
		for _, r := range category.Rules {
			if r.Action == policy.Token || r.Action == policy.Seal {
				all = append(all, fieldType(r.Path))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// fieldType is the type that tokens of a path carry, as the engine names it: the letters of its last key ("user_id" gives USER_ID).
func fieldType(path string) string {
	return cmp.Or(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r == '_':
			return r
		}
		return -1
	}, path[strings.LastIndexByte(path, '.')+1:]), "ID")
}

// shredSubject destroys one salt.
func shredSubject(ring *keyring.Ring, tenant string, id subject.ID) error {
	if store, ok := any(ring).(interface{ ShredSubject(string, [16]byte) error }); ok {
		return store.ShredSubject(tenant, id)
	}
	return keyring.ErrNone
}
