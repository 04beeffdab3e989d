package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// chapter is a part of a report, for every form of it.
type chapter struct {
	Title string
	Text  []string // paragraphs
	Items []string
	Heads []string // of a table
	Rows  [][]string
}

// chapters gives the report in the order in which it is read.
func (e *evidence) chapters() []chapter {
	all := []chapter{
		e.header(),
		{Title: "What was not looked at", Text: []string{"This comes first, because the rest is only about what was."}, Items: e.NotLookedAt},
		e.doneChapter(), e.tenantsChapter(), e.findingsChapter(), e.lanesChapter(), e.controlChapter(),
		e.processingChapter(),
	}
	for _, c := range e.Categories {
		all = append(all, categoryChapter(c))
	}
	all = append(all, e.placesChapter(), e.instructionsChapter(),
		chapter{Title: "Measures (Art. 30(1)(g), 32)", Items: e.Measures})
	all = append(all, e.Assessment.chapters()...)
	return append(all, e.keysChapter(), e.clausesChapter())
}

func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func (e *evidence) header() chapter {
	from := "the first entry of the audit log"
	if !e.From.IsZero() {
		from = date(e.From)
	}
	tenant := "all"
	if e.Tenant != "" {
		tenant = e.Tenant
	}
	return chapter{Title: "About this report", Text: []string{"The records of processing of GDPR Art. 30, and the annex to a data protection impact assessment " +
		"that EDPB Guidelines 01/2025, §§130-135, ask for. All of it follows from the policy, the configuration, the store of keys and the audit log."},
		Heads: []string{"", ""}, Rows: [][]string{
			{"Controller", orNone(e.Controller)}, {"Contact", orNone(e.Contact)}, {"Data-protection officer", orNone(e.Officer)}, {"Tenant", tenant}, {"From", from}, {"To", date(e.To)}, {"Made", date(e.Made)},
			{"Program", e.Program}, {"Detectors", e.Detectors}, {"Policy", e.Policy}, {"In force from", orNone(date(e.EffectiveFrom))}}}
}

func (e *evidence) doneChapter() chapter {
	a := &e.Activity
	s := chapter{Title: "What was done", Heads: []string{"", ""}}
	if e.Tenant != "" {
		s.Text = []string{"These numbers are of all tenants; those of the one alone stand under whose records they were."}
	}
	s.Rows = [][]string{{"First entry", date(a.First)}, {"Last entry", date(a.Last)}, {"Entries of batches", number(a.Entries)}, {"Records in", number(a.In)},
		{"Records out", number(a.Out)}, {"In quarantine", number(a.Dead)}, {"Partial results, of which nothing leaves", number(a.Partial)},
		{"Fields that the policy doesn't name, dropped", number(a.Dropped)}, {"Fields that a tenant has not let leave", number(a.Withheld)},
		{"Kept back because somebody asked for it", number(a.Suppressed)}, {"Values that left as their type for want of a key", number(a.Degraded)}}
	for _, lane := range slices.Sorted(maps.Keys(a.DegradedFor)) {
		s.Rows = append(s.Rows, []string{"Without a key in " + lane, a.DegradedFor[lane]})
	}
	for _, l := range a.Logs {
		s.Rows = append(s.Rows, []string{"Log " + l.Log, l.String()})
	}
	for _, p := range a.Policies {
		name := "Under policy " + p.Policy
		if p.Current {
			name += " (this one)"
		}
		s.Rows = append(s.Rows, []string{name, fmt.Sprintf("%d entries, %s to %s", p.Entries, date(p.First), date(p.Last))})
	}
	s.Items = a.Problems
	return s
}

func (e *evidence) tenantsChapter() chapter {
	s := chapter{Title: "Whose records they were", Heads: []string{"Tenant", "Category", "Records in", "In quarantine", "Left for"}}
	if e.Activity.Older > 0 {
		s.Text = []string{fmt.Sprintf("%d entries are of the older form, which names no tenants; their records are not in this table.", e.Activity.Older)}
	}
	for _, of := range e.Activity.Of {
		var out []string
		for _, sink := range slices.Sorted(maps.Keys(of.Out)) {
			out = append(out, fmt.Sprintf("%s: %d", sink, of.Out[sink]))
		}
		tenant := of.Tenant
		if tenant == "" {
			tenant = "none that is known"
		}
		s.Rows = append(s.Rows, []string{tenant, of.Category, number(of.In), number(of.Dead), orNone(strings.Join(out, ", "))})
	}
	return s
}

func (e *evidence) findingsChapter() chapter {
	s := chapter{Title: "What was found in texts", Text: []string{"Counted once for each record, as the first class that reads it has it."}, Heads: []string{"Type", "What became of it", "How often"}}
	for _, f := range e.Activity.Findings {
		s.Rows = append(s.Rows, []string{f.Type, f.Action, number(f.N)})
	}
	return s
}

func (e *evidence) lanesChapter() chapter {
	s := chapter{Title: "What was read", Heads: []string{"Topic", "Partition", "From offset", "To offset", "Without an entry"}}
	for _, l := range e.Activity.Lanes {
		s.Rows = append(s.Rows, []string{l.Topic, strconv.Itoa(int(l.Partition)), number(l.First), number(l.Next), number(l.Missing)})
	}
	return s
}

func (e *evidence) controlChapter() chapter {
	s := chapter{Title: "What people and commands did", Text: []string{"Requests of people (rights), keys, reveals, instructions, policies, overrides: as the log names them."},
		Heads: []string{"Action", "Tenant", "How often", "Last"}}
	for _, c := range e.Activity.Control {
		s.Rows = append(s.Rows, []string{c.Action, orNone(c.Tenant), number(c.N), date(c.Last)})
	}
	return s
}

func (e *evidence) processingChapter() chapter {
	s := chapter{Title: "Purposes, recipients and time limits (Art. 30(1)(b), (d), (f))", Heads: []string{"Class", "Purpose", "Recipient", "Basis", "Consent", "Kept", "Sinks", "Clauses"}}
	for _, p := range e.Processing {
		sinks := strings.Join(p.Sinks, ", ")
		if p.ByHand {
			sinks = "exported by hand"
		}
		s.Rows = append(s.Rows, []string{p.Class, p.Purpose, p.Recipient, p.Basis, orNone(p.Consent), orNone(p.Retention), orNone(sinks), strings.Join(p.Clauses, ", ")})
	}
	return s
}

func categoryChapter(c dataCategory) chapter {
	s := chapter{Title: "Data: " + c.Category + " (Art. 30(1)(c))", Heads: append([]string{"Field"}, c.Classes...)}
	s.Heads = append(s.Heads, "Clauses")
	about := "Of " + c.People + "."
	if c.Role != "" {
		about += " The platform is its " + c.Role + "."
	}
	if len(c.Topics) > 0 {
		about += " Read from " + strings.Join(c.Topics, ", ") + "."
	} else {
		about += " Not read by this configuration."
	}
	s.Text = []string{about + " Every other field is dropped."}
	for _, f := range c.Fields {
		row := []string{f.Path}
		for _, class := range c.Classes {
			row = append(row, orNone(f.Actions[class]))
		}
		s.Rows = append(s.Rows, append(row, strings.Join(f.Clauses, ", ")))
	}
	return s
}

func (e *evidence) placesChapter() chapter {
	s := chapter{Title: "Places and transfers (Art. 30(1)(e))", Text: []string{"A record leaves for a place only where its tenant's instruction allows the region; other regions than its own need a safeguard, which the instruction names."},
		Heads: []string{"Place", "Region"}}
	for _, t := range e.Transfers {
		region := t.Region
		if region == "" {
			region = "not given: no tenant's regions are enforced here"
		}
		s.Rows = append(s.Rows, []string{t.Place, region})
	}
	return s
}

func (e *evidence) instructionsChapter() chapter {
	without := "Without an instruction no text of a tenant leaves, no recording, and nothing that needs a consent."
	if e.Unasked {
		without = "None are configured, and texts of all tenants that the policy knows leave all the same: the configuration says so. Recordings don't, nor does what needs a consent."
	}
	s := chapter{Title: "Instructions of tenants (Art. 28(3)(a), 30(2))", Text: []string{without},
		Heads: []string{"Tenant", "Version", "From", "In force", "Texts kept", "Recordings", "Consents", "Regions", "Safeguard", "Calls of minors kept back"}}
	for _, i := range e.Instructions {
		var consents []string
		for _, c := range i.Consents {
			consents = append(consents, fmt.Sprintf("%s (%s, %s to %s)", c.Name, c.ID, date(c.Granted), date(c.Expires)))
		}
		regions := i.HomeRegion
		if len(i.Regions) > 0 {
			regions += "; " + strings.Join(i.Regions, ", ")
		}
		s.Rows = append(s.Rows, []string{i.Tenant, strconv.Itoa(i.Version), date(i.From), yes(i.InForce), i.Text, yes(i.Recording), orNone(strings.Join(consents, "; ")), orNone(regions), orNone(i.Safeguard), yes(i.Minors)})
	}
	return s
}

// manyTypes is more than anybody reads in a cell; no two styles of a class have so many.
const manyTypes = 120

func (a *assessment) chapters() []chapter {
	identifiers := chapter{Title: "Assessment: identifiers in texts, and what stands in their place", Heads: []string{"Class", "Style", "Types"}}
	for _, r := range a.Replaced {
		types := strings.Join(r.Types, ", ")
		if len(r.Types) > manyTypes {
			types = fmt.Sprintf("all %d others, which evidence.json lists", len(r.Types))
		}
		identifiers.Rows = append(identifiers.Rows, []string{r.Class, r.Style, types})
	}
	identifiers.Text = []string{"In no form, for anybody: " + strings.Join(a.NeverStored, ", ") + "."}
	tokens := chapter{Title: "Assessment: what joins records, and within what", Heads: []string{"Class", "What", "How", "Equal within one"}}
	for _, l := range a.Linked {
		tokens.Rows = append(tokens.Rows, []string{l.Class, l.What, l.How, l.Scope})
	}
	return []chapter{identifiers, tokens,
		{Title: "Assessment: method", Items: a.Method},
		{Title: "Assessment: additional information, and who has it", Items: a.Additional},
		{Title: "Assessment: quasi-identifiers that leave", Items: a.Quasi},
		{Title: "Assessment: what risk remains", Items: a.Residual}}
}

func (e *evidence) keysChapter() chapter {
	s := chapter{Title: "Keys", Text: []string{"Versions and ages. A destroyed key brings back no token that was made with it."},
		Heads: []string{"Tenant", "Version", "Mode", "Since", "State", "Level", "Days and months", "Salts", "Reveal key"}}
	for _, k := range e.Keys {
		for _, v := range k.Versions {
			state := "for erasure only"
			switch {
			case !v.Destroyed.IsZero():
				state = "destroyed " + date(v.Destroyed)
			case v.Current:
				state = "in use"
			}
			s.Rows = append(s.Rows, []string{k.Tenant, strconv.Itoa(v.Version), orNone(v.Mode), date(v.Since), state, strconv.Itoa(k.Level), strconv.Itoa(k.Epochs), strconv.Itoa(k.Salts), yes(k.Reveal)})
		}
	}
	return s
}

func (e *evidence) clausesChapter() chapter {
	s := chapter{Title: "The privacy policy, clause by clause", Text: []string{"What is done is said of the built-in policy and the program. How many classes and rules of this policy name a clause stands beside it."},
		Heads: []string{"Clause", "Title", "Scope", "Named by", "What is done, or why nothing can be"}}
	for _, c := range e.Clauses {
		what := c.Keeps
		if what == "" {
			what = c.Why
		}
		s.Rows = append(s.Rows, []string{c.ID, c.Title, c.Scope, strconv.Itoa(c.Rules), what})
	}
	return s
}
