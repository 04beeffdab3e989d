package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go/sasl"

	"github.com/sonexlabs/tacet/pipeline"
)

// oauthBearer is the SASL mechanism of RFC 7628, which kafka-go lacks. It has no state: one value serves all
// connections.
type oauthBearer struct {
	token string // reference
}

// Name implements sasl.Mechanism.
func (oauthBearer) Name() string { return "OAUTHBEARER" }

// Start implements sasl.Mechanism. The response (RFC 7628 §3.1) is a GS2 header without an authorization identity and
// one key-value pair, each ended by ^A.
func (m oauthBearer) Start(context.Context) (sasl.StateMachine, []byte, error) {
	token, err := m.read()
	if err != nil {
		return nil, nil, err
	}
	response := []byte("n,,\x01auth=Bearer ")
	response = append(response, token...)
	return m, append(response, 1, 1), nil
}

// Next implements sasl.StateMachine. A broker that accepts the token answers with nothing, one that refuses it with a
// JSON document (§3.2.2). That is not repeated: it comes from outside and may quote the token.
func (oauthBearer) Next(_ context.Context, challenge []byte) (done bool, response []byte, err error) {
	if len(challenge) > 0 {
		return false, nil, errors.New("broker refused the bearer token")
	}
	return true, nil, nil
}

// read resolves the reference. Only the characters of a bearer token (RFC 6750 §2.1) may be in it: a ^A would add pairs
// of its own.
func (m oauthBearer) read() ([]byte, error) {
	s, err := pipeline.ParseSecret(m.token)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	for _, c := range s.Reveal() {
		if c <= ' ' || c > '~' || c == ',' || c == '"' || c == '\\' {
			return nil, errors.New("token: holds a character that no bearer token has")
		}
	}
	return s.Reveal(), nil
}
