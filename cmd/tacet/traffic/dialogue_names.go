package traffic

import (
	"bufio"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NameLists are words of names, by how frequent they are. They are only read from: several sequences of dialogues may share them.
type NameLists struct {
	given, last, places [tiers][]string // lower case, by tier: 0 rare … 2 frequent
	known               map[string]bool
}

const tiers = 3

// errNameList says what a line of a list should be.
var errNameList = errors.New("not WORD<TAB>TIER with a tier from 1 to 3")

// ReadNameLists reads given-names.tsv, surnames.tsv and places.tsv of a folder: a lower-case word, a tab, and a tier from 1, rare, to 3,
// frequent, a line.
func ReadNameLists(dir string) (*NameLists, error) {
	n := &NameLists{known: map[string]bool{}}
	for name, into := range map[string]*[tiers][]string{"given-names.tsv": &n.given, "surnames.tsv": &n.last, "places.tsv": &n.places} {
		if err := n.read(filepath.Join(dir, name), into); err != nil {
			return nil, fmt.Errorf("read name lists: %w", err)
		}
	}
	return n, nil
}

func (n *NameLists) read(name string, into *[tiers][]string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for number := 1; ; number++ {
		l, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) && l == "" {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		word, tier, _ := strings.Cut(strings.TrimRight(l, "\r\n"), "\t")
		if word == "" || len(tier) != 1 || tier[0] < '1' || tier[0] > '3' {
			return fmt.Errorf("%s:%d: %w", name, number, errNameList)
		}
		n.known[word] = true
		if isNameWord(word) {
			into[tier[0]-'1'] = append(into[tier[0]-'1'], word)
		}
	}
}

// isNameWord says that a listed word can be said as a name: two letters or more, no digits or other signs.
func isNameWord(s string) bool {
	letters := 0
	for i, r := range s {
		switch {
		case r == 'ı' || r == 'ŉ' || r == 'ſ': // their capitals are those of other letters
			return false
		case unicode.Is(unicode.Latin, r):
			letters++
		case (r == '\'' || r == '-') && i > 0 && i < len(s)-1:
		default:
			return false
		}
	}
	return letters >= 2
}

// splitOf is the split a word belongs to, by its hash: 70 % train, 15 % dev, 15 % test. Case and accents don't matter.
func splitOf(word string) Split {
	h := fnv.New32a()
	h.Write([]byte(plainLetters.Replace(strings.ToLower(word))))
	// The low bits of FNV are poor for short words; fold the high ones in.
	x := h.Sum32()
	x ^= x >> 15
	x *= 0x2c1b3c6d
	x ^= x >> 12
	switch p := x % 100; {
	case p < 70:
		return Train
	case p < 85:
		return Dev
	}
	return Test
}

// nameIn says that a name belongs to a split: all its words do, so that no half of it stands in another.
func nameIn(name string, split Split) bool {
	for w := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == ' ' }) {
		if splitOf(w) != split {
			return false
		}
	}
	return true
}

// nameStock are the names of a split.
type nameStock struct {
	split   Split
	origins map[string]*[2][]string // given and last, by origin
	lists   [3][tiers][]string      // given, last, places
	known   func(word string) bool
	listed  bool
}

const (
	givenName = iota
	lastName
	placeName
)

func newNameStock(split Split, lists *NameLists) *nameStock {
	n := &nameStock{split: split, origins: map[string]*[2][]string{}}
	own := map[string]bool{}
	text, err := dialogueFiles.ReadFile("dialogues/names.txt")
	if err != nil {
		panic("traffic: there is no list of names")
	}
	for l := range strings.Lines(string(text)) {
		head, rest, found := strings.Cut(l, ": ")
		if !found || l[0] == '#' {
			continue
		}
		origin, kind, _ := strings.Cut(head, " ")
		if n.origins[origin] == nil {
			n.origins[origin] = &[2][]string{}
		}
		i := givenName
		if kind == "last" {
			i = lastName
		}
		for _, w := range strings.Fields(rest) {
			for part := range strings.SplitSeq(strings.ToLower(w), "-") {
				own[part] = true
			}
			if nameIn(w, split) {
				n.origins[origin][i] = append(n.origins[origin][i], w)
			}
		}
	}
	n.known = func(w string) bool { return own[strings.ToLower(w)] }
	if lists != nil {
		n.listed = true
		n.known = func(w string) bool { return lists.known[strings.ToLower(w)] }
		for i, from := range []*[tiers][]string{&lists.given, &lists.last, &lists.places} {
			for tier := range from {
				n.lists[i][tier] = slices.DeleteFunc(slices.Clone(from[tier]), func(w string) bool { return !nameIn(w, split) })
			}
		}
	}
	return n
}

// bigOrigin is the origin as it is reported.
func bigOrigin(origin string) string {
	switch origin {
	case "us", "uk", "in", "af":
		return origin
	case "deva":
		return "in"
	case "":
		return "any"
	}
	return "eu"
}

// nameWord draws a given or a last name of an origin, and says where it comes from.
func (m *maker) nameWord(kind int, origin string) (word, from string) {
	n := m.names
	p := m.rng.Float64()
	if origin == "deva" { // nothing else is in its script
		return choose(m, n.origins[origin][kind]), origin
	}
	if n.listed && (p < 0.2 || p < 0.45 && origin != "in") {
		if w, ok := m.listedWord(kind); ok {
			return titled(w), ""
		}
	}
	if p > 0.85 {
		return m.inventName(kind, origin), origin
	}
	return choose(m, n.origins[origin][kind]), origin
}

// listedWord draws from the user's lists, frequent ones more often than their share. Rare last names and places hold too many
// words that are none.
// There are none where a short list leaves nothing for the split.
func (m *maker) listedWord(kind int) (word string, ok bool) {
	tier := 0
	switch p := m.rng.Float64(); {
	case p < 0.3:
		tier = 2
	case p < 0.75 || kind != givenName && p < 0.95:
		tier = 1
	}
	for range tiers {
		if list := m.names.lists[kind][tier]; len(list) > 0 {
			return choose(m, list), true
		}
		tier = (tier + 1) % tiers
	}
	return "", false
}

// titled writes a listed word with a capital: O'Brien, Smith-Jones, McLeod.
func titled(w string) string {
	out := []rune(w)
	for i, r := range out {
		if i == 0 || out[i-1] == '-' || out[i-1] == '\'' && i == 2 || i == 2 && len(out) > 5 && out[0] == 'M' && out[1] == 'c' {
			out[i] = unicode.ToUpper(r)
		}
	}
	return string(out)
}

// syllables make names that no list has: a beginning, middles and an end.
type syllables struct{ begin, middle, end []string }

func syllablesOf(kind int, origin string) syllables {
	switch bigOrigin(origin) {
	case "in":
		if kind == givenName {
			return syllables{words("Ab Ach Am An Bhar Chan Dhi Gir Har Ish Jay Kal Lav Mad Nir Pra Ran San Tej Ud Vas Yash"), words("a i u an in esh ar ind"), words("deep esh ya ani ika ita raj vi van endra preet jit nath ini")}
		}
		return syllables{words("Bhat Chal Dham Ghar Kan Lok Mal Nand Pal Ragh Sam Thir Und Vel Vaid Pon Kot"), words("a u ava iya ara eswa una"), words("kar wal nathan swamy pandi dhar gar wale ekar appan amurthy rajan")}
	case "af":
		if kind == givenName {
			return syllables{words("Ab Ade Ak Chi Dam Eb Fol Gba Ike Kwe Lin Mo Nko Ola Sib Tha Uwa Ya Zan"), words("a e i o u ku di be lo"), words("wale ola ke chi ndi ma be yo sa fe ni ziwe nda")}
		}
		return syllables{words("Ade Ak Bam Chu Eke Gbo Iro Kan Mba Ndu Nwo Oga Oko Tau Umu Wan Zim"), words("ba bu de ka lo mu nye ra su"), words("ngwa ola wu jo yemi kwe ndo mba dike kuma mali nyi")}
	case "eu":
		if kind == givenName {
			return syllables{words("Al Bran Cor Dari Eli Fran Gis Hel Iv Jan Kat Lud Mar Nor Ott Ros Sel Tib Vil Wal"), words("a e i o an en ri li"), words("na ro ka tte ine us in ard elle ieta mir slav")}
		}
		return syllables{words("Ber Bro Dum Fal Gro Hol Kra Lan Mor Nie Oster Pel Rau Stei Tur Vol Wern Zal"), words("a e i o en el er ma"), words("mann sen berg ski wicz eau ette oni elli aro inga stra huizen feld ov escu")}
	}
	if kind == givenName {
		return syllables{words("Ad Bray Cal Dar Em Fal Jay Kay Lan Mar Ny Ral Shal Tam Ty Var Zan"), words("a e i o den len ri"), words("la lyn son ric ton den ra na ick ette ena win")}
	}
	return syllables{words("Ash Bram Cran Dun Ember Farn Gris Hag Kel Lum Mar Nether Ock Pem Quar Rad Stan Thorn Wag Whit"), words("a en er ing ble le ch"), words("worth ley ton ham bury thwaite by combe field more ridge stead wick gate")}
}

// inventName makes up a name of this split that no list has.
func (m *maker) inventName(kind int, origin string) string {
	s := syllablesOf(kind, origin)
	for {
		w := choose(m, s.begin)
		for range m.rng.IntN(2) + m.rng.IntN(2) {
			w += choose(m, s.middle)
		}
		w += choose(m, s.end)
		if splitOf(w) == m.split && !m.names.known(w) {
			return w
		}
	}
}

// initial is the first letter of a word.
func initial(w string) string {
	_, n := utf8.DecodeRuneInString(w)
	return w[:n]
}
