package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"
)

func TestInstructionsReplace(t *testing.T) {
	s := NewInstructions()
	one, two := instruction(t, "acme", 1, "2026-01-01"), instruction(t, "acme", 2, "2026-02-01", "text: short")
	require.NoError(t, s.Replace([]*Instruction{two, one, one}))
	require.Equal(t, []*Instruction{one, two}, s.Of("acme"))
	refused := func(want string, all ...*Instruction) {
		t.Helper()
		require.EqualError(t, s.Replace(all), want)
	}
	refused("instruction of tenant acme, version 1: was there and is gone\n"+
		"instruction of tenant acme, version 2: an earlier version is missing: 1", two)
	refused("instruction of tenant acme, version 1: differs from the instruction of that tenant and version", two, instruction(t, "acme", 1, "2026-01-01", "recording: true"))
	refused("instruction of tenant bolt, version 1: differs from the instruction of that tenant and version", one, two,
		instruction(t, "bolt", 1, "2026-01-01"), instruction(t, "bolt", 1, "2026-01-01", "text: none"))
	refused("instruction of tenant bolt, version 3: an earlier version is missing: 2", one, two, instruction(t, "bolt", 1, "2026-01-01"), instruction(t, "bolt", 3, "2026-01-01"))
	refused("instruction of tenant acme, version 1: was there and is gone\ninstruction of tenant acme, version 2: was there and is gone")
	require.Equal(t, uint64(1), s.Generation(), "what is refused changes nothing")
	require.Equal(t, []string{"acme"}, s.Tenants())
	for why, want := range map[string]uint64{"gap": 2, "fork": 2, "rollback": 3, "unreadable": 0, "other": 0} {
		require.Equal(t, want, s.Refused(why), why)
	}

	require.NoError(t, s.Replace([]*Instruction{one, two}))
	require.Equal(t, uint64(1), s.Generation(), "the same again is no change")
	three := instruction(t, "acme", 3, "2026-02-01") // at the same time: the later version holds
	require.NoError(t, s.Replace([]*Instruction{one, two, three, instruction(t, "bolt", 1, "2026-01-01")}))
	require.Equal(t, uint64(2), s.Generation())
	require.Equal(t, []string{"acme", "bolt"}, s.Tenants())
	require.Same(t, three, s.At([]byte("acme"), three.From))
	require.Same(t, one, s.At([]byte("acme"), three.From.Add(-1)))
	require.Nil(t, s.At([]byte("acme"), one.From.Add(-1)))
	require.Nil(t, s.At([]byte("nobody"), three.From))
	require.Nil(t, s.At(nil, three.From))
	require.Nil(t, s.At([]byte("acme"), time.Time{}))
}

// A later version is the tenant's last word: what an earlier one had planned never holds, although it begins later.
func TestLastWordHolds(t *testing.T) {
	s := NewInstructions()
	now, planned := instruction(t, "acme", 1, "2026-01-01"), instruction(t, "acme", 2, "2026-12-01", "text: short")
	withdrawn := instruction(t, "acme", 3, "2026-06-01")
	december := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	require.NoError(t, s.Replace([]*Instruction{now, planned}))
	require.Same(t, planned, s.At([]byte("acme"), december))
	require.NoError(t, s.Replace([]*Instruction{now, planned, withdrawn}))
	require.Same(t, withdrawn, s.At([]byte("acme"), december))
	require.Same(t, now, s.At([]byte("acme"), withdrawn.From.Add(-1)), "it changes nothing of what was before")
}

// What a tenant asked to be kept back is kept back also where it is not known which of its instructions is in force.
func TestStandingOfMinors(t *testing.T) {
	signer, line := signerFor(t, "platform", "*")
	keys := keysOf(t, line)
	m := topic(t, signer, instructionText("acme", 1, "2026-01-01"), instructionText("acme", 2, "2026-02-01", "minors: quarantine"),
		instructionText("acme", 3, "2026-03-01"), instructionText("acme", 4, "2026-04-01"))
	// f reads a topic and wants what holds from December to April.
	f := func(hears bool, want []bool, messages ...message) {
		t.Helper()
		s, _ := taken(keys, messages, len(messages))
		for k, minors := range want {
			got := s.Table().Standing([]byte("acme"), time.Date(2025, time.Month(12+k), 15, 0, 0, 0, 0, time.UTC))
			require.Equal(t, minors, got.Minors, k)
			require.Equal(t, hears, got.Hears)
		}
		require.Zero(t, s.Table().Standing([]byte("bolt"), time.Now()))
	}
	broken := message{[]byte("acme/5"), []byte("x")}
	f(false, []bool{false, false, false, false, false}, m[0])
	f(false, []bool{false, false, false, false, false}, m[0], broken)
	f(true, []bool{false, false, true, true, true}, m[0], m[1])
	f(true, []bool{false, false, true, false, false}, m...)
	f(true, []bool{false, false, true, true, true}, m[0], m[1], m[3]) // from April on, it may be any
	f(true, []bool{true, true, true, true, true}, append(slices.Clone(m), broken)...)
}

func TestNilInstructions(t *testing.T) {
	var s *Instructions
	require.Nil(t, s.At([]byte("acme"), time.Now()))
	require.Zero(t, s.Generation())
}

// inForce is At in the plainest form.
func inForce(all []*Instruction, tenant string, when time.Time) (in *Instruction) {
	for _, i := range all {
		if i.Tenant == tenant && !when.Before(i.From) && (in == nil || i.Version > in.Version) {
			in = i
		}
	}
	return in
}

// drawnInstructions are versions of two tenants without a gap, in any order of times.
func drawnInstructions(t *rapid.T) (all []*Instruction) {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tenant := range []string{"acme", "bolt"} {
		for v := range rapid.IntRange(0, 6).Draw(t, tenant) {
			from := base.AddDate(0, 0, rapid.IntRange(0, 9).Draw(t, "day"))
			i, err := ParseInstruction("i", instructionText(tenant, v+1, from.Format(time.DateOnly)))
			require.NoError(t, err)
			all = append(all, i)
		}
	}
	return all
}

// momentsOf are all times about which answers may differ.
func momentsOf(all []*Instruction) (moments []time.Time) {
	for _, i := range all {
		moments = append(moments, i.From.Add(-1), i.From, i.From.Add(1))
	}
	return moments
}

func TestInstructionsAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawnInstructions(t)
		s := NewInstructions()
		require.NoError(t, s.Replace(rapid.Permutation(all).Draw(t, "order")))
		for _, when := range momentsOf(all) {
			for _, tenant := range []string{"acme", "bolt", "nobody"} {
				require.Same(t, inForce(all, tenant, when), s.At([]byte(tenant), when), "%s at %v", tenant, when)
			}
		}
		// A new version changes nothing of what was before it.
		if len(all) == 0 {
			return
		}
		last := all[len(all)-1]
		before := NewInstructions()
		require.NoError(t, before.Replace(all[:len(all)-1]))
		for _, when := range momentsOf(all) {
			if when.Before(last.From) {
				require.Same(t, before.At([]byte(last.Tenant), when), s.At([]byte(last.Tenant), when))
			}
		}
	})
}

// message is one of a topic.
type message struct{ key, value []byte }

// topic signs instructions for one that keys let in.
func topic(t testing.TB, signer note.Signer, texts ...[]byte) (messages []message) {
	t.Helper()
	for _, text := range texts {
		i, err := ParseInstruction("i", text)
		require.NoError(t, err)
		signed, err := SignInstruction("i", text, signer)
		require.NoError(t, err)
		messages = append(messages, message{[]byte(i.Name()), signed})
	}
	return messages
}

// taken reads a topic: some of it before its end was reached, the rest afterwards.
func taken(keys *InstructionKeys, messages []message, before int) (s *Instructions, errs []error) {
	s = NewInstructions()
	for n, m := range messages {
		if n == before {
			errs = append(errs, s.Complete())
		}
		errs = append(errs, s.Take(keys, fmt.Sprintf("offset %d", n), m.key, m.value))
	}
	return s, append(errs, s.Complete())
}

func TestTake(t *testing.T) {
	signer, line := signerFor(t, "platform", "*")
	keys := keysOf(t, line)
	m := topic(t, signer, instructionText("acme", 1, "2026-01-01"), instructionText("acme", 2, "2026-02-01", "text: short"), instructionText("acme", 3, "2026-03-01"))
	fork := topic(t, signer, instructionText("acme", 2, "2026-02-01", "text: long"))[0]
	versionAt := func(s *Instructions, month time.Month) int {
		if i := s.At([]byte("acme"), time.Date(2026, month, 15, 0, 0, 0, 0, time.UTC)); i != nil {
			return i.Version
		}
		return 0
	}
	// f reads a topic and wants versions in force in January, February and March, and its last error once it is loaded.
	f := func(name string, january, february, march int, last string, messages ...message) {
		t.Helper()
		for before := range len(messages) + 1 { // what is in force doesn't depend on when reading began
			s, errs := taken(keys, messages, before)
			require.Equal(t, []int{january, february, march}, []int{versionAt(s, 1), versionAt(s, 2), versionAt(s, 3)}, "%s, %d before", name, before)
			if err := errs[len(messages)]; before < len(messages) {
				if last == "" {
					require.NoError(t, err, name)
				} else {
					require.ErrorContains(t, err, last, name)
				}
			}
		}
	}
	garbage := func(key string) message { return message{[]byte(key), []byte("07700 900123")} }
	f("in order", 1, 2, 3, "", m[0], m[1], m[2])
	f("in another", 1, 2, 3, "", m[2], m[0], m[1])
	f("twice", 1, 2, 2, "", m[0], m[1], m[1])
	f("gap", 1, 1, 0, "instruction of tenant acme, version 3: an earlier version is missing: 2", m[0], m[2])
	f("no first", 0, 0, 0, "version 2: an earlier version is missing: 1", m[1])
	f("fork", 1, 2, 2, "instruction of tenant acme, version 2: differs from the instruction", m[0], m[1], fork)
	f("tombstone of what is known", 1, 2, 2, "version 2: was there and is gone: offset 2 is a tombstone", m[0], m[1], message{key: m[1].key})
	f("tombstone of what is not", 0, 0, 0, "version 2: was there and is gone: offset 1 is a tombstone", m[0], message{key: m[1].key})
	f("unreadable", 0, 0, 0, "version 2: can't be read: verify instruction offset 1: not a signed instruction", m[0], garbage("acme/2"))
	f("unreadable and made good", 1, 2, 2, "", m[0], garbage("acme/2"), m[1])
	f("unreadable, of what is known", 1, 2, 2, "version 2: can't be read", m[0], m[1], garbage("acme/2"))
	f("under another's key", 0, 0, 0, "version 3: can't be read: offset 1 is another instruction than its key says", m[0], message{[]byte("acme/3"), m[1].value})
	f("somebody else's", 1, 2, 2, "instruction of tenant bolt, version 1: can't be read", m[0], m[1], garbage("bolt/1"))
	for _, key := range []string{"", "acme", "acme/", "acme/0", "acme/02", "acme/x", "a@b/1", "acme/10001", "acme/1/1"} {
		f("nobody's: "+key, 1, 1, 1, "instruction offset 1: can't be read: its key is no tenant/version", m[0], garbage(key))
	}

	s, errs := taken(keys, []message{m[0], garbage("acme/2"), fork, m[1], {key: []byte("acme/1")}, m[2], garbage("x")}, 2)
	require.Error(t, errors.Join(errs...))
	require.NotContains(t, errors.Join(errs...).Error(), "900123")
	for why, want := range map[string]uint64{"gap": 0, "fork": 1, "rollback": 1, "unreadable": 2} {
		require.Equal(t, want, s.Refused(why), why)
	}

	// The directory and the topic hold different versions, or the same.
	s = NewInstructions()
	one := instruction(t, "acme", 1, "2026-01-01", "") // as m[0], with the line end that signing gives it
	require.NoError(t, s.Replace([]*Instruction{one}))
	require.NoError(t, s.Take(keys, "offset 0", m[0].key, m[0].value))
	require.NoError(t, s.Take(keys, "offset 1", m[1].key, m[1].value))
	require.Equal(t, 1, versionAt(s, 2), "not before the topic is read")
	require.NoError(t, s.Complete())
	require.Equal(t, 2, versionAt(s, 2))
	require.ErrorIs(t, s.Replace([]*Instruction{one, instruction(t, "acme", 2, "2026-02-01", "text: long", "")}), ErrFork)
	require.NoError(t, s.Replace([]*Instruction{one}), "what the topic holds is not missed in the directory")
}

// What is in force depends on what a topic holds, and not on the order or on when reading began.
func TestTakeInAnyOrder(t *testing.T) {
	signer, line := signerFor(t, "platform", "*")
	keys := keysOf(t, line)
	rapid.Check(t, func(t *rapid.T) {
		all := drawnInstructions(t)
		var messages []message
		for _, i := range all {
			text := instructionText(i.Tenant, i.Version, i.From.Format(time.DateOnly))
			signed, err := SignInstruction("i", text, signer)
			require.NoError(t, err)
			messages = append(messages, message{[]byte(i.Name()), signed})
			if rapid.IntRange(0, 9).Draw(t, "again") == 0 {
				messages = append(messages, messages[len(messages)-1])
			}
		}
		messages = rapid.Permutation(messages).Draw(t, "order")
		s, _ := taken(keys, messages, rapid.IntRange(0, len(messages)).Draw(t, "before"))
		for _, when := range momentsOf(all) {
			for _, tenant := range []string{"acme", "bolt"} {
				want, got := inForce(all, tenant, when), s.At([]byte(tenant), when)
				require.Equal(t, want == nil, got == nil, "%s at %v", tenant, when)
				if want != nil {
					require.Equal(t, want.Name(), got.Name(), "at %v", when)
				}
			}
		}
	})
}

func TestTakeIsBounded(t *testing.T) {
	_, line := signerFor(t, "platform", "*")
	keys, s := keysOf(t, line), NewInstructions()
	for n := range brokenMost {
		require.NotErrorIs(t, s.Take(keys, "o", fmt.Appendf(nil, "t%d/1", n), []byte("x")), ErrTooMany)
	}
	require.ErrorIs(t, s.Take(keys, "o", []byte("acme/1"), []byte("x")), ErrTooMany)
}

func TestHeads(t *testing.T) {
	texts := []*Instruction{instruction(t, "acme", 1, "2026-01-01"), instruction(t, "acme", 2, "2026-02-01"), instruction(t, "bolt", 1, "2026-01-01")}
	whole := NewInstructions()
	require.NoError(t, whole.Replace(texts))
	seen := whole.Heads()
	require.Len(t, seen, 2)
	require.Equal(t, 2, seen["acme"].Version)
	f := func(want string, all ...*Instruction) {
		t.Helper()
		s := NewInstructions()
		require.NoError(t, s.Replace(all))
		err := s.Check(seen)
		if want == "" {
			require.NoError(t, err)
			return
		}
		require.EqualError(t, err, want)
	}
	f("", texts...)
	f("", append(slices.Clone(texts), instruction(t, "acme", 3, "2026-03-01"), instruction(t, "coil", 1, "2026-01-01"))...)
	f("instruction of tenant acme, version 2: was there and is gone", texts[0], texts[2])
	f("instruction of tenant acme, version 1: was there and is gone\ninstruction of tenant bolt, version 1: was there and is gone")
	f("instruction of tenant acme, version 2: differs from the instruction of that tenant and version",
		texts[0], instruction(t, "acme", 2, "2026-02-01", "text: short"), texts[2])
	f("instruction of tenant acme, version 2: differs from the instruction of that tenant and version", // of an earlier one, too
		instruction(t, "acme", 1, "2026-01-01", "text: short"), texts[1], texts[2])
	require.ErrorIs(t, whole.Check(map[string]Head{"acme": {}}), ErrFork)
}

func TestInstructionsConcurrently(t *testing.T) {
	s := NewInstructions()
	var all []*Instruction
	var readers sync.WaitGroup
	stop := make(chan struct{})
	when := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 3 {
		readers.Go(func() {
			last, generation := 0, uint64(0)
			for {
				select {
				case <-stop:
					return
				default:
				}
				table := s.Table()
				i := table.At([]byte("acme"), when)
				if g := table.Generation(); g < generation || g > 0 && i.Version != int(g) {
					t.Errorf("generation %d after %d", g, generation)
				} else {
					generation = g
				}
				if i != nil && i.Version < last {
					t.Errorf("version %d after %d", i.Version, last)
				}
				if i != nil {
					last = i.Version
				}
				s.Refused("gap")
			}
		})
	}
	for v := range 200 {
		all = append(all, instruction(t, "acme", v+1, "2026-01-01"))
		require.NoError(t, s.Replace(all))
	}
	close(stop)
	readers.Wait()
}

func TestAtAllocatesNothing(t *testing.T) {
	s := NewInstructions()
	var all []*Instruction
	for v := range 20 {
		all = append(all, instruction(t, "acme", v+1, fmt.Sprintf("2026-01-%02d", v+1)))
	}
	require.NoError(t, s.Replace(all))
	tenant, when := []byte("acme"), time.Date(2026, 1, 7, 0, 0, 0, 0, time.UTC)
	require.Zero(t, testing.AllocsPerRun(100, func() { s.At(tenant, when) }))
}

func BenchmarkInstructionsAt(b *testing.B) {
	for _, tenants := range []int{10, 1000} {
		b.Run(fmt.Sprintf("%d tenants", tenants), func(b *testing.B) {
			s := NewInstructions()
			var all []*Instruction
			for n := range tenants {
				for v := range 5 {
					all = append(all, instruction(b, fmt.Sprintf("tenant-%d", n), v+1, fmt.Sprintf("2026-01-%02d", v+1)))
				}
			}
			require.NoError(b, s.Replace(all))
			names := strings.Fields("tenant-1 tenant-7 tenant-9 tenant-3")
			when := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
			n := 0
			for b.Loop() {
				if s.At([]byte(names[n&3]), when) == nil {
					b.Fatal("none")
				}
				n++
			}
		})
	}
}
