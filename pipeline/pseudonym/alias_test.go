package pseudonym

import (
	"fmt"
	"hash/maphash"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAliases(t *testing.T) {
	a := NewAliases(maphash.MakeSeed())
	f := func(typ, value, want string) {
		t.Helper()
		require.Equal(t, "call "+want, string(a.Append([]byte("call "), typ, []byte(value))))
	}
	f("PHONE", "447700900123", "[PHONE_1]")
	f("PERSON", "jane roe", "[PERSON_1]")
	f("PHONE", "447700900456", "[PHONE_2]")
	f("PHONE", "447700900123", "[PHONE_1]")
	f("NUMBER", "447700900123", "[NUMBER_1]") // one value, another type
	f("PERSON", "", "[PERSON_2]")
	f("PERSON", "", "[PERSON_2]")
	f("lower", "x", "[ID]")
	f("A", "x", "[ID]")
	f("_AB", "x", "[ID]")
	f("AB_", "x", "[ID]")
	f("A1B", "x", "[ID]")
	f(strings.Repeat("A", 24), "x", "["+strings.Repeat("A", 24)+"_1]")
	f(strings.Repeat("A", 25), "x", "[ID]")
	a.Reset()
	f("PHONE", "447700900456", "[PHONE_1]")
}

func TestAliasesAreBounded(t *testing.T) {
	a := NewAliases(maphash.MakeSeed())
	for i := range 3 * aliasesMax {
		want := fmt.Sprintf("[PHONE_%d]", i+1)
		if i >= aliasesMax {
			want = "[PHONE]"
		}
		require.Equal(t, want, string(a.Append(nil, "PHONE", fmt.Append(nil, i))))
	}
	require.Equal(t, "[PHONE_7]", string(a.Append(nil, "PHONE", []byte("6"))), "what was known stays known")
	for i := range 2 * typesMax {
		a.Append(nil, fmt.Sprintf("T_%c%c", 'A'+i/16, 'A'+i%16), []byte("x"))
	}
	require.LessOrEqual(t, a.Bytes(), 12<<10)
	a.Reset()
	require.Less(t, a.Bytes(), 4<<10, "a large table is given back")
	require.Equal(t, "[PHONE_1]", string(a.Append(nil, "PHONE", []byte("6"))))
}

// Pieces of one value have one alias, whatever each of them is; the whole value has it as soon as a piece said what it is.
func TestAliasesOfGroups(t *testing.T) {
	a := NewAliases(maphash.MakeSeed())
	f := func(typ string, group int32, value, want string) {
		t.Helper()
		require.Equal(t, want, string(a.AppendGroup(nil, typ, group, []byte(value))))
	}
	whole := func(typ, value, want string) {
		t.Helper()
		require.Equal(t, want, string(a.Append(nil, typ, []byte(value))))
	}
	f("PHONE", 1, "07700", "[PHONE_1]")
	f("PHONE", 2, "07700900456", "[PHONE_2]")
	f("PHONE", 1, "07700900123", "[PHONE_1]")
	whole("PHONE", "07700900123", "[PHONE_1]")
	whole("PHONE", "07700900789", "[PHONE_3]")
	f("PHONE", 1, "07700900789", "[PHONE_1]") // the group counts
	whole("PHONE", "07700900789", "[PHONE_3]")
	f("PHONE", 3, "07700900123", "[PHONE_1]") // said again, in pieces
	f("PHONE", 3, "900123", "[PHONE_1]")
	f("NUMBER", 1, "07700", "[NUMBER_1]")
	f("bad", 1, "x", "[ID]")
	a.ForgetGroups()
	f("PHONE", 1, "07700900000", "[PHONE_4]")
	a.Reset()
	f("PHONE", 1, "07700900456", "[PHONE_1]")

}

// Groups are bounded: the oldest is forgotten, and its pieces are then known by what they are.
func TestAliasesOfGroupsAreBounded(t *testing.T) {
	a := NewAliases(maphash.MakeSeed())
	f := func(group int32, value, want string) {
		t.Helper()
		require.Equal(t, want, string(a.AppendGroup(nil, "PHONE", group, []byte(value))))
	}
	for i := range int32(groupsMax + 1) {
		f(1+i, fmt.Sprint("first half ", i), fmt.Sprintf("[PHONE_%d]", i+1))
	}
	f(2, "second half 1", "[PHONE_2]")
	f(1, "second half 0", fmt.Sprintf("[PHONE_%d]", groupsMax+2))
	for i := range int32(2 * aliasesMax) {
		f(1000+i, fmt.Sprint(i), string(a.Append(nil, "PHONE", fmt.Append(nil, i))))
	}
	f(5000, "new", "[PHONE]") // the table is full
	f(5000, "first half 1", "[PHONE]")
	require.LessOrEqual(t, len(a.groups), groupsMax)
	require.LessOrEqual(t, a.Bytes(), 9<<10)
}

// TestAliasesAgainstMap compares with the plainest way to number values.
func TestAliasesAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := NewAliases(maphash.MakeSeed())
		seen := map[string]map[string]int{}
		n := 0
		for range rapid.IntRange(0, 400).Draw(t, "values") {
			if rapid.IntRange(0, 200).Draw(t, "reset") == 0 {
				a.Reset()
				seen, n = map[string]map[string]int{}, 0
			}
			typ := rapid.SampledFrom([]string{"PHONE", "PERSON", "EMAIL"}).Draw(t, "type")
			value := fmt.Sprint(rapid.IntRange(0, 150).Draw(t, "value"))
			if seen[typ] == nil {
				seen[typ] = map[string]int{}
			}
			want := "[" + typ + "]"
			if seen[typ][value] == 0 && n < aliasesMax {
				n++
				seen[typ][value] = len(seen[typ]) + 1
			}
			if i := seen[typ][value]; i > 0 {
				want = fmt.Sprintf("[%s_%d]", typ, i)
			} else {
				delete(seen[typ], value)
			}
			require.Equal(t, want, string(a.Append(nil, typ, []byte(value))))
		}
	})
}

func TestAliasAllocations(t *testing.T) {
	a := NewAliases(maphash.MakeSeed())
	dst, value := make([]byte, 0, 64), []byte("447700900123")
	a.Append(dst, "PHONE", value)
	require.Zero(t, testing.AllocsPerRun(100, func() { a.Append(dst, "PHONE", value) }))
}

func TestAppendType(t *testing.T) {
	require.Equal(t, "x[PHONE]", string(AppendType([]byte("x"), "PHONE")))
	require.Equal(t, "[ID]", string(AppendType(nil, "447700900123")))
}
