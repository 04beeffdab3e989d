package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// processing is what is done for one sink class: GDPR Art. 30(1)(b), (d), (f).
type processing struct {
	Class     string   `json:"class"`
	Purpose   string   `json:"purpose"`
	Recipient string   `json:"recipient"`
	Basis     string   `json:"basis"`
	Consent   string   `json:"consent,omitempty"`
	Retention string   `json:"retention,omitempty"` // and how long it keeps
	Clauses   []string `json:"clauses"`
	Sinks     []string `json:"sinks"`
	ByHand    bool     `json:"by_hand,omitempty"`
}

// dataCategory is a kind of records: Art. 30(1)(c).
type dataCategory struct {
	Category string      `json:"category"`
	Role     string      `json:"role,omitempty"`
	People   string      `json:"people"` // whose data
	Topics   []string    `json:"topics"`
	Classes  []string    `json:"classes"`
	Fields   []fieldRule `json:"fields"`
}

type fieldRule struct {
	Path    string            `json:"path"`
	Actions map[string]string `json:"actions"` // by class
	Clauses []string          `json:"clauses"`
}

// unreadField leaves as it is, because the policy says that the platform fills it in.
type unreadField struct {
	Category string   `json:"category"`
	Class    string   `json:"class"`
	Fields   []string `json:"fields"`
}

// transfer is a place where data lies: Art. 30(1)(e).
type transfer struct {
	Place  string `json:"place"`
	Region string `json:"region,omitempty"`
}

// assessment is the annex to an impact assessment.
type assessment struct {
	Replaced    []styleOf `json:"identifiers"`
	Linked      []linked  `json:"tokens"`
	Method      []string  `json:"method"`
	Additional  []string  `json:"additional_information"`
	Quasi       []string  `json:"quasi_identifiers"`
	Residual    []string  `json:"residual_risk"`
	NeverStored []string  `json:"never_stored"`
}

type styleOf struct {
	Class string   `json:"class"`
	Style string   `json:"style"`
	Types []string `json:"types"`
}

// linked is something that joins records.
type linked struct {
	Class string `json:"class"`
	What  string `json:"what"` // a field, or a type in texts
	How   string `json:"how"`
	Scope string `json:"scope"`
}

// keyInventory is what the store of keys holds of a tenant: no keys.
type keyInventory struct {
	Tenant   string     `json:"tenant"`
	Level    int        `json:"level"`
	Versions []keyState `json:"versions"`
	Epochs   int        `json:"epochs"`
	Salts    int        `json:"salts"`
	Reveal   bool       `json:"reveal_key"`
}

type keyState struct {
	Version   int       `json:"version"`
	Mode      string    `json:"mode,omitempty"`
	Since     time.Time `json:"since"`
	Destroyed time.Time `json:"destroyed,omitzero"`
	Current   bool      `json:"current"`
}

// peopleOf says whose data a category holds.
func peopleOf(category string) string {
	switch category {
	case "account", "billing":
		return "people with an account"
	case "usage_log":
		return "people who use the platform"
	case "call_record":
		return "people who are called or call"
	case "agent_config":
		return "people who write agents, and whoever they write of"
	case "transcript":
		return "people who are called or call, and whoever they speak of"
	case "communication":
		return "people who write to support or sales"
	}
	return "not known"
}

// describe says what follows from policy and configuration alone.
func (e *evidence) describe(c config, p *policy.Policy) {
	e.Unread = []unreadField{}
	for i := range p.Classes() {
		class := &p.Classes()[i]
		e.Processing = append(e.Processing, processingOf(c, p, class))
		e.Assessment.styles(class)
	}
	for _, name := range policy.Categories() {
		if category, ok := p.Category(name); ok {
			e.category(c, category)
		}
	}
	for _, place := range c.places() {
		e.Transfers = append(e.Transfers, transfer{place.name, place.region})
	}
	e.measures(c)
	e.Assessment.method(c)
	e.Assessment.additional(c)
	e.Assessment.risks(e, p)
}

func processingOf(c config, p *policy.Policy, class *policy.Class) processing {
	d := processing{Class: class.Name, Purpose: class.Purpose, Recipient: class.Recipient, Basis: class.Basis, Consent: class.Consent,
		Clauses: class.Clauses, Sinks: []string{}, ByHand: policy.IsManual(class.Purpose)}
	if keep, ok := p.Retention(class.Retention); ok {
		d.Retention = fmt.Sprintf("%s (%s)", class.Retention, policy.FormatRetention(keep))
	}
	for _, s := range c.Sinks {
		if cmp.Or(s.Class, p.Classes()[0].Name) == class.Name {
			sink := s.Name
			if s.Content == string(pipeline.ContentCapsules) {
				sink += " (sealed capsules)"
			}
			d.Sinks = append(d.Sinks, sink)
		}
	}
	return d
}

// category adds one with what becomes of its fields.
func (e *evidence) category(c config, category *policy.Category) {
	d := dataCategory{Category: category.Name, Role: category.Role, People: peopleOf(category.Name), Topics: []string{}, Classes: category.For}
	for _, t := range c.Source.Topics {
		if t.Category == category.Name {
			d.Topics = append(d.Topics, t.Name)
		}
	}
	unread := map[string][]string{}
	for _, r := range category.Rules {
		if n := len(d.Fields); n == 0 || d.Fields[n-1].Path != r.Path {
			d.Fields = append(d.Fields, fieldRule{Path: r.Path, Actions: map[string]string{}, Clauses: r.Clauses})
		}
		f := &d.Fields[len(d.Fields)-1]
		f.Actions[r.Class] = actionOf(&r)
		for _, clause := range r.Clauses {
			if !slices.Contains(f.Clauses, clause) {
				f.Clauses = append(slices.Clip(f.Clauses), clause)
			}
		}
		switch r.Action {
		case policy.Keep:
			unread[r.Class] = append(unread[r.Class], r.Path)
		case policy.Token, policy.Seal, policy.Surrogate, policy.FPE:
			e.Assessment.Linked = append(e.Assessment.Linked, linked{r.Class, category.Name + " " + r.Path, r.Action.String(), r.Options.Scope.String()})
		}
	}
	for _, class := range category.For {
		if len(unread[class]) > 0 {
			e.Unread = append(e.Unread, unreadField{category.Name, class, unread[class]})
		}
	}
	e.Categories = append(e.Categories, d)
}

// actionOf says what becomes of a field in a few words.
func actionOf(r *policy.Rule) string {
	o, s := r.Options, r.Action.String()
	add := func(what string) { s += ", " + what }
	if o.Scope != 0 {
		add("within one " + o.Scope.String())
	}
	if o.To != "" {
		add("to " + o.To)
	}
	if r.Action == policy.Mask {
		add(fmt.Sprintf("all but %d and %d", o.First, o.Last))
	}
	if o.Days > 0 {
		add(fmt.Sprintf("by up to %d days", o.Days))
	}
	if o.Needs != "" {
		add("if instructed: " + o.Needs)
	}
	if o.Subject != 0 {
		add("names a person")
	}
	return s
}

// styles lists what stands for findings in texts.
func (a *assessment) styles(class *policy.Class) {
	by := map[string][]string{}
	for _, t := range detectors.Types() {
		style := class.Style(t)
		by[style.String()] = append(by[style.String()], t.String())
		if style == policy.StyleToken || style == policy.StyleSeal {
			a.Linked = append(a.Linked, linked{class.Name, t.String() + " in texts", style.String(), class.Options(t).Scope.String()})
		}
		if style == policy.StyleKeep {
			a.Quasi = append(a.Quasi, fmt.Sprintf("%s: %s stays in texts as it is", class.Name, t))
		}
	}
	var names []string
	for name := range by {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		a.Replaced = append(a.Replaced, styleOf{class.Name, name, by[name]})
	}
}

// measures are those of Art. 30(1)(g), as far as the configuration says.
func (e *evidence) measures(c config) {
	add := func(format string, args ...any) { e.Measures = append(e.Measures, fmt.Sprintf(format, args...)) }
	add("what a policy does not name is dropped; fields are dropped before texts are searched, so they cost nothing and can't leak")
	add("connection to the brokers: %s", map[bool]string{true: "TLS", false: "not encrypted"}[c.Kafka.TLS.Enabled])
	if c.Kafka.SASL.Mechanism != "" {
		add("the brokers know this program by %s", c.Kafka.SASL.Mechanism)
	}
	if c.Pseudonym.InsecureDevKeys {
		add("development keys: everybody can compute the token of any value; this is no pseudonymisation")
	} else {
		add("keys of tokens: random, of 256 bits, for each tenant; wrapped in their store by another key, which is elsewhere")
		add("keys of days are destroyed after %v, of months after %v", c.Pseudonym.Retention.Day, c.Pseudonym.Retention.Month)
	}
	if c.Quarantine.PublicKey != "" {
		add("records that can't be processed are kept sealed to a public key; the private half is not with this program")
	} else {
		add("of records that can't be processed only where they were read is kept")
	}
	switch {
	case c.Audit.Directory == "":
		add("no audit log is kept")
	case c.Audit.Witness == "" && c.Audit.Topic == "":
		add("audit log: hashes linked, checkpoints signed every %v, published nowhere, so that an older copy would look whole", c.Audit.Checkpoint)
	default:
		add("audit log: hashes linked, checkpoints signed every %v and published to a witness", c.Audit.Checkpoint)
	}
	if c.Rights.enabled() {
		add("requests of people are followed before anything is read; they are due after %v; while they can't be read for %v nothing leaves", c.Rights.Due, c.Rights.Stale)
	} else {
		add("requests of people are not followed: rights is not configured")
	}
	add("core files are off, and no value is in a log line, a metric or an error")
}

func (a *assessment) method(c config) {
	a.Method = append(a.Method,
		"tokens: HMAC-SHA-256 with a key of 256 bits for each tenant and recipient, cut to 96 bits and written in 16 consonants; one way, so that who has the key can test a guess and can't read a token",
		"tokens of metadata and of texts have different keys: who can say a number into a call can't look up its token in the metadata",
		"tokens of two recipients can't be joined, but those of scope person",
		"aliases: numbers in the order of appearance within one call; no key",
		"masks, coarser values, shifted dates, invented values and format-preserving encryption (NIST SP 800-38G, FF1, at least a million values) as the policy says",
		"deviation: no slow hash such as Argon2 (Guidelines, footnote 26). Where the key is secret it adds nothing; where it is not, numbers are few enough to be tried anyway")
	if c.Pseudonym.InsecureDevKeys {
		a.Method = append(a.Method, "the keys in use are development keys: all of the above is void")
	}
	for _, t := range detectors.Types() {
		if pseudonym.NeverStored(t.String()) {
			a.NeverStored = append(a.NeverStored, t.String())
		}
	}
}

// additional is what would let somebody attribute pseudonymised data (GDPR Art. 4(5)), and who holds it.
func (a *assessment) additional(c config) {
	add := func(format string, args ...any) { a.Additional = append(a.Additional, fmt.Sprintf(format, args...)) }
	add("the topics that are read hold the records as they were; the platform keeps them, this program only reads")
	if !c.Pseudonym.InsecureDevKeys {
		by := "a key that the configuration refers to"
		if c.Pseudonym.KEK.Vault.Address != "" {
			by = "a key that never leaves Vault"
		}
		add("the store of keys, wrapped by %s: whoever has both can test guesses against tokens", by)
	}
	for _, s := range c.Sinks {
		if s.Content == string(pipeline.ContentCapsules) {
			add("sink %s holds sealed values that only the tenant whose they are can open, with a grant of two people", s.Name)
		}
	}
	if c.Quarantine.PublicKey != "" {
		add("quarantine: sealed records, which the holder of the private key can open")
	}
	if c.Rights.enabled() {
		add("the list of people who asked for something: keyed ids, no identifiers; its key is the tenant's")
	}
}

// risks says what remains.
func (a *assessment) risks(e *evidence, p *policy.Policy) {
	for _, category := range e.Categories {
		for _, f := range category.Fields {
			for _, class := range category.Classes {
				if strings.HasPrefix(f.Actions[class], "generalise") {
					a.Quasi = append(a.Quasi, fmt.Sprintf("%s: %s %s leaves coarser", class, category.Category, f.Path))
				}
			}
		}
	}
	a.Residual = []string{
		"What leaves is pseudonymised, not anonymised: it is still personal data wherever somebody has means to attribute it.",
		"What somebody tells about their life can point to them, however well names and numbers are replaced.",
		"Detection misses: no detector finds every name and number. Figures for labelled rows are in the sources (make eval); none were taken on customers' records.",
		"Who has a token and its key can test a guess; telephone numbers are few enough to try them all.",
		"Places, dates and ages that stay, or leave coarser, can single somebody out together with what is known elsewhere. Class sizes were not measured.",
	}
	wide := 0
	for _, l := range a.Linked {
		if l.Scope == policy.ScopePerson.String() {
			wide++
		}
	}
	if wide > 0 {
		a.Residual = append(a.Residual, fmt.Sprintf("%d tokens hold for a person, whoever receives them: recipients can join what they have.", wide))
	}
	for _, class := range p.Classes() {
		if class.Purpose == "web_analytics" {
			a.Residual = append(a.Residual, fmt.Sprintf("Class %s has no token that joins; whether it is anonymous depends on how few share its values.", class.Name))
		}
	}
}

// inventory lists what the store of keys has.
func (e *evidence) inventory(c config) error {
	e.Keys = []keyInventory{}
	if c.Pseudonym.InsecureDevKeys {
		return nil
	}
	c.Pseudonym.Create = false
	keys, err := c.Pseudonym.openKeys(slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	defer keys.Close()
	v, err := keys.Inventory()
	if err != nil {
		return err
	}
	for _, t := range v.Tenants {
		if e.Tenant != "" && e.Tenant != t.Tenant {
			continue
		}
		k := keyInventory{Tenant: t.Tenant, Level: t.Level, Versions: []keyState{}, Epochs: len(t.Epochs), Salts: t.Subjects, Reveal: t.RevealKey}
		for _, version := range t.Versions {
			state := keyState{Version: version.Version, Mode: string(version.Mode), Since: version.Created.UTC(), Current: version.Current}
			if version.Shredded != nil {
				state.Destroyed = version.Shredded.UTC()
			}
			k.Versions = append(k.Versions, state)
		}
		e.Keys = append(e.Keys, k)
	}
	return nil
}
