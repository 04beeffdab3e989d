package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// start runs the pipeline under a consumer group of its own, so from the first record on, and gives the function that ends it.
func (o *office) start(t *testing.T) (stop func() error) {
	t.Helper()
	text, err := os.ReadFile(o.config)
	require.NoError(t, err)
	c, err := parseConfig(text, o.config)
	require.NoError(t, err)
	c.Source.Group = kafkatest.Name("worker")
	c.Sinks = c.Sinks[:1] // the topic of records is what is looked at
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var log syncBuffer
	go func() { ended <- runPipeline(ctx, c, false, io.Discard, &log) }()
	return func() error {
		cancel()
		err := <-ended
		o.clean(log.String())
		return err
	}
}

// turn is a record of a call; from is the caller's number.
func turn(call, from, text string) kafka.Message {
	return kafka.Message{Key: []byte(call), Time: time.Now(),
		Value: fmt.Appendf(nil, `{"tenant_id":"acme","call_id":%q,"from":%q,"turn":1,"text":%q}`, call, from, text)}
}

// await waits until a call of nobody who asked for anything has come through: what was produced before it is decided by then.
func (o *office) await(t *testing.T) {
	t.Helper()
	marker := kafkatest.Name("marker")
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{turn(marker, "", "the marker")})
	key := o.token(typeCall, marker, pseudonym.OriginMeta)
	require.Eventually(t, func() bool { _, ok := o.newest("records")[key]; return ok }, time.Minute, 50*time.Millisecond)
}

// came tells which of the calls have come through since a time, by their place in the topic.
func (o *office) came(t *testing.T, since int, calls ...string) (which []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range o.read("records")[since:] {
		if len(m.Value) > 0 {
			seen[string(m.Key)] = true
		}
	}
	for _, call := range calls {
		if seen[o.token(typeCall, call, pseudonym.OriginMeta)] {
			which = append(which, call)
		}
	}
	return which
}

// What was erased does not come back when everything is read again from the first record, and what came later is there.
func TestErasureHolds(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for consumer groups")
	}
	o := newOffice(t)
	all := []string{"call-7", "call-8", "call-9", "call-10"}
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{
		turn("call-7", "", "hello there"),                                                        // named by its id
		turn("call-8", "07700 900123", "hello there"),                                            // the number is in the metadata
		turn("call-9", "", "you can reach me at oh double seven oh oh nine oh oh one two three"), // said
		turn("call-10", "", "hello there"),
	})
	o.onePartition(t)
	stop := o.start(t)
	o.await(t)
	require.Equal(t, all, o.came(t, 0, all...))
	require.NoError(t, stop())

	o.must("PHONE +44 7700 900123\nCALL_ID call-7\n", "erase", "--tenant", "acme", "--from", "-")
	time.Sleep(2 * time.Millisecond) // what follows is younger than the request
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{turn("call-11", "07700 900123", "it is me again")})
	since := len(o.read("records"))
	stop = o.start(t)
	o.await(t)
	require.Equal(t, []string{"call-10", "call-11"}, o.came(t, since, append(all, "call-11")...))

	// Somebody objects while the pipeline runs.
	since = len(o.read("records"))
	o.must("PHONE +44 7700 900123\n", "object", "--tenant", "acme", "--from", "-")
	require.Eventually(t, func() bool {
		since = len(o.read("records"))
		o.cluster.Produce(t, o.topics["calls"], []kafka.Message{turn("call-12", "+447700900123", "and again")})
		o.await(t)
		return len(o.came(t, since, "call-12")) == 0
	}, time.Minute, time.Millisecond)
	require.NoError(t, stop())
}

// onePartition makes the order of a topic that of time, so that tests can ask what came since.
func (o *office) onePartition(t *testing.T) {
	name := kafkatest.Name("records")
	compacted(t, o.cluster, name, 1)
	text, err := os.ReadFile(o.config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(o.config, bytes.ReplaceAll(text, []byte(o.topics["records"]), []byte(name)), 0o600))
	o.topics["records"] = name
}

// Who asks for restriction is only kept: in quarantine, from which nothing comes back before it is lifted.
func TestRestriction(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for consumer groups")
	}
	o := newOffice(t)
	const number = "PHONE +44 7700 900123\n"
	id := o.must(number, "restrict", "--tenant", "acme", "--from", "-", "--ticket", "DP-19")
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{turn("call-8", "07700 900123", "hello there"), turn("call-9", "", "hello there")})
	stop := o.start(t)
	o.await(t)
	require.NoError(t, stop())
	require.Equal(t, []string{"call-9"}, o.came(t, 0, "call-8", "call-9"))
	require.Contains(t, o.must("", "quarantine", "list"), "restricted")

	c, err := loadConfig(o.config)
	require.NoError(t, err)
	c.Sinks = c.Sinks[:1]
	var log syncBuffer
	require.ErrorContains(t, replay(t.Context(), c, nil, io.Discard, &log), "1 entries stay")
	require.Equal(t, []string{"call-9"}, o.came(t, 0, "call-8", "call-9"))
	o.must(number, "restrict", "--tenant", "acme", "--from", "-", "--lift")
	require.NoError(t, replay(t.Context(), c, nil, io.Discard, &log))
	require.Equal(t, []string{"call-8", "call-9"}, o.came(t, 0, "call-8", "call-9"))
	o.clean(log.String())
	require.Contains(t, o.must("", "requests", "list"), id)
}

// Without a list that can be trusted nothing is read.
func TestNothingIsReadWithoutTheList(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for consumer groups")
	}
	o := newOffice(t)
	o.must("PHONE +44 7700 900123\n", "object", "--tenant", "acme", "--from", "-")
	o.cluster.Produce(t, o.topics["calls"], []kafka.Message{turn("call-8", "07700 900123", "hello there")})
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, "witness"), []byte(`{"seq":99,"keys":99}`), 0o600))
	c, err := loadConfig(o.config)
	require.NoError(t, err)
	require.ErrorIs(t, runPipeline(t.Context(), c, false, io.Discard, io.Discard), subject.ErrRollback, "it ends by itself")
	require.Empty(t, o.read("records"))
	require.Empty(t, o.cluster.Committed(t, c.Source.Group, o.topics["calls"]))
}

// At level 2 tokens have the salt of who is meant: they are found as long as there is one, and then destroyed with it; a command
// that comes again does not make a new one.
func TestEraseDestroysSalts(t *testing.T) {
	o := newOffice(t)
	kek, err := keyring.NewFileKEK(bytes.Repeat([]byte("k"), keyring.KeyLen))
	require.NoError(t, err)
	k := keyring.DefaultConfig()
	k.Path, k.KEK = filepath.Join(o.dir, "keys"), kek
	require.NoError(t, keyring.Init(t.Context(), k))
	ring, err := keyring.Open(k)
	require.NoError(t, err)
	defer ring.Close()
	require.NoError(t, ring.Create(t.Context(), "acme"))
	require.NoError(t, ring.SetLevel("acme", 2))

	salts := func() int {
		t.Helper()
		v, err := ring.Inventory()
		require.NoError(t, err)
		return v.Tenants[0].Subjects
	}
	// As the engine does it.
	sid, ok := subject.NewHasher(ring).ID([]byte("acme"), "EMAIL", []byte("ada@example.com"))
	require.True(t, ok)
	salt, err := ring.Salt("acme", sid)
	require.NoError(t, err)
	d := pseudonym.Domain{Tenant: []byte("acme"), Sink: "analytics", Origin: pseudonym.OriginText, Salt: salt.Bytes()}
	token := string(pseudonym.NewTokens(ring).Tokenizer().Append(nil, d, "EMAIL", 'r', []byte("ada@example.com")))
	require.Equal(t, 1, salts())

	ids, err := (&identifierFlags{emails: []string{"Ada@example.com"}}).read(strings.NewReader(""))
	require.NoError(t, err)
	make := func(crash string) (subject.Status, error) {
		m := o.maker()
		m.ring, m.tokens = ring, pseudonym.NewTokens(ring).Tokenizer()
		m.after = func(step string) error {
			if step == crash {
				return errCrash
			}
			return nil
		}
		r, err := (&asked{kind: subject.Erase, identifierFlags: identifierFlags{tenant: "acme"}}).request(time.Now(), m.c)
		require.NoError(t, err)
		return m.make(t.Context(), r, ids)
	}
	first, err := make("shred")
	require.ErrorIs(t, err, errCrash)
	require.Contains(t, first.Directives["analytics"].Tokens, token)
	require.Zero(t, salts())
	again, err := make("")
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Contains(t, again.Directives["analytics"].Tokens, token, "what was told stays told")
	require.Zero(t, salts())
}

// A certificate says what is left: destroyed salts in backups, as long as those are kept, and sealed records into which nobody can look.
func TestCertificateSaysWhatIsLeft(t *testing.T) {
	m := newOffice(t).maker()
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s := subject.Status{Request: subject.Request{Kind: subject.Erase, Before: at, Done: &subject.Done{At: at}}}
	left := func() map[string]subject.Effective {
		t.Helper()
		all, err := m.places(t.Context(), s, at)
		require.NoError(t, err)
		found := map[string]subject.Effective{}
		for _, e := range all {
			found[e.Where] = e
		}
		return found
	}
	const backups, dead = "backups of the key store", "quarantine"
	require.Equal(t, at.Add(15*time.Minute+5*time.Second), left()["workers"].By)
	require.NotContains(t, left(), backups)
	require.NotContains(t, left(), dead)

	s.Done.Salts = 1
	require.Zero(t, left()[backups].By)
	require.Contains(t, left()[backups].Reason, "nobody says")
	m.c.Rights.Backups = 48 * time.Hour
	require.Equal(t, at.Add(48*time.Hour), left()[backups].By)

	q, err := newQuarantine(m.c)
	require.NoError(t, err)
	require.NoError(t, q.Put(t.Context(), []pipeline.Entry{
		{Topic: "calls", Offset: 1, Class: pipeline.ClassMalformed, Time: at, Sealed: []byte("sealed")},
		{Topic: "calls", Offset: 2, Class: pipeline.ClassMalformed, Time: at.Add(time.Second), Sealed: []byte("sealed")},
		{Topic: "calls", Offset: 3, Class: pipeline.ClassMalformed, Time: at},
	}))
	require.NoError(t, q.Close())
	require.Contains(t, left()[dead].Reason, "1 sealed records")
	require.Zero(t, left()[dead].By)
}

// What nobody has read for too long holds everything: the list of who asked, and the topic of instructions where there is one.
func TestHeldWhileUnread(t *testing.T) {
	now := time.Now()
	c := config{Rights: rightsConfig{Suppress: "suppress", Stale: time.Minute}, Instructions: instructionsConfig{Topic: "tenants", Stale: time.Minute}}
	f := func(p *parts, later time.Duration, want string) {
		t.Helper()
		err := p.held(c, now.Add(later))
		if want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, want)
		}
	}
	f(&parts{}, time.Hour, "")
	list := subject.NewList(0)
	f(&parts{rights: &rights{list: list}}, time.Hour, "") // not loaded: nothing was consumed
	s := &instructions{topic: new(source.Topic)}
	f(&parts{instructions: s}, time.Hour, "")
	s.fresh.Store(now.UnixNano())
	f(&parts{instructions: s}, time.Minute, "")
	f(&parts{instructions: s}, 61*time.Second, "topic tenants could not be read for 1m1s: nothing leaves until it can")
	s.topic = nil // a directory
	f(&parts{instructions: s}, time.Hour, "")
}
