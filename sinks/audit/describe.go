package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
)

// The members of the object of a batch's entry, which say whose its records were and where they went:
//
//	"format":"2","category":"transcript","sink.0":"warehouse","sink.1":"models",
//	"tenant/acme":"in=10 dead=1 out=9,0 keys=1,2"
//
// out counts the records that left for each sink, keys are the versions of the tenant's keys that tokens were made with. Entries without
// a format are of the first, and have no object.
const (
	memberFormat   = "format"
	memberCategory = "category"
	memberPart     = "part" // "2/3": of entries with the same range, where one could not hold all tenants
	memberSink     = "sink."
	memberTenant   = "tenant/"

	format = "2"
)

// The bounds of an entry's object. Tenants get half of an entry's 64 KiB.
const (
	tenantsBytes = 32 << 10
	tenantBytes  = 96 // of one, without what it has for each sink
	outBytes     = 12
	calledMost   = 1024
	nameMost     = 128
)

// most is how many tenants one entry holds.
func most(s *pipeline.Summary) int { return tenantsBytes / (tenantBytes + outBytes*len(s.Sinks)) }

// parts is how many entries a batch takes.
func (w *writer) parts(s *pipeline.Summary) int {
	if s == nil {
		return 1
	}
	return max(1, (len(s.Tenants)+most(s)-1)/most(s))
}

// describe gives the object of a batch's entry. A piece of a batch, whose records nobody counted, has none: it reads as one of the first
// format.
func (w *writer) describe(s *pipeline.Summary, part, parts int) []audit.Attr {
	if s == nil || s.Sinks == nil {
		return nil
	}
	w.object = append(w.object[:0], audit.Attr{Name: memberFormat, Value: format}, audit.Attr{Name: memberCategory, Value: s.Category})
	if parts > 1 {
		w.object = append(w.object, audit.Attr{Name: memberPart, Value: fmt.Sprintf("%d/%d", part+1, parts)})
	}
	n := 0
	for _, name := range s.Sinks {
		if name != w.cfg.Name {
			w.object = append(w.object, audit.Attr{Name: memberSink + strconv.Itoa(n), Value: sinkName(name)})
			n++
		}
	}
	from := part * most(s)
	for i := from; i < min(from+most(s), len(s.Tenants)); i++ {
		t := &s.Tenants[i]
		name, ok := w.called[t.Tenant]
		if !ok {
			if len(w.called) >= calledMost {
				clear(w.called)
			}
			name = memberTenant + t.Tenant
			w.called[t.Tenant] = name
		}
		w.object = append(w.object, audit.Attr{Name: name, Value: w.tenantText(s, t)})
	}
	return w.object
}

// tenantText is the value of a tenant's member.
func (w *writer) tenantText(s *pipeline.Summary, t *pipeline.TenantCount) string {
	w.sent = w.sent[:0]
	for i, name := range s.Sinks {
		if name != w.cfg.Name {
			w.sent = append(w.sent, int64(t.Out[i]))
		}
	}
	w.text = appendTenant(w.text[:0], Tenant{In: int64(t.In), Dead: int64(t.Dead), Out: w.sent, Versions: t.Versions})
	return string(w.text)
}

// appendTenant appends the one form of a tenant's counts.
func appendTenant(dst []byte, t Tenant) []byte {
	dst = strconv.AppendInt(append(dst, "in="...), t.In, 10)
	if t.Dead > 0 {
		dst = strconv.AppendInt(append(dst, " dead="...), t.Dead, 10)
	}
	before := " out="
	for _, n := range t.Out {
		dst = strconv.AppendInt(append(dst, before...), n, 10)
		before = ","
	}
	before = " keys="
	for _, v := range t.Versions {
		dst = strconv.AppendInt(append(dst, before...), int64(v), 10)
		before = ","
	}
	return dst
}

// sinkName is a name as an entry can hold it.
func sinkName(name string) string {
	name = strings.ToValidUTF8(name, "?")
	for len(name) > nameMost {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return name
}

// Content is what the entry of a batch says of whose its records were and where they went.
type Content struct {
	// Format is 1 for entries that say none of it.
	Format   int
	Category string
	Sinks    []string
	Tenants  []Tenant // sorted
	// Part of Parts entries this is: the tenants of a batch may be in several.
	Part, Parts int
}

// Tenant is what became of the records of one in a batch.
type Tenant struct {
	Tenant   string
	In, Dead int64
	Out      []int64 // for each of Content.Sinks
	Versions []int   // of the keys that tokens were made with
}

// IsBatch tells whether an entry is one of a batch: the first, with its counts, or one with more of its tenants.
func IsBatch(e audit.Entry) (first, more bool) {
	return e.Action == actionBatch && e.Range != nil, e.Action == actionMore && e.Range != nil
}

// ReadContent reads the object of a batch's entry. One that it does not understand is an error: a part of it would be less than was
// written.
func ReadContent(e audit.Entry) (c Content, err error) {
	c = Content{Format: 1, Part: 1, Parts: 1}
	if len(e.Object) == 0 {
		return c, nil
	}
	for _, a := range e.Object {
		tenant, isTenant := strings.CutPrefix(a.Name, memberTenant)
		switch {
		case a.Name == memberFormat && a.Value == format:
			c.Format = 2
		case a.Name == memberCategory:
			c.Category = a.Value
		case a.Name == memberPart:
			if _, err := fmt.Sscanf(a.Value, "%d/%d", &c.Part, &c.Parts); err != nil || c.Part < 1 || c.Part > c.Parts {
				return c, fmt.Errorf("entry %d: member %s says no part", e.Seq, memberPart)
			}
		case a.Name == memberSink+strconv.Itoa(len(c.Sinks)):
			c.Sinks = append(c.Sinks, a.Value)
		case isTenant:
			t := Tenant{Tenant: tenant}
			if !t.parse(a.Value) || len(t.Out) != len(c.Sinks) {
				return c, fmt.Errorf("entry %d: the counts of a tenant can't be read", e.Seq)
			}
			c.Tenants = append(c.Tenants, t)
		default:
			return c, fmt.Errorf("entry %d: its object is of another format than 1 and %s", e.Seq, format)
		}
	}
	if c.Format == 1 {
		return c, fmt.Errorf("entry %d: its object says no format", e.Seq)
	}
	slices.SortFunc(c.Tenants, func(a, b Tenant) int { return cmp.Compare(a.Tenant, b.Tenant) })
	return c, nil
}

// parse reads "in=10 dead=1 out=9,0 keys=1,2", in its one form.
func (t *Tenant) parse(s string) bool {
	for part := range strings.SplitSeq(s, " ") {
		name, value, _ := strings.Cut(part, "=")
		var numbers []int64
		for text := range strings.SplitSeq(value, ",") {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 {
				return false
			}
			numbers = append(numbers, n)
		}
		switch {
		case name == "in" && len(numbers) == 1:
			t.In = numbers[0]
		case name == "dead" && len(numbers) == 1:
			t.Dead = numbers[0]
		case name == "out":
			t.Out = numbers
		case name == "keys":
			for _, n := range numbers {
				t.Versions = append(t.Versions, int(n))
			}
		default:
			return false
		}
	}
	return string(appendTenant(nil, *t)) == s
}
