package reveal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// clock is a time that tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }
func newClock() *clock                   { return &clock{time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)} }

const testRecord = "[CALL:c1:bdkqtscmfghjrlnpqsdtckbm] calls/0/17"

func testItems() []Item {
	return []Item{
		{"[PHONE_1]", "PHONE", []byte("+44 7700 900123")},
		{"[PERSON:r1:bdkqtscmfghjrlnpqsdtckbm]", "PERSON", []byte("Zoë O'Neill")},
		{"[EMAIL_1]", "EMAIL", []byte("zoe@example.com")},
	}
}

func testKey(t testing.TB, tenant string, classic bool) *PrivateKey {
	t.Helper()
	k, err := GeneratePrivateKey(tenant, classic)
	require.NoError(t, err)
	return k
}

// publics gives the public keys of private ones by their tenant.
func publics(keys ...*PrivateKey) func(string) ([]byte, error) {
	return func(tenant string) ([]byte, error) {
		for _, k := range keys {
			if k.tenant == tenant {
				return k.Public().Bytes(), nil
			}
		}
		return nil, errors.New("none")
	}
}

func seal(t testing.TB, s *Sealer, tenant, record string, items ...Item) []byte {
	t.Helper()
	b, err := s.Append(nil, []byte(tenant), []byte(record), items)
	require.NoError(t, err)
	return b
}

func TestCapsuleRoundTrip(t *testing.T) {
	for _, classic := range []bool{false, true} {
		key := testKey(t, "acme", classic)
		s := NewSealer(publics(key), newClock().now)
		before := []byte("kept")
		capsule, err := s.Append(before, []byte("acme"), []byte(testRecord), testItems())
		require.NoError(t, err)
		capsule, kept := bytes.CutPrefix(capsule, before)
		require.True(t, kept)
		require.True(t, json.Valid(capsule))
		require.NotContains(t, string(capsule), "\n")

		items, err := Open(capsule, []byte(testRecord), key)
		require.NoError(t, err)
		require.Equal(t, testItems(), items)
		items, err = Open(append(capsule, '\n'), nil, key)
		require.NoError(t, err)
		require.Equal(t, testItems(), items)

		c, err := Parse(capsule)
		require.NoError(t, err)
		require.Equal(t, testRecord, c.Record)
		require.Equal(t, "[CALL:c1:bdkqtscmfghjrlnpqsdtckbm]", c.Call())
		require.Equal(t, key.Public().ID(), c.Key)
	}
}

func TestCapsuleHoldsAnyValue(t *testing.T) {
	key := testKey(t, "acme", true)
	s := NewSealer(publics(key), newClock().now)
	word := rapid.StringMatching(`[!#-\[\]-~]{1,128}`)
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Item {
			typ := rapid.StringMatching(`[A-Z][A-Z_0-9]{0,31}`).Filter(func(s string) bool { return !NeverStored(s) }).Draw(t, "type")
			return Item{word.Draw(t, "name"), typ, append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(t, "value")...)}
		}), 1, 20).Draw(t, "items")
		capsule, err := s.Append(nil, []byte("acme"), []byte(testRecord), items)
		require.NoError(t, err)
		got, err := Open(capsule, []byte(testRecord), key)
		require.NoError(t, err)
		require.Equal(t, items, got)
	})
}

func TestCapsuleShowsNothing(t *testing.T) {
	key := testKey(t, "acme", true)
	s := NewSealer(publics(key), newClock().now)
	capsule := string(seal(t, s, "acme", testRecord, testItems()...))
	for _, it := range testItems() {
		require.NotContains(t, capsule, string(it.Value))
		require.NotContains(t, capsule, it.Name)
		require.NotContains(t, capsule, it.Type)
	}
	// Nor does its length, within 64 bytes: a short name looks like a long one.
	short := seal(t, s, "acme", testRecord, Item{"[PERSON_1]", "PERSON", []byte("Al")})
	long := seal(t, s, "acme", testRecord, Item{"[PERSON_1]", "PERSON", []byte("Wolfeschlegelsteinhausen")})
	require.Len(t, short, len(long))
	require.NotEqual(t, short, seal(t, s, "acme", testRecord, Item{"[PERSON_1]", "PERSON", []byte("Al")}), "equal records look different")
	require.Equal(t, make([]byte, 64), s.plain[:64], "no value stays in the sealer")
}

func TestTamperedCapsules(t *testing.T) {
	key := testKey(t, "acme", true)
	s := NewSealer(publics(key), newClock().now)
	capsule := seal(t, s, "acme", testRecord, testItems()...)
	refused := func(b []byte, what string, at int) {
		items, err := Open(b, nil, key)
		require.Error(t, err, "%s at %d", what, at)
		require.Empty(t, items)
	}
	for i := range capsule {
		for _, flip := range []byte{1, 2, 4, 8, 16, 32, 64, 128} {
			b := bytes.Clone(capsule)
			b[i] ^= flip
			refused(b, "flip", i)
		}
		refused(append(bytes.Clone(capsule[:i]), capsule[i+1:]...), "cut", i)
		refused(append(append(bytes.Clone(capsule[:i]), 'A'), capsule[i:]...), "insert", i)
		refused(capsule[:i], "end", i)
	}
	refused(append(bytes.Clone(capsule), "\n\n"...), "append", 0)
}

func TestCapsuleOpensOnlyWhereItBelongs(t *testing.T) {
	acme, other, globex := testKey(t, "acme", false), testKey(t, "acme", false), testKey(t, "globex", false)
	s := NewSealer(publics(acme, globex), newClock().now)
	capsule := seal(t, s, "acme", testRecord, testItems()...)
	f := func(want error, capsule []byte, record string, key *PrivateKey) {
		t.Helper()
		_, err := Open(capsule, []byte(record), key)
		require.ErrorIs(t, err, want)
	}
	moved := "[CALL:c1:bdkqtscmfghjrlnpqsdtckbm] calls/0/18"
	f(nil, capsule, testRecord, acme)
	f(ErrOtherKey, capsule, testRecord, other)
	f(ErrOtherKey, capsule, testRecord, globex)
	f(ErrOtherRecord, capsule, moved, acme)
	f(ErrDamaged, bytes.Replace(capsule, []byte("calls/0/17"), []byte("calls/0/18"), 1), moved, acme)
	f(ErrNotCapsule, bytes.Replace(capsule, []byte("calls/0/17"), []byte("calls/0 17"), 1), moved, acme)

	// Another tenant's capsule, passed off as ours in every way that its outside allows.
	theirs := string(seal(t, s, "globex", testRecord, testItems()...))
	f(ErrOtherKey, []byte(theirs), testRecord, acme)
	theirs = strings.Replace(theirs, "globex", "acme", 1)
	f(ErrOtherKey, []byte(theirs), testRecord, acme)
	theirs = strings.Replace(theirs, globex.id, acme.id, 1)
	f(ErrDamaged, []byte(theirs), testRecord, acme)

	// One key pair used for two tenants still keeps them apart.
	twin := newPrivateKey("globex", acme.kem, acme.key)
	f(ErrOtherKey, capsule, testRecord, twin)
	f(ErrDamaged, bytes.Replace(capsule, []byte("acme"), []byte("globex"), 1), testRecord, twin)

	// The sealed part of one capsule under the data key of another.
	again := NewSealer(publics(acme), newClock().now)
	a, err := Parse(capsule)
	require.NoError(t, err)
	b, err := Parse(seal(t, again, "acme", testRecord, testItems()...))
	require.NoError(t, err)
	f(ErrDamaged, bytes.Replace(capsule, a.dek, b.dek, 1), testRecord, acme)
}

func TestNeverStoredTypesAreRefused(t *testing.T) {
	key := testKey(t, "acme", true)
	s := NewSealer(publics(key), newClock().now)
	for _, typ := range strings.Fields(neverStored) {
		items := append(testItems(), Item{"[X_1]", typ, []byte("4242 4242 4242 4242")})
		dst, err := s.Append([]byte("kept"), []byte("acme"), []byte(testRecord), items)
		require.ErrorIs(t, err, ErrNeverStored, typ)
		require.NotContains(t, err.Error(), "4242")
		require.Equal(t, "kept", string(dst))
		require.NotContains(t, string(s.plain), "Zo", "what was gathered before the refusal is wiped")

		// What a changed sealer put into one is refused on opening, with all that is beside it.
		forged := strings.Replace(string(mustPlain(t, "XXXX")), "XXXX", typ, 1)
		n := strings.Index(forged, typ) - 1
		forged = forged[:n] + string(rune(len(typ))) + forged[n+1:]
		items, err = parseItems([]byte(strings.TrimRight(forged, "\x00")))
		require.ErrorIs(t, err, ErrNeverStored, typ)
		require.Empty(t, items)
	}
	require.False(t, NeverStored("PHONE"))
	require.False(t, NeverStored(""))
}

func mustPlain(t *testing.T, typ string) []byte {
	t.Helper()
	plain, err := appendItems(nil, append(testItems(), Item{"[X_1]", typ, []byte("1")}))
	require.NoError(t, err)
	return plain
}

func TestSealerRefusesWhatCanNotStandInACapsule(t *testing.T) {
	key := testKey(t, "acme", true)
	s := NewSealer(publics(key), newClock().now)
	f := func(want, tenant, record string, items ...Item) {
		t.Helper()
		dst, err := s.Append([]byte("kept"), []byte(tenant), []byte(record), items)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "900123")
		require.Equal(t, "kept", string(dst))
	}
	phone := Item{"[PHONE_1]", "PHONE", []byte("07700 900123")}
	f("tenant", "", testRecord, phone)
	f("tenant", `ac"me`, testRecord, phone)
	f("tenant", strings.Repeat("a", 65), testRecord, phone)
	f("place", "acme", "", phone)
	f("place", "acme", " calls/0/17", phone)
	f("place", "acme", "call", phone)
	f("place", "acme", "call calls/0/17 more", phone)
	f("place", "acme", "call cal\\ls/0/17", phone)
	f("place", "acme", "call\n calls/0/17", phone)
	f("0 values", "acme", testRecord)
	f("4097 values", "acme", testRecord, make([]Item, itemsMax+1)...)
	f("no type", "acme", testRecord, Item{"[PHONE_1]", "07700 900123", nil})
	f("no name", "acme", testRecord, Item{"07700 900123", "PHONE", nil})
	f("larger than", "acme", testRecord, Item{"[PHONE_1]", "PHONE", make([]byte, plainMax)})
	f("tenant globex: none", "globex", testRecord, phone)
	bad := NewSealer(func(string) ([]byte, error) { return []byte("07700 900123"), nil }, newClock().now)
	_, err := bad.Append(nil, []byte("acme"), []byte(testRecord), []Item{phone})
	require.ErrorContains(t, err, "not a public key")
	require.NotContains(t, err.Error(), "900123")
}

// dekOf gives the wrapped data key of a capsule.
func dekOf(t *testing.T, capsule []byte) string {
	t.Helper()
	c, err := Parse(capsule)
	require.NoError(t, err)
	return string(c.dek)
}

func TestDataKeysEndAtTheirBounds(t *testing.T) {
	key := testKey(t, "acme", true)
	c := newClock()
	s := NewSealer(publics(key), c.now)
	phone := Item{"[PHONE_1]", "PHONE", []byte("07700 900123")}
	next := func() string { return dekOf(t, seal(t, s, "acme", testRecord, phone)) }

	first := next()
	for range dekRecordsMax - 1 {
		if got := next(); got != first {
			require.Fail(t, "the data key changed early")
		}
	}
	second := next()
	require.NotEqual(t, first, second, "after 100,000 records")
	c.advance(dekAgeMax - 1)
	require.Equal(t, second, next())
	c.advance(1)
	third := next()
	require.NotEqual(t, second, third, "after 12 hours")
	c.advance(-time.Second)
	require.NotEqual(t, third, next(), "after the clock went back nobody knows its age")

	// Another worker, and another tenant, have their own.
	globex := testKey(t, "globex", true)
	s = NewSealer(publics(key, globex), c.now)
	a := seal(t, s, "acme", testRecord, phone)
	b := seal(t, s, "globex", testRecord, phone)
	require.NotEqual(t, dekOf(t, a), dekOf(t, b))
	require.NotEqual(t, dekOf(t, a), dekOf(t, seal(t, NewSealer(publics(key), c.now), "acme", testRecord, phone)))
}

func TestChangedPublicKeyTakesEffect(t *testing.T) {
	old, fresh := testKey(t, "acme", true), testKey(t, "acme", true)
	c := newClock()
	keys := publics(old)
	asked := 0
	s := NewSealer(func(tenant string) ([]byte, error) { asked++; return keys(tenant) }, c.now)
	phone := Item{"[PHONE_1]", "PHONE", []byte("07700 900123")}
	opens := func(key *PrivateKey) {
		t.Helper()
		_, err := Open(seal(t, s, "acme", testRecord, phone), nil, key)
		require.NoError(t, err)
	}
	opens(old)
	opens(old)
	require.Equal(t, 1, asked)
	c.advance(lookAgain)
	opens(old)
	require.Equal(t, 2, asked, "the same key again keeps the data key")
	keys = publics(fresh)
	opens(old)
	c.advance(lookAgain)
	opens(fresh)
	keys = publics()
	c.advance(lookAgain)
	_, err := s.Append(nil, []byte("acme"), []byte(testRecord), []Item{phone})
	require.ErrorContains(t, err, "none", "a withdrawn key seals nothing more")
}

func TestSealerIsBounded(t *testing.T) {
	key := testKey(t, "acme", true)
	c := newClock()
	s := NewSealer(func(string) ([]byte, error) { return key.Public().Bytes(), nil }, c.now)
	for i := range sealerTenantsMax + 10 {
		c.advance(time.Millisecond)
		seal(t, s, fmt.Sprint("tenant", i), testRecord, testItems()...)
	}
	require.Len(t, s.deks, sealerTenantsMax)
	require.NotContains(t, s.deks, "tenant9")
	require.Contains(t, s.deks, "tenant10")
	seal(t, s, "acme", testRecord, Item{"[PHONE_1]", "PHONE", make([]byte, keepPlain)})
	require.Zero(t, cap(s.plain), "one huge record does not keep its memory")
}

func FuzzCapsule(f *testing.F) {
	key := testKey(f, "acme", true)
	s := NewSealer(publics(key), newClock().now)
	capsule := seal(f, s, "acme", testRecord, testItems()...)
	f.Add(capsule)
	f.Add([]byte(partTenant + partRecord + partKey + partDEK + partSealed + partEnd))
	f.Add([]byte("null\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		pieces := split(b)
		require.Equal(t, bytes.Join(pieces, []byte("\n")), bytes.ReplaceAll(b, []byte("} {"), []byte("}\n{")), "nothing is lost between capsules")
		c, err := Parse(b)
		if err != nil {
			require.ErrorIs(t, err, ErrNotCapsule)
			return
		}
		again := partTenant + c.Tenant + partRecord + c.Record + partKey + c.Key + partDEK + string(c.dek) + partSealed + string(c.sealed) + partEnd
		require.Equal(t, strings.TrimSuffix(string(b), "\n"), again, "there is one way to write a capsule")
		if _, err := Open(b, nil, key); err == nil {
			require.Equal(t, string(capsule), again, "nobody else makes one that opens")
		}
	})
}

func FuzzItems(f *testing.F) {
	plain, err := appendItems(nil, testItems())
	require.NoError(f, err)
	f.Add(plain)
	f.Add([]byte{1, 1, 'a', 1, 'P', 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		items, err := parseItems(b)
		if err != nil {
			require.Empty(t, items)
			return
		}
		again, err := appendItems(nil, items)
		if err == nil { // else larger than one that is made
			back, err := parseItems(again)
			require.NoError(t, err)
			require.Equal(t, items, back)
		}
	})
}

// The most values of a record, and the longest names, go in and come out again.
func TestBoundsOfItems(t *testing.T) {
	items := make([]Item, itemsMax)
	for i := range items {
		items[i] = Item{"[" + strings.Repeat("X", nameLenMax-2) + "]", strings.Repeat("T", typeLenMax), []byte{byte(i)}}
	}
	plain, err := appendItems(nil, items)
	require.NoError(t, err)
	back, err := parseItems(plain)
	require.NoError(t, err)
	require.Equal(t, items, back)
	items[0].Name += "X"
	_, err = appendItems(nil, items)
	require.Error(t, err)
	require.True(t, isPerson(strings.Repeat("a", personLenMax)))
	require.False(t, isPerson(strings.Repeat("a", personLenMax+1)))
}
