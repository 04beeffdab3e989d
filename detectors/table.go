package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The bounds of a table within a text.
const (
	headMost    = 512 // bytes of its first line
	columnsMost = 48
)

// column is one of a table whose name says that it holds something personal.
type column struct {
	name []byte
	kind Type // 0 if it holds nothing personal
}

// table reads rows of which the first line of the text names the columns, parted by semicolons, tabs, bars or commas: what a value is, the name of its
// column says. What has a form of its own is found anyway.
func (p *pass) table() {
	const cues = cuePassword | cueSecret | cuePIN | cueCVV | cueBirth | cueName | cuePhone | cueBank | cueSSN | cuePostcode | cueAddress | wordUser | cueSession | cueAccount
	if p.in.Channel == ChannelCall || p.said&cues == 0 {
		return
	}
	head := p.b[:min(len(p.b), headMost)]
	end := bytes.IndexByte(head, '\n')
	if end < 0 {
		return
	}
	var columns [columnsMost]column
	sep, n := p.tableHead(bytes.TrimRight(head[:end], "\r"), columns[:])
	if n == 0 {
		return
	}
	for at := end + 1; at < len(p.b); {
		stop := len(p.b)
		if k := bytes.IndexByte(p.b[at:], '\n'); k >= 0 {
			stop = at + k
		}
		if bytes.Count(p.b[at:stop], []byte{sep}) < n-1 {
			return
		}
		p.tableRow(at, stop, sep, columns[:n])
		at = stop + 1
	}
}

// tableHead fills in the columns that a line names, and gives what parts them and how many they are; 0 if it is no such line.
func (p *pass) tableHead(line []byte, columns []column) (sep byte, n int) {
	const fewest, longest = 3, 32
	for _, c := range []byte(";\t|,") {
		if k := bytes.Count(line, []byte{c}) + 1; k > n {
			sep, n = c, k
		}
	}
	if n < fewest || n > len(columns) {
		return 0, 0
	}
	personal := false
	for k := range columns[:n] {
		name := line
		if at := bytes.IndexByte(line, sep); at >= 0 {
			name, line = line[:at], line[at+1:]
		}
		name = bytes.Trim(name, "\"' ")
		if len(name) > longest || len(name) > 0 && scan.IsDigit(name[0]) || bytes.ContainsAny(name, ":=@.") {
			return 0, 0
		}
		bits := p.set.nameMeaning(name).bits
		kind := columnKind(bits, name)
		if kind == 0 && bits&cueName != 0 && !bytes.ContainsAny(name, "_ ") && !(len(name) > 1 && hasHump(name)) {
			kind = Person
		}
		columns[k] = column{name, kind}
		personal = personal || kind != 0
	}
	if !personal {
		return 0, 0
	}
	return sep, n
}

// tableRow notes the values of the columns that are personal, in the row from one place to another.
func (p *pass) tableRow(at, stop int, sep byte, columns []column) {
	for k := range columns {
		start := at
		if p.at(start) == '"' {
			if n := bytes.IndexByte(p.b[start+1:stop], '"'); n >= 0 {
				at = start + 1 + n
			}
		}
		if n := bytes.IndexByte(p.b[at:stop], sep); n >= 0 {
			at += n
		} else {
			at = stop
		}
		from, to := start, at
		for from < to && (p.b[from] == '"' || p.b[from] == ' ') {
			from++
		}
		for to > from && (p.b[to-1] == '"' || p.b[to-1] == ' ' || p.b[to-1] == '\r') {
			to--
		}
		switch columns[k].kind {
		case 0:
		case Person:
			if to-from > 1 && to-from <= localMax && hasLetter(p.b[from:to]) && !isPlaceholder(p.b[from:to]) && !p.isInert(from) {
				p.add(from, to, Person, 0.65, byRow, p.lower(from, to))
			}
		default:
			p.cell(from, to, columns[k].name)
		}
		if at++; at > stop {
			return
		}
	}
}
