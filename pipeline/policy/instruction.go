package policy

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/mod/sumdb/note"
)

// Instruction is what a tenant, as controller, told the platform to do with its data from a time on (GDPR Art. 28(3)(a), 29; §§2, 4, 5 of
// the privacy policy). It is immutable.
type Instruction struct {
	Tenant  string
	Version int
	From    time.Time // in force from then on, by the time of events
	// Recording lets recordings leave. It holds for a call as it was when the call began.
	Recording bool
	// Text is the retention class of AI interactions; TextNone lets no text leave.
	Text     string
	Consents []Consent
	// HomeRegion and Regions are where data may be; no regions means the home region only.
	HomeRegion string
	Regions    []string // sorted
	Safeguard  string   // what lets data be in another region: a reference, "SCC 2021/914 module 2"
	// Minors is "quarantine" where records of those who seem to be minors are kept back; else "".
	Minors string

	hash string
}

// TextNone is the retention of AI interactions under which no text leaves.
const TextNone = "none"

// Consent is one that a tenant gave, with what proves it.
type Consent struct {
	Name             string
	ID               string
	Granted, Expires time.Time
	Document         string // SHA-256 of what was signed, in hexadecimal
}

// Hash names the instruction as Policy.Hash does a policy.
func (i *Instruction) Hash() string { return i.hash }

// KeepsText tells whether text of AI interactions may leave. Without an instruction none may.
func (i *Instruction) KeepsText() bool { return i != nil && i.Text != TextNone }

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

// ParseInstruction reads an instruction strictly. The error lists everything that is wrong with it, each as "name:line: key: what".
func ParseInstruction(name string, text []byte) (*Instruction, error) {
	var d document
	i := &Instruction{}
	if body := d.body(text, "an instruction has tenant, version and from"); body != nil {
		d.instruction(body, i)
	}
	if err := d.err(name); err != nil {
		return nil, err
	}
	i.hash = hashOf(text)
	return i, nil
}

func (d *document) instruction(body ast.Node, i *Instruction) {
	members, ok := d.mapping(body, "")
	if !ok {
		return
	}
	d.known(members, "", "tenant", "version", "from", "recording", "text", "consents", "home_region", "regions", "safeguard", "minors")
	line := lineOf(body)
	if m := d.required(members, line, "", "tenant"); m != nil {
		if i.Tenant, _ = text(m.value); !isTenantID(i.Tenant) {
			d.fail(m.line, "tenant", "%q is no tenant id", i.Tenant)
		}
	}
	if m := d.required(members, line, "", "version"); m != nil {
		i.Version = d.number(m, "version", 1, 1_000_000)
	}
	if m := d.required(members, line, "", "from"); m != nil {
		i.From = d.time(m, "from")
	}
	if m := find(members, "recording"); m != nil {
		k, _ := d.word(m.value, "recording", "answer", []string{"false", "true"})
		i.Recording = k == 1
	}
	i.Text = TextNone
	d.wordOf(members, "", "text", &i.Text)
	d.wordOf(members, "", "home_region", &i.HomeRegion)
	if m := find(members, "regions"); m != nil {
		items, _ := d.list(m.value, "regions")
		for _, s := range items {
			if !isWord(s.text) {
				d.fail(s.line, "regions", "%q must be a word of small letters, digits and underscores", s.text)
			}
			i.Regions = append(i.Regions, s.text)
		}
		slices.Sort(i.Regions)
	}
	if m := find(members, "safeguard"); m != nil {
		if i.Safeguard, ok = text(m.value); !ok || len(i.Safeguard) > pathLenMax {
			d.fail(m.line, "safeguard", "must be a short text: the reference of the contract")
		}
	}
	if m := find(members, "minors"); m != nil {
		d.word(m.value, "minors", "treatment", []string{"quarantine"})
		i.Minors = "quarantine"
	}
	if m := find(members, "consents"); m != nil {
		d.consents(m.value, i)
	}
	if slices.ContainsFunc(i.Regions, func(r string) bool { return r != i.HomeRegion }) && i.Safeguard == "" {
		d.fail(line, "safeguard", "is required where data may leave the home region: the reference of what allows it")
	}
}

func (d *document) consents(n ast.Node, i *Instruction) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fail(lineOf(n), "consents", "must be a list")
		return
	}
	for k, v := range seq.Values {
		key := fmt.Sprintf("consents[%d]", k)
		members, ok := d.mapping(v, key)
		if !ok {
			continue
		}
		d.known(members, key, "name", "id", "granted", "expires", "document")
		c := Consent{}
		for _, name := range []string{"name", "id", "granted", "expires", "document"} {
			m := d.required(members, lineOf(v), key, name)
			if m == nil {
				continue
			}
			s, _ := text(m.value)
			switch name {
			case "name":
				d.wordOf(members, key, "name", &c.Name)
			case "id":
				if c.ID = s; s == "" || len(s) > tenantLenMax {
					d.fail(m.line, key+".id", "must name the consent's record")
				}
			case "granted":
				c.Granted = d.time(m, key+".granted")
			case "expires":
				c.Expires = d.time(m, key+".expires")
			case "document":
				if b, err := hex.DecodeString(s); err != nil || len(b) != sha256.Size || s != strings.ToLower(s) {
					d.fail(m.line, key+".document", "must be the SHA-256 of what was signed, 64 hexadecimal digits")
				}
				c.Document = s
			}
		}
		if !c.Expires.IsZero() && !c.Granted.Before(c.Expires) {
			d.fail(lineOf(v), key, "expires before it is granted")
		}
		i.Consents = append(i.Consents, c)
	}
}

// time reads RFC 3339, or a day, which begins at midnight UTC.
func (d *document) time(m *member, key string) time.Time {
	s, _ := text(m.value)
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	d.fail(m.line, key, "must be a time like 2026-03-01T00:00:00Z, or a day")
	return time.Time{}
}

// SignInstruction gives the text of an instruction with a signature, as a signed note (C2SP signed-note; golang.org/x/mod/sumdb/note).
func SignInstruction(name string, text []byte, signer note.Signer) ([]byte, error) {
	if _, err := ParseInstruction(name, text); err != nil {
		return nil, err
	}
	text = append(bytes.TrimRight(text, "\n"), '\n')
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign instruction %s: %w", name, err)
	}
	return signed, nil
}

// VerifyInstruction reads a signed instruction. It must bear the signature of one of the verifiers.
func VerifyInstruction(name string, signed []byte, verifiers note.Verifiers) (*Instruction, error) {
	if len(signed) > sizeMax {
		return nil, fmt.Errorf("verify instruction %s: larger than %d bytes", name, sizeMax)
	}
	n, err := note.Open(signed, verifiers)
	if err != nil {
		var unverified *note.UnverifiedNoteError
		if errors.As(err, &unverified) {
			return nil, fmt.Errorf("verify instruction %s: no signature of a known key", name)
		}
		return nil, fmt.Errorf("verify instruction %s: not a signed instruction", name)
	}
	return ParseInstruction(name, []byte(n.Text))
}

// Instructions are all versions of the instructions of all tenants. Reading takes no lock; one goroutine at a time adds.
type Instructions struct {
	table      atomic.Pointer[map[string][]*Instruction] // by tenant, in order of when they came into force
	generation atomic.Uint64
}

// NewInstructions makes an empty table: no text leaves for anybody.
func NewInstructions() *Instructions {
	s := &Instructions{}
	s.table.Store(&map[string][]*Instruction{})
	return s
}

// At gives the instruction of a tenant in force at the time of an event; nil where there was none.
func (s *Instructions) At(tenant []byte, when time.Time) *Instruction {
	all := (*s.table.Load())[string(tenant)]
	for k := len(all) - 1; k >= 0; k-- {
		if !when.Before(all[k].From) {
			return all[k]
		}
	}
	return nil
}

// Generation changes with every change.
func (s *Instructions) Generation() uint64 { return s.generation.Load() }

// Tenants lists the tenants that gave any, sorted.
func (s *Instructions) Tenants() []string { return slices.Sorted(maps.Keys(*s.table.Load())) }

// Of lists a tenant's instructions in the order in which they come into force. Read only.
func (s *Instructions) Of(tenant string) []*Instruction { return (*s.table.Load())[tenant] }

// ErrFork says that an instruction is not the one of that tenant and version that was seen before.
var ErrFork = errors.New("differs from the instruction of that tenant and version")

// Replace puts a whole set in place of what there is, or nothing of it. Versions of a tenant are all different, and a later one comes
// into force no earlier. What was there before must be in the set as it was: a tenant's word can be superseded, not unsaid.
func (s *Instructions) Replace(all []*Instruction) error {
	table := map[string][]*Instruction{}
	for _, i := range all {
		table[i.Tenant] = append(table[i.Tenant], i)
	}
	var problems []error
	for tenant, of := range table {
		slices.SortFunc(of, func(a, b *Instruction) int { return cmp.Compare(a.Version, b.Version) })
		for k, i := range of[1:] {
			before := of[k]
			switch {
			case i.Version == before.Version && i.hash == before.hash:
			case i.Version == before.Version:
				problems = append(problems, fmt.Errorf("instruction of tenant %s, version %d: %w", tenant, i.Version, ErrFork))
			case i.From.Before(before.From):
				problems = append(problems, fmt.Errorf("instruction of tenant %s, version %d: in force before version %d, which it supersedes", tenant, i.Version, before.Version))
			}
		}
		table[tenant] = slices.CompactFunc(of, func(a, b *Instruction) bool { return a.Version == b.Version })
	}
	for tenant, of := range *s.table.Load() {
		for _, old := range of {
			k := slices.IndexFunc(table[tenant], func(i *Instruction) bool { return i.Version == old.Version })
			switch {
			case k < 0:
				problems = append(problems, fmt.Errorf("instruction of tenant %s, version %d: was there and is gone", tenant, old.Version))
			case table[tenant][k].hash != old.hash:
				problems = append(problems, fmt.Errorf("instruction of tenant %s, version %d: %w", tenant, old.Version, ErrFork))
			}
		}
	}
	if len(problems) > 0 {
		slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return errors.Join(problems...)
	}
	s.table.Store(&table)
	s.generation.Add(1)
	return nil
}
