package pseudonym

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// TestTokensJoinWhereTheScopeSays makes tokens of what differs in one or several ways, in every way there is, before and after rotations: two are
// equal where all that a scope says is equal, and share no letters where not.
func TestTokensJoinWhereTheScopeSays(t *testing.T) {
	const seed = 5
	rng := rand.New(rand.NewPCG(seed, 0))
	ring := newStored(t)
	require.NoError(t, ring.Create(context.Background(), "bolt"))
	rounds := []func(){func() {}, func() { rotate(t, ring, keyring.Chain) }, func() { rotate(t, ring, keyring.Break) }}
	workers := []*Tokenizer{NewTokens(ring).Tokenizer(), NewTokens(ring).Tokenizer()}
	byKey, byLetters, pairs := map[string]string{}, map[string]string{}, 0
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	for round, rotated := range rounds {
		rotated()
		for range 20_000 {
			d := Domain{Tenant: []byte(pick("acme", "bolt")), Sink: pick("one", "two", "on"), Origin: []Origin{OriginMeta, OriginText}[rng.IntN(2)]}
			scope := pick("c", "d", "m", "r", "p")
			switch scope {
			case "c":
				d.Scope = []byte(pick("1", "12", "2026-11-27"))
			case "d":
				d.Scope = []byte(pick("2026-11-27", "2026-11-26"))
			case "m":
				d.Scope = []byte(pick("2026-11", "2026-10"))
			}
			d.Salt = []byte(pick("", "", "salt"))
			typ, value := pick("PHONE", "PHONES", "ACCOUNT_ID"), pick("7700900123", "1", "21", "")
			version := fmt.Sprint(" version ", round)
			if string(d.Tenant) == "bolt" || scope == "d" || scope == "m" {
				version = "" // not rotated
			}
			sink := d.Sink
			if scope == "p" {
				sink = "all"
			}
			key := fmt.Sprintf("%s %s %c %s %q %q %s %q%s", d.Tenant, sink, d.Origin, scope, d.Scope, d.Salt, typ, value, version)
			token := string(workers[rng.IntN(2)].Append(nil, d, typ, scope[0], []byte(value)))
			letters := token[strings.LastIndexByte(token, ':')+1:]
			require.Len(t, letters, tokenLen+1, token)
			if known, ok := byKey[key]; ok {
				require.Equal(t, known, token, "seed %d: %s", seed, key)
				pairs++
				continue
			}
			require.Empty(t, byLetters[letters], "seed %d: %s joins", seed, key)
			byKey[key], byLetters[letters] = token, key
		}
	}
	require.Greater(t, pairs, 30_000)
	require.Greater(t, len(byKey), 3_000)
}

// formats write a text into a form that it may be kept in, and read it again.
var formats = []struct {
	name        string
	plain       bool // what is written is the text itself within quotes or tags: whoever greps finds it
	write, read func(string) (string, error)
}{
	{"JSON", true, func(s string) (string, error) { b, err := json.Marshal(s); return string(b), err },
		func(s string) (got string, err error) { return got, json.Unmarshal([]byte(s), &got) }},
	{"CSV", true, func(s string) (string, error) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		err := w.Write([]string{"a", s, "b"})
		w.Flush()
		return b.String(), err
	}, func(s string) (string, error) {
		row, err := csv.NewReader(strings.NewReader(s)).Read()
		if err != nil || len(row) != 3 {
			return "", errors.Join(err, fmt.Errorf("%d columns", len(row)))
		}
		return row[1], nil
	}},
	{"SQL", true, func(s string) (string, error) { return "'" + strings.ReplaceAll(s, "'", "''") + "'", nil },
		func(s string) (string, error) { return readSQL(s, false) }},
	{"SQL with backslashes", true, func(s string) (string, error) { return "'" + s + "'", nil }, // nothing to escape: so no dialect matters
		func(s string) (string, error) { return readSQL(s, true) }},
	{"query", false, func(s string) (string, error) { return "https://example.com/x?q=" + url.QueryEscape(s), nil },
		func(s string) (string, error) {
			u, err := url.Parse(s)
			if err != nil {
				return "", err
			}
			return u.Query().Get("q"), nil
		}},
	{"path", false, func(s string) (string, error) { return "https://example.com/" + url.PathEscape(s) + "/x", nil },
		func(s string) (string, error) {
			u, err := url.Parse(s)
			if err != nil {
				return "", err
			}
			return strings.TrimSuffix(strings.TrimPrefix(u.Path, "/"), "/x"), nil
		}},
	{"HTML", true, func(s string) (string, error) { return html.EscapeString(s), nil },
		func(s string) (string, error) { return html.UnescapeString(s), nil }},
	{"XML", true, func(s string) (string, error) { b, err := xml.Marshal(s); return string(b), err },
		func(s string) (got string, err error) { return got, xml.Unmarshal([]byte(s), &got) }},
}

// readSQL reads a literal of SQL up to its end, and complains of what is behind that.
func readSQL(s string, backslashes bool) (string, error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'', s[i] == '\\' && backslashes && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '\'':
			if i+1 != len(s) {
				return "", errors.New("the literal ends early")
			}
			return b.String(), nil
		default:
			b.WriteByte(s[i])
		}
	}
	return "", errors.New("the literal does not end")
}

// TestReplacementsSurviveFormats: what stands for a value is the same behind JSON, CSV, SQL, addresses and markup, and is written in them as
// it is, but for addresses.
func TestReplacementsSurviveFormats(t *testing.T) {
	k := newTokenizer(testKey())
	all := []string{"[PHONE]", "[PHONE_1]", "[DE_TAX_ID_256]", "[AGE:90+]", "[DATE:--03]", "[IP_ADDRESS:2001:db8::/32]", "[PHONE:**0123]", "[PHONE:GB mobile]"}
	for i := range 3000 {
		d := acme([]Origin{OriginMeta, OriginText}[i%2])
		if i%3 == 0 {
			d.Scope = []byte("call'; drop table x; --")
		}
		all = append(all, string(k.Append(nil, d, []string{"PHONE", "CALL_ID", "DE_TAX_ID", "'"}[i%4], []byte{'c', 'r', 'p'}[i%3], fmt.Append(nil, `"'\`, i))))
	}
	for _, text := range all {
		for _, f := range formats {
			written, err := f.write(text)
			require.NoError(t, err, f.name)
			got, err := f.read(written)
			require.NoError(t, err, "%s: %s", f.name, written)
			require.Equal(t, text, got, f.name)
			if f.plain {
				require.Contains(t, written, text, f.name)
				require.NotContains(t, strings.Trim(written, `"'`), `"`, "%s needs no quotes", f.name)
			}
		}
	}
	_, err := readSQL(`'it's'`, false)
	require.Error(t, err, "the reader of SQL must be able to fail")
}
