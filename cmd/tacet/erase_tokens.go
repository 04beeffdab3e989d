package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// levelSalts is the level of tenants whose subjects have salts.
const levelSalts = 2

// tokenDomain names the tokens that a sink's records carry.
func (s sinkConfig) tokenDomain() string { return cmp.Or(s.Domain, s.Name) }

// recaller recomputes what one sink has in place of identifiers. Nothing is looked up, because tokens are deterministic. Those bound to
// a call, a day or a month are not among them: their records are found by the call's key.
type recaller struct {
	m      *maker
	tenant string
	sink   string   // name of its tokens
	fields []string // names of tokens of fields
	hasher *subject.Hasher
}

// tokensOf gives the tokens of a person, and the keys of calls, as a sink's records have them.
func (m *maker) tokensOf(tenant string, sink sinkConfig, ids []identifier) (tokens, calls []string, err error) {
	r := recaller{m: m, tenant: tenant, sink: sink.tokenDomain(), hasher: subject.NewHasher(m.ring)}
	if r.fields, err = m.tokenFields(); err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		into := &tokens
		if id.typ == typeCall {
			into = &calls
		}
		if *into, err = r.identifier(*into, id); err != nil {
			return nil, nil, fmt.Errorf("recompute tokens: %w", err)
		}
	}
	slices.Sort(tokens)
	slices.Sort(calls)
	return slices.Compact(tokens), slices.Compact(calls), nil
}

// identifier appends the tokens of all forms of an identifier.
func (r *recaller) identifier(all []string, id identifier) (_ []string, err error) {
	if id.typ == typeCall {
		return r.history(all, pseudonym.OriginMeta, typeCall, "r", id.raw, nil)
	}
	for _, form := range id.forms {
		salts, err := r.salts(id.typ, form)
		if err != nil {
			return all, err
		}
		for _, salt := range salts {
			if all, err = r.history(all, pseudonym.OriginText, id.typ, "rp", form, salt); err != nil {
				return all, err
			}
			// Under which name a field holds it, and whether as it was written or not, is not known here.
			for _, field := range append([]string{id.typ}, r.fields...) {
				for _, value := range slices.Compact([]string{form, string(pseudonym.Canonical(nil, field, []byte(id.raw)))}) {
					if all, err = r.history(all, pseudonym.OriginMeta, field, "rp", value, salt); err != nil {
						return all, err
					}
				}
			}
		}
	}
	return all, nil
}

// salts are what the tokens of a form may have been made with: none, and at level 2 its own.
func (r *recaller) salts(typ, form string) ([][]byte, error) {
	if r.m.ring.Level(r.tenant) < levelSalts {
		return [][]byte{nil}, nil
	}
	id, ok := r.hasher.ID([]byte(r.tenant), typ, []byte(form))
	if !ok {
		return nil, errNoTenantKey
	}
	salt, err := r.m.ring.Salt(r.tenant, id)
	if err != nil {
		return nil, err
	}
	return [][]byte{nil, salt.Bytes()}, nil
}

var errNoTenantKey = errors.New("the tenant has no key: nobody can be known by an id")

// history appends the tokens of a value under every version of the keys that is left.
func (r *recaller) history(all []string, origin pseudonym.Origin, typ, scopes, value string, salt []byte) ([]string, error) {
	d := pseudonym.Domain{Tenant: []byte(r.tenant), Sink: r.sink, Origin: origin, Salt: salt}
	for _, scope := range []byte(scopes) {
		tokens, err := r.m.tokens.History(d, typ, scope, []byte(value))
		if err != nil {
			return all, err
		}
		all = append(all, tokens...)
	}
	return all, nil
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
