package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// Instruction is what a tenant, as controller, told the platform to do with its data from a time on (GDPR Art. 28(3)(a), 29; §§2, 4, 5 of
// the privacy policy). It is immutable.
type Instruction struct {
	Tenant  string
	Version int
	From    time.Time // in force from then on, by the time of events
	// Recording lets recordings leave. It holds for a call as it was when the call began.
	Recording bool
	// Text is the retention class of AI interactions; "none" lets no text leave.
	Text     string
	Consents []Consent
	// HomeRegion and Regions are where data may be; no regions means the home region only.
	HomeRegion string
	Regions    []string // sorted
	Safeguard  string   // what lets data be in another region: a reference, "SCC 2021/914 module 2"
	// Minors has records kept back of calls in which somebody seems to be a minor.
	Minors    bool
	Detection Detection

	hash string
	sum  [sha256.Size]byte // of the text
	file string            // its name, for messages
	set  *detectors.Set    // of DetectorSets
}

// textNone is the retention of AI interactions under which no text leaves.
const textNone = "none"

// Consent is one that a tenant gave, with what proves it.
type Consent struct {
	Name             string
	ID               string
	Granted, Expires time.Time
	Document         string // SHA-256 of what was signed, in hexadecimal
}

// Hash names the instruction's text as Policy.Hash does a policy.
func (i *Instruction) Hash() string { return i.hash }

// Name is the tenant and the version: "acme/3". It is the key of its message on a topic.
func (i *Instruction) Name() string { return fmt.Sprintf("%s/%d", i.Tenant, i.Version) }

// KeepsText tells whether text of AI interactions may leave. Without an instruction none may.
func (i *Instruction) KeepsText() bool { return i != nil && i.Text != textNone }

// Records tells whether recordings may leave. Without an instruction none may.
func (i *Instruction) Records() bool { return i != nil && i.Recording }

// Consented tells whether a consent was in force at a time. Without an instruction none is.
func (i *Instruction) Consented(name string, when time.Time) bool {
	if i == nil {
		return false
	}
	for _, c := range i.Consents {
		if c.Name == name && !when.Before(c.Granted) && when.Before(c.Expires) {
			return true
		}
	}
	return false
}

// Allows tells whether data may be in a region. Without an instruction it may be nowhere.
func (i *Instruction) Allows(region string) bool {
	return i != nil && (region == i.HomeRegion || slices.Contains(i.Regions, region))
}

const (
	// instructionMax bounds an instruction, signed or not, in bytes: the YAML library takes time with the square of how deep lists are nested,
	// some tenths of a second for as much as this.
	instructionMax = 16 << 10
	// versionMost bounds versions, and with them what a tenant's instructions take in memory.
	versionMost = 10_000
)

// ParseInstruction reads an instruction strictly. The error lists everything that is wrong with it, each as "name:line: key: what".
func ParseInstruction(name string, text []byte) (*Instruction, error) {
	var d document
	i := &Instruction{file: name}
	if len(text) > instructionMax {
		d.Fail(1, "", "larger than %d bytes", instructionMax)
	} else if body := d.body(text, "an instruction has tenant, version and from"); body != nil {
		d.instruction(body, i)
	}
	if err := d.err(name); err != nil {
		return nil, err
	}
	i.hash, i.sum = hashOf(text), sha256.Sum256(text)
	return i, nil
}

func (d *document) instruction(body ast.Node, i *Instruction) {
	members, ok := d.Mapping(body, "")
	if !ok {
		return
	}
	d.Known(members, "", "tenant", "version", "from", "recording", "text", "consents", "home_region", "regions", "safeguard", "minors", "locales", "preset", "rules")
	line := syntax.Line(body)
	if m := d.required(members, line, "", "tenant"); m != nil {
		if i.Tenant, _ = syntax.Text(m.Value); !isTenantID(i.Tenant) {
			d.Fail(m.Line, "tenant", "%q is no tenant id", i.Tenant)
		}
	}
	if m := d.required(members, line, "", "version"); m != nil {
		i.Version = d.number(m, "version", 1, versionMost)
	}
	if m := d.required(members, line, "", "from"); m != nil {
		i.From = d.time(m, "from")
	}
	if m := syntax.Find(members, "recording"); m != nil {
		k, _ := d.word(m.Value, "recording", "answer", []string{"false", "true"})
		i.Recording = k == 1
	}
	i.Text = textNone
	d.wordOf(members, "", "text", &i.Text)
	d.places(members, line, i)
	i.Minors = d.minors(members)
	i.Detection = d.detection(members)
	if m := syntax.Find(members, "consents"); m != nil {
		d.consents(m.Value, i)
	}
}

// places reads where data may be. Outside of the home region that is a transfer, which something must allow (GDPR Art. 46).
func (d *document) places(members []syntax.Member, line int, i *Instruction) {
	const not = "must be a word of small letters, digits, underscores and dashes"
	if m := syntax.Find(members, "home_region"); m != nil {
		if i.HomeRegion, _ = syntax.Text(m.Value); !isRegion(i.HomeRegion) {
			d.Fail(m.Line, "home_region", "%q %s", i.HomeRegion, not)
		}
	}
	i.Regions = d.names(members, "regions", isRegion, not)
	if m := syntax.Find(members, "safeguard"); m != nil {
		if i.Safeguard, _ = syntax.Text(m.Value); !isReference(i.Safeguard) {
			d.Fail(m.Line, "safeguard", "must be a short text: the reference of the contract")
		}
	}
	if slices.ContainsFunc(i.Regions, func(r string) bool { return r != i.HomeRegion }) && i.Safeguard == "" {
		d.Fail(line, "safeguard", "is required where data may leave the home region: the reference of what allows it")
	}
}

// names reads a list of words, each once.
func (d *document) names(members []syntax.Member, key string, is func(string) bool, not string) (all []string) {
	m := syntax.Find(members, key)
	if m == nil {
		return nil
	}
	items, _ := d.list(m.Value, key)
	for _, s := range items {
		switch {
		case !is(s.Text):
			d.Fail(s.Line, key, "%q %s", s.Text, not)
		case slices.Contains(all, s.Text):
			d.Fail(s.Line, key, "%q is given twice", s.Text)
		}
		all = append(all, s.Text)
	}
	slices.Sort(all)
	return all
}

// isRegion tells whether s can name a region: eu, eu-west-1.
func isRegion(s string) bool { return isWord(strings.ReplaceAll(s, "-", "_")) }

// isReference tells whether s can name a document: one line of what can be printed.
func isReference(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return strings.TrimSpace(s) != "" && len(s) <= pathLenMax
}

func (d *document) consents(n ast.Node, i *Instruction) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.Fail(syntax.Line(n), "consents", "must be a list")
		return
	}
	for k, v := range seq.Values {
		key := fmt.Sprintf("consents[%d]", k)
		members, ok := d.Mapping(v, key)
		if !ok {
			continue
		}
		d.Known(members, key, "name", "id", "granted", "expires", "document")
		c := Consent{}
		for _, name := range []string{"name", "id", "granted", "expires", "document"} {
			m := d.required(members, syntax.Line(v), key, name)
			if m == nil {
				continue
			}
			s, _ := syntax.Text(m.Value)
			switch name {
			case "name":
				d.wordOf(members, key, "name", &c.Name)
			case "id":
				if c.ID = s; !isReference(s) || len(s) > tenantLenMax {
					d.Fail(m.Line, key+".id", "must name the consent's record")
				}
			case "granted":
				c.Granted = d.time(m, key+".granted")
			case "expires":
				c.Expires = d.time(m, key+".expires")
			case "document":
				if b, err := hex.DecodeString(s); err != nil || len(b) != sha256.Size || s != strings.ToLower(s) {
					d.Fail(m.Line, key+".document", "must be the SHA-256 of what was signed, 64 hexadecimal digits")
				}
				c.Document = s
			}
		}
		if !c.Expires.IsZero() && !c.Granted.Before(c.Expires) {
			d.Fail(syntax.Line(v), key, "expires before it is granted")
		}
		if slices.ContainsFunc(i.Consents, func(o Consent) bool { return o.Name == c.Name && o.ID == c.ID }) {
			d.Fail(syntax.Line(v), key, "the same consent is given twice")
		}
		i.Consents = append(i.Consents, c)
	}
}

// Times of other years are slips.
const (
	yearLeast = 2000
	yearMost  = 2999
)

// time reads RFC 3339, or a day, which begins at midnight UTC.
func (d *document) time(m *syntax.Member, key string) time.Time {
	s, _ := syntax.Text(m.Value)
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.UTC().Year() >= yearLeast && t.UTC().Year() <= yearMost {
			return t.UTC()
		}
	}
	d.Fail(m.Line, key, "must be a time like 2026-03-01T00:00:00Z, or a day, of the years %d to %d", yearLeast, yearMost)
	return time.Time{}
}
