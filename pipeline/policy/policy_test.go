package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
)

func TestDefault(t *testing.T) {
	p := Default()
	for _, name := range Categories() {
		c, ok := p.Category(name)
		require.True(t, ok, name)
		for _, r := range c.Rules {
			require.NotEmpty(t, r.Clauses, "%s %s", name, r.Path)
			require.NotContains(t, r.Path, "*", name)
		}
	}
	f := func(category, path string, want string) {
		t.Helper()
		c, _ := p.Category(category)
		var got []string
		for _, class := range c.For {
			got = append(got, actionOf(c, class, path).String())
		}
		if got = slices.Compact(got); len(got) > 1 {
			got = got[:0]
			for _, class := range c.For {
				got = append(got, class+" "+actionOf(c, class, path).String())
			}
		}
		require.Equal(t, want, strings.Join(got, ", "), "%s %s", category, path)
	}
	const texts = "analytics redact, monitoring drop, regulator redact, review redact, training redact"
	f("transcript", "text", texts)
	f("transcript", "turns[].itn", texts)
	f("transcript", "turns[].lexical", texts)
	f("transcript", "call_id", "token")
	f("transcript", "turns[].role", "keep")
	f("transcript", "audio_url", "drop")
	f("transcript", "turns[].embedding", "drop")
	f("transcript", "tool_args", "drop")
	f("transcript", "from", "drop")
	f("account", "email", "drop")
	f("account", "password", "drop")
	f("account", "created_at", "generalise")
	f("billing", "card_number", "drop")
	f("billing", "amount", "analytics keep, monitoring generalise, regulator keep")
	f("billing", "invoice_id", "analytics token, monitoring drop, regulator token")
	f("usage_log", "ip", "generalise")
	f("usage_log", "user_agent", "generalise")
	f("usage_log", "session_id", "analytics token, monitoring token, regulator token, web_analytics drop")
	f("usage_log", "headers.cookie", "drop")
	f("usage_log", "request", "drop")
	f("usage_log", "message", "analytics redact, monitoring redact, regulator redact, web_analytics drop")
	f("usage_log", "syslog.host", "analytics redact, monitoring redact, regulator redact, web_analytics drop")
	f("call_record", "from", "generalise")
	f("call_record", "recording_url", "analytics keep, monitoring drop, regulator drop, review keep")
	f("call_record", "audio", "drop")
	f("agent_config", "prompt", "drop")
	f("communication", "body", "drop")
	_, ok := p.Category("advertising")
	require.False(t, ok)
	for _, c := range p.Classes() {
		_, ok := p.Retention(c.Retention)
		require.True(t, ok, c.Name)
	}
}

// actionOf is what a category without wildcards does with a value for a class.
func actionOf(c *Category, class, path string) Action {
	for _, r := range c.Rules {
		if r.Path == path && r.Class == class {
			return r.Action
		}
	}
	return Drop
}

func TestTextOnly(t *testing.T) {
	p := TextOnly()
	for _, name := range Categories() {
		c, ok := p.Category(name)
		require.True(t, ok, name)
		require.Len(t, c.Rules, 1)
		require.Equal(t, "**", c.Rules[0].Path)
		require.Equal(t, Redact, c.Rules[0].Action)
	}
	require.NotEqual(t, Default().Hash(), p.Hash())
}

func TestStyles(t *testing.T) {
	f := func(types string, of detectors.Type, want Style) {
		t.Helper()
		p, err := Parse("p", minimal("types: {"+types+"}"))
		require.NoError(t, err)
		require.Equal(t, want, p.Classes()[0].Style(of))
	}
	f("", detectors.Location, StyleKeep)
	f("", detectors.Date, StyleKeep)
	f("", detectors.Phone, StyleAlias)
	f("", detectors.Number, StyleRedact)
	f("", detectors.CreditCard, StyleRedact)
	f("", 0, StyleRedact)
	f("", 255, StyleRedact)
	f("LOCATION: alias", detectors.Location, StyleAlias)
	f("PHONE: redact", detectors.Phone, StyleRedact)
	f("ORDER_ID: keep", detectors.OrderID, StyleKeep)
	f("PIN: redact", detectors.PIN, StyleRedact)

	for _, typ := range detectors.Types() {
		if neverStored(typ) {
			require.Equal(t, StyleRedact, defaultStyle(typ), typ)
			for _, s := range []Style{StyleAlias, StyleKeep} {
				_, err := Parse("p", minimal(fmt.Sprintf("types: {%s: %s}", typ, s)))
				require.ErrorContains(t, err, "never stored", typ)
			}
		}
	}
}

// minimal is a policy file with some lines added.
func minimal(lines string) []byte {
	return []byte("tenants: [acme, bolt]\ncategories: {account: {clauses: [2], fields: {plan: keep}}}\n" + lines)
}

func TestTenant(t *testing.T) {
	some, err := Parse("p", minimal(""))
	require.NoError(t, err)
	f := func(p *Policy, id string, want bool) {
		t.Helper()
		require.Equal(t, want, p.Tenant(id), "%q", id)
	}
	f(some, "acme", true)
	f(some, "bolt", true)
	f(some, "bol", false)
	f(some, "*", false)
	f(some, "", false)
	f(Default(), "anyone-1.eu:2_b", true)
	f(Default(), strings.Repeat("a", 64), true)
	f(Default(), strings.Repeat("a", 65), false)
	f(Default(), "", false)
	f(Default(), "*", false)
	f(Default(), "a\x00b", false)
	f(Default(), "jane@example.com", false)
	f(Default(), "Jane Roe", false)
	f(Default(), "zoë", false)

	for _, p := range []*Policy{some, Default()} {
		one, err := p.For("acme")
		require.NoError(t, err)
		f(one, "acme", true)
		f(one, "bolt", false)
		f(p, "bolt", true)
		require.Equal(t, p.Hash(), one.Hash())
		_, err = p.For("*")
		require.Error(t, err)
	}
	_, err = some.For("coil")
	require.ErrorContains(t, err, "does not know the tenant")
}

func TestHash(t *testing.T) {
	hash := func(yaml string) string {
		t.Helper()
		p, err := Parse("p", []byte(yaml))
		require.NoError(t, err)
		return p.Hash()
	}
	one := hash("tenants: [a, b]\ntypes: {PHONE: alias}\ncategories: {account: {clauses: [2, 3], fields: {plan: keep, role: drop}}}")
	require.Regexp(t, "^[b-df-hj-np-tv-z]{16}$", one)
	require.Equal(t, one, hash("# comment\ncategories:\n  account:\n    fields: {role: drop, plan: {action: keep, clauses: [3, '2']}}\n    clauses: [3, 2]\ntenants: [b, a]\n"))
	require.NotEqual(t, one, hash("tenants: [a, b]\ncategories: {account: {clauses: [2, 3], fields: {plan: redact, role: drop}}}"))
	require.NotEqual(t, one, hash("tenants: [a]\ncategories: {account: {clauses: [2, 3], fields: {plan: keep, role: drop}}}"))
	require.NotEqual(t, one, hash("tenants: [a, b]\ntypes: {PHONE: redact}\ncategories: {account: {clauses: [2, 3], fields: {plan: keep, role: drop}}}"))
	require.NotEqual(t, one, hash("tenants: [a, b]\ncategories: {account: {clauses: [2], fields: {plan: keep, role: drop}}}"))
}

func TestYAML(t *testing.T) {
	for _, p := range []*Policy{Default(), TextOnly()} {
		again, err := Parse("p", p.YAML())
		require.NoError(t, err)
		require.Equal(t, p, again)
	}
}

// TestBadPolicies reads testdata/policy/*.bad.yaml: the comment lines at the top of each are the errors it must give, all
// of them, without the file's name.
func TestBadPolicies(t *testing.T) {
	files, err := filepath.Glob("../../testdata/policy/*.bad.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 30)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var want []string
			for line := range strings.Lines(string(text)) {
				if !strings.HasPrefix(line, "# ") {
					break
				}
				want = append(want, "x.yaml:"+strings.TrimSpace(line[2:]))
			}
			p, err := Parse("x.yaml", text)
			require.Nil(t, p)
			require.EqualError(t, err, strings.Join(want, "\n"))
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(defaultYAML))
	f.Add(minimal("types: {PERSON: alias}"))
	files, _ := filepath.Glob("../../testdata/policy/*.bad.yaml")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse("x", text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		again, err := Parse("x", p.YAML())
		require.NoError(t, err, "%s", p.YAML())
		require.Equal(t, p, again)
	})
}

// FuzzPath holds the path grammar to the one of the codec, which compiles what passes here.
func FuzzPath(f *testing.F) {
	for _, p := range []string{"a", "turns[].text", "*", "**", "a.**", "a.*.b", "x[][]", `http\.method`, `\*`, "", ".", "a..b", "[]", "a[", "**.a", "**[]", "a*", `a\`, `\a`} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if _, err := splitPath(path); err == nil {
			_, err = codec.NewSelector([]string{path})
			require.NoError(t, err)
		}
	})
}

func ExampleParse() {
	p, err := Parse("policy.yaml", []byte(`
tenants: ["*"]
types: {PERSON: redact, LOCATION: keep}
categories:
  transcript:
    clauses: ["2.AI interaction", "4"]
    fields:
      "turns[].text": redact
      call_id: token
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	c, _ := p.Category("transcript")
	for _, r := range c.Rules {
		fmt.Println(r.Path, r.Action, r.Clauses)
	}
	fmt.Println(p.Classes()[0].Style(detectors.Person), p.Classes()[0].Style(detectors.CardCVV))
	// Output:
	// call_id token [2.AI interaction 4]
	// turns[].text redact [2.AI interaction 4]
	// redact redact
}

func TestOperators(t *testing.T) {
	p, err := Parse("p", []byte(`
tenants: ["*"]
types:
  PHONE: token
  EMAIL: {style: token, scope: month}
  AGE: {style: generalise, to: "10"}
  IBAN: {style: mask, last: 4}
  DATE: {style: date_shift, days: 30}
  PERSON: seal
  CREDIT_CARD: drop
categories:
  call_record:
    clauses: [2]
    fields:
      call_id: token
      session: {action: token, scope: day}
      from: {action: generalise, as: PHONE, subject: PHONE, clauses: ["5"]}
      to: {action: drop, subject: PHONE}
      code: {action: mask, first: 2}
`))
	require.NoError(t, err)
	require.Equal(t, StyleToken, p.Classes()[0].Style(detectors.Phone))
	require.Equal(t, Options{Scope: ScopeCall}, p.Classes()[0].Options(detectors.Phone))
	require.Equal(t, Options{Scope: ScopeMonth}, p.Classes()[0].Options(detectors.Email))
	require.Equal(t, Options{To: "10"}, p.Classes()[0].Options(detectors.Age))
	require.Equal(t, Options{Last: 4}, p.Classes()[0].Options(detectors.IBAN))
	require.Equal(t, Options{Days: 30}, p.Classes()[0].Options(detectors.Date))
	require.Equal(t, StyleSeal, p.Classes()[0].Style(detectors.Person))
	require.Equal(t, StyleDrop, p.Classes()[0].Style(detectors.CreditCard))
	c, _ := p.Category("call_record")
	require.Equal(t, []Rule{
		{DefaultClass, "call_id", Token, Options{Scope: ScopeRelationship}, []string{"2"}},
		{DefaultClass, "code", Mask, Options{First: 2}, []string{"2"}},
		{DefaultClass, "from", Generalise, Options{As: "PHONE", Subject: detectors.Phone}, []string{"5"}},
		{DefaultClass, "session", Token, Options{Scope: ScopeDay}, []string{"2"}},
		{DefaultClass, "to", Drop, Options{Subject: detectors.Phone}, []string{"2"}},
	}, c.Rules)
	again, err := Parse("q", p.YAML())
	require.NoError(t, err)
	require.Equal(t, p.Hash(), again.Hash(), "the effective policy reads back as another")
}

func TestOnlyWhatIsOnePersonsMayBeLinked(t *testing.T) {
	for _, typ := range detectors.Types() {
		_, err := Parse("p", minimal(fmt.Sprintf("types: {%s: token}", typ)))
		require.Equal(t, Linkable(typ), err == nil, typ)
	}
	require.False(t, Linkable(detectors.Person))
	require.False(t, Linkable(detectors.CreditCard))
	require.True(t, Linkable(detectors.Phone))
}

// A policy with classes reads back as itself, and says for each class what leaves.
func TestClasses(t *testing.T) {
	p, err := Parse("p", []byte(`
tenants: ["*"]
types: {AGE: redact}
retention: {short: 30d}
classes:
  analytics: {purpose: analytics, recipient: tenant, basis: instruction, clauses: ["5"], retention: short}
  training: {purpose: train, recipient: tenant, basis: consent, consent: training, clauses: ["4"], types: {AGE: alias, PHONE: redact}}
categories:
  account: {clauses: [2], role: controller, for: [analytics], fields: {plan: keep}}
  transcript:
    clauses: [2]
    for: [training, analytics]
    fields:
      call_id: token
      text: {analytics: redact, training: {action: redact, clauses: ["4"]}}
      lang: {training: keep}
`))
	require.NoError(t, err)
	analytics, ok := p.Class("analytics")
	require.True(t, ok)
	training, _ := p.Class("training")
	require.Equal(t, StyleRedact, analytics.Style(detectors.Age))
	require.Equal(t, StyleAlias, training.Style(detectors.Age))
	require.Equal(t, StyleAlias, analytics.Style(detectors.Phone))
	require.Equal(t, "training", training.Consent)
	require.Equal(t, "short", analytics.Retention)
	c, _ := p.Category("transcript")
	require.Equal(t, []string{"analytics", "training"}, c.For)
	require.Equal(t, []Rule{
		{"analytics", "call_id", Token, Options{Scope: ScopeRelationship}, []string{"2"}},
		{"training", "call_id", Token, Options{Scope: ScopeRelationship}, []string{"2"}},
		{"training", "lang", Keep, Options{}, []string{"2"}},
		{"analytics", "text", Redact, Options{}, []string{"2"}},
		{"training", "text", Redact, Options{}, []string{"4"}},
	}, c.Rules)
	again, err := Parse("q", p.YAML())
	require.NoError(t, err)
	require.Equal(t, p.Hash(), again.Hash(), string(p.YAML()))
	require.Equal(t, c.Rules, again.categories[1].Rules)
	account, _ := p.Category("account")
	require.Equal(t, "controller", account.Role)
}
