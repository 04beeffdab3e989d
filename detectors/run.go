package detectors

import (
	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// group is one token of a run: where it is and how many digits it has.
type group struct{ start, end, digits int }

// run is a sequence of digit groups that may be one number: "4111 1111 1111 1111", "(212) 555-0123", "98765-43210".
type run struct {
	start, end  int // with a leading plus or parenthesis
	first, last int // tokens
	groups      []group
	digits      int    // in all groups
	d           []byte // the first maxDigits of them
	sep         byte   // between groups: one of " (-./,", 'm' if mixed, 0 if there is one group
	loose       bool   // a space stands between some groups
	plus        bool
	ctx         context
}

// isPrinted says whether the groups are those in which an identifier of that length is printed.
func (p *pass) isPrinted(r *run) bool {
	if r.digits > formMax {
		return false
	}
	breaks := r.breaks()
	for k := range p.set.digitIDs[r.digits] {
		if p.set.digitIDs[r.digits][k].breaks == breaks {
			return true
		}
	}
	return false
}

// breaks has a bit for each digit that begins a group behind the first.
func (r *run) breaks() (mask uint64) {
	for k, n := 1, r.groups[0].digits; k < len(r.groups); k++ {
		mask |= 1 << n
		n += r.groups[k].digits
	}
	return mask
}

// readRun joins token i and the digit groups behind it, up to limit, as long as they may be one number.
func (p *pass) readRun(r *run, i, limit int) {
	*r = run{first: i, groups: r.groups[:0], d: r.d[:0]}
	p.push(r, i)
	r.start = r.groups[0].start
	if p.at(r.start-1) == '(' {
		r.start--
	}
	if p.at(r.start-1) == '+' {
		r.start--
		r.plus = true
	}
	for k := i + 1; k < len(p.text.Tokens) && len(r.groups) < maxGroups; k++ {
		t := &p.text.Tokens[k]
		sep := p.separator(r.groups[len(r.groups)-1].end, int(t.Start))
		if !t.IsNumber() || sep == 0 || int(t.End) > limit || !p.joins(r, k, sep) {
			break
		}
		r.loose = r.loose || sep == ' ' || sep == ',' || int(t.Start)-r.end > 1
		if r.loose && p.in.Channel == ChannelLog && len(r.groups) > usualGroups {
			break // the columns of a log
		}
		r.part(sep)
		p.push(r, k)
	}
	p.extend(r)
	if p.at(r.start) == '(' && !p.hasClosing(r) {
		r.start++
	}
}

// extend takes in an extension that is written onto the last group: "555-0123x45".
func (p *pass) extend(r *run) {
	if r.digits < 3 || r.digits > 11 || r.last+1 >= len(p.text.Tokens) {
		return
	}
	t := &p.text.Tokens[r.last+1]
	if sep := p.separator(r.end, int(t.Start)); t.Shape&scan.Digit == 0 || sep != '-' && sep != '.' && sep != '(' {
		return
	}
	n := p.digitRun(int(t.Start), 4)
	x := int(t.Start) + n
	if n < 3 || p.at(x)|0x20 != 'x' {
		return
	}
	more := p.digitRun(x+1, 6)
	if more == 0 || x+1+more != int(t.End) {
		return
	}
	r.groups = append(r.groups, group{int(t.Start), x, n})
	r.count(p.b[t.Start:x])
	r.last, r.end = r.last+1, int(t.End)
}

// hasClosing says whether the parenthesis that begins the run is closed in it.
func (p *pass) hasClosing(r *run) bool {
	for _, g := range r.groups[:len(r.groups)-1] {
		if p.at(g.end) == ')' {
			return true
		}
	}
	return false
}

func (p *pass) push(r *run, k int) {
	t := &p.text.Tokens[k]
	r.groups = append(r.groups, group{int(t.Start), int(t.End), t.Len()})
	r.last, r.end = k, int(t.End)
	r.count(p.bytesOf(t))
}

// count adds the digits of a group.
func (r *run) count(digits []byte) {
	r.digits += len(digits)
	r.d = append(r.d, digits[:min(len(digits), maxDigits-min(len(r.d), maxDigits))]...)
}

// part notes what parts the next group from the run.
func (r *run) part(sep byte) {
	if r.sep == 0 {
		r.sep = sep
	} else if r.sep != sep {
		r.sep = 'm'
	}
}

// cutRun shortens a run to its first n groups.
func (p *pass) cutRun(r *run, n int) {
	if n >= len(r.groups) {
		return
	}
	r.last -= len(r.groups) - n
	r.groups = r.groups[:n]
	r.end, r.digits, r.d = r.groups[n-1].end, 0, r.d[:0]
	for _, g := range r.groups {
		r.count(p.b[g.start:g.end])
	}
	r.sep, r.loose = 0, false
	for k := 1; k < n; k++ {
		from, to := r.groups[k-1].end, r.groups[k].start
		sep := p.separator(from, to)
		r.part(sep)
		r.loose = r.loose || sep == ' ' || sep == ',' || to-from > 1
	}
}

// separator says what stands between two groups: a space, dash, dot, slash, comma or parenthesis, alone or with a
// space beside it; 0 if they don't belong together.
func (p *pass) separator(from, to int) byte {
	if to-from > 3 || to == from {
		return 0
	}
	sep := byte(0)
	for _, c := range p.b[from:to] {
		switch c {
		case ':': // as in 3123:4567:8909; joins wants four digits on both sides
			if to-from > 1 {
				return 0
			}
			sep = ':'
		case '+': // stands for a century in Nordic numbers
			if to-from > 1 {
				return 0
			}
			sep = '+'
		case ' ':
			if sep == 0 {
				sep = ' '
			}
		case '\n', '\r':
			if sep != 0 && sep != ' ' && sep != '\n' || p.in.Channel == ChannelLog || p.in.Channel == ChannelCall {
				return 0
			}
			sep = '\n'
		case '(', ')':
			if sep == 0 || sep == ' ' {
				sep = '('
			}
		case '-', '.', '/', ',':
			if sep != 0 && sep != ' ' && sep != '(' && (c != '-' || sep != '-' || to-from > 2) { // "93--173/6581"
				return 0
			}
			sep = c
		default:
			return 0
		}
	}
	if sep == '/' && p.isAreaCode(from, to) {
		return sep
	}
	if (sep == '.' || sep == '/') && to-from > 1 || sep == '-' && p.b[from] == ' ' && p.b[to-1] == '-' {
		return 0 // the end of a sentence, a sum, a negative number
	}
	return sep
}

// numberBelow says whether a number goes on with t in the next line: words tell of one, what stands before it in its line, and it can't be whole.
func (p *pass) numberBelow(r *run, t *scan.Token) bool {
	const least, group = 6, 4
	last := r.groups[len(r.groups)-1]
	return (p.told || (p.said|p.path.bits)&(cuesNumber&^cueAnyID) != 0) && r.digits >= least && !isWholeCard(r) && last.digits <= group && t.Len() <= group && t.Len() > 1 && r.start > 0 && p.b[r.start-1] != '\n' &&
		p.separator(last.end, int(t.Start)) == '\n' && !scan.IsLetter(p.at(int(t.End)))
}

// isAreaCode says whether an area code stands before " / " from one place to another, as Germans write it: "Tel. 0221 / 90 18 20".
func (p *pass) isAreaCode(from, to int) bool {
	const least, most = 3, 6
	start := from
	for start > 0 && scan.IsDigit(p.b[start-1]) {
		start--
	}
	return to-from == 3 && from-start >= least && from-start <= most && p.b[start] == '0' && p.b[from] == ' ' && (p.said|p.path.bits)&cuePhone != 0 && !scan.IsWordByte(p.at(start-1))
}

// joins says whether token k, which follows the run with a separator, belongs to the same number.
func (p *pass) joins(r *run, k int, sep byte) bool {
	t := &p.text.Tokens[k]
	last := r.groups[len(r.groups)-1]
	switch sep {
	case '\n':
		return p.numberBelow(r, t)
	case '-', '.', '/', '(':
		return true
	case '+':
		return r.digits == 6 && t.Len() == 4
	case ':':
		return last.digits == 4 && t.Len() == 4
	}
	if next := p.at(int(t.End) + 1); p.at(int(t.End)) == ':' && (scan.IsDigit(next) || next == '[') {
		return false // a time of day, or one of which the end was replaced
	}
	if (t.Len() == 4 || t.Len() <= 2) && p.isDateAt(int(t.Start)) > 0 {
		return false
	}
	if sep == ',' {
		// Thousands have no space behind the comma; a list of amounts has groups of different lengths.
		return int(t.Start) == last.end+1 || last.digits == t.Len() && (t.Len() == 1 || t.Len() == 4 && r.digits < 16 && !(isYears(r.d) && isYears(p.bytesOf(t)))) || p.isDictated(r, k)
	}
	calling := r.digits <= 3 && (r.plus || last.digits <= 2)
	if t.Len() == 8 && r.digits == 8 && p.makesCard(r, t) {
		return true
	}
	if t.Len() >= 9 || t.Len() >= 7 && r.digits >= 7 {
		return calling && len(r.groups) == 1
	}
	if last.digits >= 9 {
		return false
	}
	return !isWholeCard(r)
}

// isDictated says whether a run and groups behind commas, of which token k is the first, are a number that was asked for or that the text has a
// word for, or of the length of a telephone number that begins with a zero or an area code, as a recogniser writes one that is said in groups: "it's 07700, 9001, 23". It ends
// a clause; "in 15, 20 minutes" is none.
func (p *pass) isDictated(r *run, k int) bool {
	const least, most, group = 6, 11, 6 // digits: of all, of a telephone number, of a group at most
	if p.isWritten() || r.groups[len(r.groups)-1].digits > group || isYears(r.d) || isWholeCard(r) {
		return false
	}
	digits := r.digits
	told := (p.wants.cues|p.said)&(cuesNumber&^cueAnyID) != 0
	area := p.isAreaFirst(r, k)
	if !told && r.d[0] != '0' && !area || r.sep == '/' || r.sep == '.' {
		return false
	}
	for n := 0; n < maxGroups; n++ {
		t := &p.text.Tokens[k]
		if digits += t.Len(); t.Len() > group || !t.IsNumber() || p.codeGap(k) == '/' {
			return false
		}
		if k+1 == len(p.text.Tokens) || !p.text.Tokens[k+1].IsNumber() || p.text.Tokens[k+1].Len() > group || !p.isDictatedGap(int(t.End), int(p.text.Tokens[k+1].Start)) {
			return digits >= least && (told || digits == most-1 || digits == most && !area) && (p.endsClause(k) || p.is(k+1, &thanksWords) || p.is(k+1, &andWords))
		}
		k++
	}
	return false
}

// isAreaFirst says whether a run with token k, behind a comma, begins as a North American number does: "505, 555, 0137", not "300, 400, 5000".
func (p *pass) isAreaFirst(r *run, k int) bool {
	const code = 3
	if r.groups[0].digits != code || r.d[0] < '2' || len(r.groups) > 2 {
		return false
	}
	t := &p.text.Tokens[k]
	end, n := int(t.End), t.Len()
	if len(r.groups) == 2 {
		end, n = r.groups[1].end, r.groups[1].digits
	}
	return n == code && !(p.b[end-1] == '0' && p.b[end-2] == '0')
}

// isDictatedGap says whether a comma or a space stands between two groups.
func (p *pass) isDictatedGap(from, to int) bool {
	sep := p.separator(from, to)
	return sep == ',' || sep == ' '
}

// makesCard says whether the digits of t make a valid card number of the eight of a run.
func (p *pass) makesCard(r *run, t *scan.Token) bool {
	var d [16]byte
	copy(d[copy(d[:], r.d):], p.bytesOf(t))
	return isIssuer(d[:]) && checksum.Luhn(d[:])
}

// isDotted says whether groups joined by dots are as phone and card numbers are written: two to four digits each, five
// where the calling code is in the first.
func (r *run) isDotted() bool {
	for k, g := range r.groups {
		if g.digits < 2 || g.digits > 4 && (k > 0 || g.digits > 5) {
			return false
		}
	}
	return r.digits >= 8
}

// isUsualShape says whether groups joined by spaces are as numbers are commonly written.
func (r *run) isUsualShape() bool {
	n := len(r.groups)
	if n < 2 || n > usualGroups {
		return n == 1
	}
	var shape uint32
	for _, g := range r.groups {
		if g.digits > 15 {
			return false
		}
		shape = shape<<4 | uint32(g.digits)
	}
	switch shape {
	case 0x4444, 0x465, 0x464, 0x444, 0x334, 0x55, 0x324, 0x434, 0x433, 0x344, 0x56, 0x46, 0x22222, 0x44443,
		0x333, 0x2222, 0x4222, 0x3322, 0x2333:
		return true
	}
	return false
}
