package reveal

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
)

func testExport() Export {
	return Export{Class: "regulator", Policy: "abcdefghijklmnop", Topic: "calls", Partition: -1, From: "2026-03-01T00:00:00Z", To: "2026-03-02T00:00:00Z"}
}

func exportGrant(requester *Signer) Grant {
	g, x := testGrant(requester), testExport()
	g.Types, g.Calls, g.Export = nil, nil, &x
	return g
}

func (s *scene) export() ExportRequest {
	return ExportRequest{Grant: sign(s.t, exportGrant(s.bob), s.alice), As: s.bob, Tenant: "acme", Purpose: "fraud", Ticket: "INC-42",
		Export: testExport()}
}

// notExported wants a refusal with an entry in the journal, and an alarm where that is called for.
func (s *scene) notExported(reason Reason, r ExportRequest) Event {
	s.t.Helper()
	before := len(s.journal.events)
	x, err := s.desk.Export(r)
	require.Nil(s.t, x)
	var refusal *Refusal
	require.ErrorAs(s.t, err, &refusal)
	require.ErrorContains(s.t, err, "export refused: ")
	require.Equal(s.t, reason, refusal.Reason, "%v", err)
	want := []string{ActionExportRefused}
	if reason.suspicious() {
		want = append(want, ActionAlarm)
	}
	var got []string
	for _, e := range s.journal.events[before:] {
		got = append(got, e.Action)
		require.Equal(s.t, reason, e.Reason)
		require.Equal(s.t, "acme", e.Tenant)
	}
	require.Equal(s.t, want, got)
	return s.journal.events[before]
}

func TestExportWithAGrant(t *testing.T) {
	s := newScene(t)
	x, err := s.desk.Export(s.export())
	require.NoError(t, err)
	require.Equal(t, "g1", x.Grant.ID)
	require.Len(t, s.journal.events, 1, "it is known before anything is read")
	e, named := s.journal.events[0], testExport()
	proof := e.Proof
	e.Proof = ""
	want := Event{Time: s.clock.at, Action: ActionExport, Tenant: "acme", Grant: "g1", Requester: s.bob.Public(), Approver: s.alice.Public(),
		Purpose: "fraud", Ticket: "INC-42", Export: &named}
	require.Equal(t, want, e)
	verifier, err := note.NewVerifier(s.bob.Public())
	require.NoError(t, err)
	text := "tacet export request v1\n" + `{"grant":"g1","export":{"class":"regulator","policy":"abcdefghijklmnop","topic":"calls","partition":-1,"from":"2026-03-01T00:00:00Z",` +
		`"to":"2026-03-02T00:00:00Z"},"at":"2026-11-27T09:00:00Z"}` + "\n"
	_, err = note.Open([]byte(text+"\n— "+proof+"\n"), note.VerifierList(verifier))
	require.NoError(t, err, "the entry holds the requester's signature")

	s.clock.at = s.clock.at.Add(time.Minute)
	require.NoError(t, x.Done(map[string]int64{"written": 3}, strings.Repeat("0", 64)))
	require.NoError(t, x.Failed())
	require.Len(t, s.journal.events, 3)
	want.Time, want.Proof = s.clock.at, proof
	want.Action, want.Counts, want.Manifest = ActionExportDone, map[string]int64{"written": 3}, strings.Repeat("0", 64)
	require.Equal(t, want, s.journal.events[1])
	want.Action, want.Counts, want.Manifest = ActionExportFailed, nil, ""
	require.Equal(t, want, s.journal.events[2])

	s.journal.fails = len(s.journal.events) + 1
	_, err = s.desk.Export(s.export())
	require.ErrorContains(t, err, "so nothing is exported: disk full")
	require.ErrorContains(t, x.Done(nil, ""), "disk full")
}

func TestExportRefused(t *testing.T) {
	s := newScene(t)
	f := func(reason Reason, change func(*ExportRequest)) {
		t.Helper()
		r := s.export()
		change(&r)
		s.notExported(reason, r)
	}
	granted := func(reason Reason, change func(*Grant)) {
		t.Helper()
		g := exportGrant(s.bob)
		change(&g)
		f(reason, func(r *ExportRequest) { r.Grant = sign(t, g, s.alice) })
	}
	f(ReasonNone, func(r *ExportRequest) { r.Grant = nil })
	f(ReasonForged, func(r *ExportRequest) { r.Grant = []byte("granted") })
	f(ReasonForged, func(r *ExportRequest) { r.Grant = []byte(strings.Replace(string(r.Grant), "INC-42", "INC-43", 1)) })
	f(ReasonApprover, func(r *ExportRequest) { r.Grant = sign(t, exportGrant(s.bob), testSigner(t, "carol")) })
	f(ReasonRequester, func(r *ExportRequest) { r.As = testSigner(t, "carol") })
	f(ReasonKind, func(r *ExportRequest) { r.Grant = s.request().Grant })
	f(ReasonPurpose, func(r *ExportRequest) { r.Purpose = "audit" })
	f(ReasonPurpose, func(r *ExportRequest) { r.Ticket = "INC-43" })
	f(ReasonExport, func(r *ExportRequest) { r.Export.Class = "review" })
	f(ReasonExport, func(r *ExportRequest) { r.Export.Policy = "ponmlkjihgfedcba" })
	f(ReasonExport, func(r *ExportRequest) { r.Export.Topic = "mail" })
	f(ReasonExport, func(r *ExportRequest) { r.Export.Partition = 0 })
	f(ReasonExport, func(r *ExportRequest) { r.Export.From = "0" })
	f(ReasonExport, func(r *ExportRequest) { r.Export.To = "2026-03-02T00:00:01Z" })
	f(ReasonExport, func(r *ExportRequest) { r.Export = fileExport() })
	granted(ReasonEarly, func(g *Grant) { g.NotBefore = g.NotBefore.Add(time.Minute) })
	granted(ReasonExpired, func(g *Grant) { g.NotBefore, g.Expires = g.NotBefore.Add(-time.Hour), g.NotBefore })

	s.open(people(t, "acme,globex", s.alice), people(t, "acme,globex", s.bob))
	granted(ReasonTenant, func(g *Grant) { g.Tenant = "globex" })
	s.open(people(t, "acme", s.alice), people(t, "globex", s.bob))
	f(ReasonRequester, func(*ExportRequest) {})
	s.open(people(t, "acme", s.alice), people(t, "acme", s.bob))
	s.clock.at = s.clock.at.Add(-time.Hour)
	f(ReasonClock, func(*ExportRequest) {})

	// A grant for an export shows no single values.
	s.clock.at = s.clock.at.Add(time.Hour)
	r := s.request()
	r.Grant = s.export().Grant
	s.refused(ReasonKind, r)
}

// Exports have rate limits of their own, for each requester and each tenant; one that is refused for another reason takes nothing from them.
func TestExportsAreLimited(t *testing.T) {
	s := newScene(t)
	none := s.export()
	none.Grant = nil
	for range 3 {
		s.notExported(ReasonNone, none)
	}
	for range 3 { // the burst
		_, err := s.desk.Export(s.export())
		require.NoError(t, err)
	}
	s.notExported(ReasonLimit, s.export())
	require.Len(t, s.alarms, 1)
	_, err := s.desk.Reveal(s.request(), s.read())
	require.NoError(t, err, "values are counted apart")

	// Nor does somebody else get the tenant's records, nor another desk help.
	carol := testSigner(t, "carol")
	s.open(people(t, "acme,globex", s.alice), people(t, "acme,globex", s.bob, carol))
	others := s.export()
	others.Grant, others.As = sign(t, exportGrant(carol), s.alice), carol
	s.notExported(ReasonLimit, others)
	globex := s.export()
	g := exportGrant(s.bob)
	g.Tenant, globex.Tenant = "globex", "globex"
	globex.Grant = sign(t, g, s.alice)
	_, err = s.desk.Export(globex)
	require.ErrorContains(t, err, "the rate limit is used up", "who asked too much doesn't get another tenant's")
	g = exportGrant(carol)
	g.Tenant, globex.As = "globex", carol
	globex.Grant = sign(t, g, s.alice)
	_, err = s.desk.Export(globex)
	require.NoError(t, err)

	s.clock.at = s.clock.at.Add(10*time.Minute - 1)
	s.notExported(ReasonLimit, s.export())
	s.clock.at = s.clock.at.Add(1)
	_, err = s.desk.Export(s.export())
	require.NoError(t, err, "six an hour")
	s.notExported(ReasonLimit, s.export())
}

// Who has shown no grant is named where their key shows who they are.
func TestExportNamesWhoAsked(t *testing.T) {
	s := newScene(t)
	r := s.export()
	r.Grant = nil
	require.Equal(t, s.bob.Public(), s.notExported(ReasonNone, r).Requester)
	r.As = testSigner(t, "bob") // a name is not enough
	require.Empty(t, s.notExported(ReasonNone, r).Requester)
}

func fileExport() Export {
	return Export{Class: "regulator", Policy: "abcdefghijklmnop", Topic: "calls", Partition: -1, File: strings.Repeat("0123456789abcdef", 4)}
}

func TestExportsThatCantBeNamed(t *testing.T) {
	alice, bob := testSigner(t, "alice"), testSigner(t, "bob")
	f := func(want string, x Export, change func(*Export)) {
		t.Helper()
		change(&x)
		g := exportGrant(bob)
		g.Export = &x
		_, err := g.Sign(alice)
		if want == "" {
			require.NoError(t, err)
			return
		}
		require.ErrorContains(t, err, want)
	}
	f("", testExport(), func(x *Export) { x.From, x.To, x.Partition = "0", "12", 3 })
	f("", fileExport(), func(*Export) {})
	f("sink class", testExport(), func(x *Export) { x.Class = "" })
	f("sink class", testExport(), func(x *Export) { x.Class = "a b" })
	f("policy", testExport(), func(x *Export) { x.Policy = "" })
	f("topic", testExport(), func(x *Export) { x.Topic = "" })
	f("topic", testExport(), func(x *Export) { x.Topic = strings.Repeat("a", topicLenMax+1) })
	f("topic", testExport(), func(x *Export) { x.Topic = "vera@example.com" })
	f("partitions", testExport(), func(x *Export) { x.Partition = -2 })
	for _, place := range []string{"", "-1", "+1", "01", "1e3", "yesterday", "2026-03-01"} {
		f("from where to where", testExport(), func(x *Export) { x.From = place })
		f("from where to where", testExport(), func(x *Export) { x.To = place })
	}
	f("as a whole", fileExport(), func(x *Export) { x.To = "12" })
	f("as a whole", fileExport(), func(x *Export) { x.Partition = 0 })
	f("SHA-256", fileExport(), func(x *Export) { x.File = x.File[1:] })
	f("SHA-256", fileExport(), func(x *Export) { x.File = strings.ToUpper(x.File) })
	f("SHA-256", fileExport(), func(x *Export) { x.File = strings.Repeat("x", 64) })

	g := exportGrant(bob)
	g.Types = []string{"PHONE"}
	_, err := g.Sign(alice)
	require.ErrorContains(t, err, "an export has no types")
}

// What can't be written down or shown is not asked.
func TestExportsThatCantBeAsked(t *testing.T) {
	s := newScene(t)
	f := func(want string, change func(*ExportRequest)) {
		t.Helper()
		r := s.export()
		change(&r)
		_, err := s.desk.Export(r)
		require.ErrorContains(t, err, want)
		require.False(t, errors.As(err, new(*Refusal)))
		require.Empty(t, s.journal.events)
	}
	f("a requester and a tenant", func(r *ExportRequest) { r.As = nil })
	f("a requester and a tenant", func(r *ExportRequest) { r.Tenant = "*" })
	f("a word each", func(r *ExportRequest) { r.Purpose = "because Zoë said so" })
	f("a word each", func(r *ExportRequest) { r.Ticket = "" })
	f("which file", func(r *ExportRequest) { r.Export.From = "" })
}
