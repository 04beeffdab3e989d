package pipeline

import (
	"bytes"

	"github.com/sonexlabs/tacet/pipeline/codec"
)

// The bounds of what names another member.
const (
	entryNear = 4  // fields between the two
	entryName = 64 // bytes of a name
)

// pathOf is the path of field i as detection takes it: that of an entry that has its name in a member of its own, as environments and labels are
// written, {"name":"DB_PASSWORD","value":"…"}, ends with that name, and so does that of the element of a list behind an option, ["--password","…"].
func (w *rewriter) pathOf(d *codec.Doc, i int) []byte {
	path, fields := d.Path(i), d.Fields()
	f := &fields[i]
	if f.Kind != codec.String {
		return path
	}
	if bytes.HasSuffix(path, []byte("[]")) {
		if k := i - 1; k >= 0 && fields[k].Parent == f.Parent && fields[k].Kind == codec.String {
			if name := d.Text(k); bytes.HasPrefix(name, []byte("--")) && isEntryName(name) {
				return w.renamed(path, name)
			}
		}
		return path
	}
	member := path[bytes.LastIndexByte(path, '.')+1:]
	if !bytes.EqualFold(member, []byte("value")) {
		return path
	}
	for k := max(i-entryNear, 0); k <= i+entryNear && k < len(fields); k++ {
		if k == i || fields[k].Parent != f.Parent || fields[k].Kind != codec.String {
			continue
		}
		other := d.Path(k)
		other = other[bytes.LastIndexByte(other, '.')+1:]
		if bytes.EqualFold(other, []byte("name")) || bytes.EqualFold(other, []byte("key")) {
			if name := d.Text(k); isEntryName(name) {
				return w.renamed(path[:len(path)-len(member)], name)
			}
		}
	}
	return path
}

// renamed is a path that ends with a name.
func (w *rewriter) renamed(path, name []byte) []byte {
	w.entry = append(append(append(w.entry[:0], path...), '.'), bytes.TrimLeft(name, "-")...)
	return w.entry
}

// isEntryName tells whether a text may be the name of a variable or an option.
func isEntryName(b []byte) bool {
	return len(b) > 0 && len(b) <= entryName && bytes.IndexByte(b, ' ') < 0
}
