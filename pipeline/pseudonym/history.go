package pseudonym

import (
	"errors"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// errScope is returned for tokens that are bound to a call, day or month: those of a call are found by its key, those of an epoch
// have one version.
var errScope = errors.New("recompute tokens: only those of scope r and p have versions")

// History gives the tokens that a value has had, one for each version of the keys that was not destroyed, the present one last: what
// an erasure has to look for. It is for scopes r and p, and makes its states anew each time.
func (k *Tokenizer) History(d Domain, typ string, scope byte, canonical []byte) (tokens []string, err error) {
	if !d.joins(scope) || len(typ) > 255 || scope != 'r' && scope != 'p' {
		return nil, errScope
	}
	all, err := k.ring.History(string(d.Tenant), d.keyDomain(scope))
	if err != nil {
		return nil, err
	}
	for _, keys := range all {
		s := newStates(keys, nil)
		if len(s.chain) == 0 {
			return nil, keyring.ErrNone
		}
		tokens = append(tokens, string(k.appendThrough(nil, s, d, typ, scope, canonical)))
	}
	return tokens, nil
}
