package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sonexlabs/tacet/pipeline/audit"
)

// unsaid lists what the log can't say of what was asked.
func (s *breachScope) unsaid(c config) {
	add := func(format string, args ...any) { s.CannotSay = append(s.CannotSay, fmt.Sprintf(format, args...)) }
	q := &s.Asked
	for _, p := range s.Problems {
		add("Whether any of this is so: %s.", p)
	}
	for _, l := range s.Logs {
		s.CannotSay = append(s.CannotSay, l.unproven()...)
	}
	if hasOthers(s.Logs) {
		add("%s", notRead(s.Logs))
		add("What was revealed, or exported by hand: tacet evidence lists it, where it reads the log of a reveal desk.")
	} else {
		add("Other instances: each has a log of its own, and this is what the one in the directory says.")
		add("What was revealed, or exported by hand: the reveal desk has a log of its own.")
	}
	if q.Topic != "" {
		first, next, inside := int64(0), int64(0), int64(0)
		if covered := s.covered[audit.Range{Topic: q.Topic, Partition: q.Partition}]; covered != nil {
			for _, part := range *covered {
				inside += max(0, min(part.next, q.To)-max(part.first, q.From))
			}
			first, next, _ = covered.bounds()
		}
		if missing := q.To - q.From - inside; missing > 0 {
			add("%d of the offsets have no entry: another instance worked them off, nobody did, or the entry is gone.", missing)
		}
		if s.Entries > 0 && (first < q.From || next > q.To) {
			add("Where in an entry's batches a record was: the entries that touch the offsets go from %d to %d. \"At most\" counts all of them, \"at least\" those inside.", first, next)
		}
	}
	if q.Tenant != "" {
		add("Which of a tenant's records of an entry have tokens of the key: at most all of them, and at least is not known.")
		add("Tokens of a day or month: they have keys of their own, which no version names. Subject ids and salts neither.")
	}
	if q.Sink != "" {
		add("Whether and when records arrived: the log says what left for the sink. It tries again until it has them; what it refuses for good is in quarantine.")
	}
	if !q.Since.IsZero() || !q.Until.IsZero() {
		add("When a record was made, read or delivered: times are those of entries, which are written when a batch has been worked off. A sink that was away got it later.")
	}
	if n := s.Undetermined; n.Entries > 0 {
		add("Tenants, keys and sinks of %d entries with %d records: they are of the older form, which doesn't name them. Any of them may be concerned.", n.Entries, n.Records)
	}
	if s.torn > 0 {
		add("All tenants of %d batches: an entry of each is missing, as after a crash; the batch was then worked off again.", s.torn)
	}
	if s.again > 0 {
		add("How many records there are but once: %d offsets are in more than one entry, because they were worked off again. \"At most\" counts them each time.", s.again)
	}
	if len(s.Types) > 0 && (s.shared > 0 || len(s.Tenants) > 1) {
		add("Whose the types are: they are counted for an entry, of whatever tenants, as the first class that reads its records has them.")
	}
	add("How many people: the log holds nobody's id. Tokens in what a sink holds can be counted, where the sink was not lost.")
	add("What a sink did with the records, and what a crash had delivered before its batch was worked off again.")
	if q.Sink != "" && !s.sinks[q.Sink] && !slices.ContainsFunc(c.Sinks, func(k sinkConfig) bool { return k.Name == q.Sink }) {
		add("Whether there was such a sink: no entry and not the configuration names it. Entries name: %s.", strings.Join(slices.Sorted(maps.Keys(s.sinks)), ", "))
	}
}

// print writes the scope for a person.
func (s *breachScope) print(w io.Writer) error {
	fmt.Fprintf(w, "breach scope: %s\n", s.Asked)
	if !s.Verified {
		fmt.Fprintln(w, "NOT VERIFIED: the log is not as it was written, and what follows may be wrong")
	}
	for _, l := range s.Logs {
		fmt.Fprintf(w, "log %s: %s\n", printable(l.Log), l)
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "entries\t%d\n", s.Entries)
	fmt.Fprintf(t, "records\t%s\n", s.Records)
	if s.Entries > 0 {
		fmt.Fprintf(t, "written\t%s to %s\n", s.First.Format(time.RFC3339), s.Last.Format(time.RFC3339))
	}
	for _, r := range s.Ranges {
		fmt.Fprintf(t, "read from\t%s/%d [%d,%d) in %d entries\n", printable(r.Topic), r.Partition, r.First, r.Next, r.Entries)
	}
	for _, p := range s.Policies {
		fmt.Fprintf(t, "under policy\t%s\n", printable(p))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(s.Tenants) > 0 {
		fmt.Fprintln(w, "\n\"3 to 7\" is at least 3 and at most 7.")
		fmt.Fprintln(t, "TENANT\tCATEGORY\tRECORDS\tQUARANTINED\tKEY VERSIONS\tLEFT FOR")
	}
	for _, of := range s.Tenants {
		var sinks, versions []string
		for _, name := range slices.Sorted(maps.Keys(of.Sinks)) {
			sinks = append(sinks, fmt.Sprintf("%s: %s", printable(name), of.Sinks[name]))
		}
		for _, v := range of.KeyVersions {
			versions = append(versions, strconv.Itoa(v))
		}
		tenant := printable(of.Tenant)
		if of.Tenant == "" {
			tenant = "(none found)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", tenant, printable(of.Category), of.Records, of.Quarantined, orNone(strings.Join(versions, ", ")), orNone(strings.Join(sinks, ", ")))
	}
	if len(s.Types) > 0 {
		fmt.Fprintln(t, "\nTYPE\tBECAME\tAT MOST")
	}
	for _, f := range s.Types {
		fmt.Fprintf(t, "%s\t%s\t%d\n", printable(f.Type), printable(f.Action), f.N)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nwhat the log can't say")
	for _, line := range s.CannotSay {
		fmt.Fprintf(w, "- %s\n", line)
	}
	return nil
}
