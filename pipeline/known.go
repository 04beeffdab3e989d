package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"reflect"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
)

// knownMost is how many values a call can have.
const knownMost = 64

// knownValues is what is known of a call: the values of known_values that its records brought. It is immutable.
type knownValues struct {
	list   uint64 // keyed hash of the list that came last, as it was written
	values []detectors.KnownValue
	find   *detectors.Known
	bytes  int // memory, estimated
}

// Format and LogValue hide the values, wherever they are printed from.
func (knownValues) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[known values]") }
func (knownValues) LogValue() slog.Value       { return slog.StringValue("[known values]") }

// errKnown says nothing of the values, as NewKnown's errors don't.
var errKnown = errors.New(`known_values is no list of at most 64 {"type", "value"}`)

// learn takes the record's known_values, field at of d. They are kept with its call where it has one. What can't be taken
// fails the record: searched with less than was known, it could show what it must not.
func (w *rewriter) learn(d *codec.Doc, value []byte, at int) error {
	f := &d.Fields()[at]
	switch f.Kind {
	case codec.Null:
		return nil
	case codec.Array:
	default:
		return errKnown
	}
	list := maphash.Bytes(w.calls.seeds[0], value[f.Start:f.End])
	var before *knownValues
	if w.call != nil {
		before = w.call.known
	}
	if before != nil && before.list == list {
		w.hearKnown(before.values)
		return nil // every turn may bring the same
	}
	values, err := w.readKnown(d, at)
	if err != nil || len(values) == 0 {
		return err
	}
	w.hearKnown(values)
	w.namesKnown(values)
	known, err := newKnownValues(list, values, before)
	if err != nil {
		return err
	}
	w.known = known.find
	if w.call != nil {
		w.forgotten += w.calls.setKnown(w.call, known)
	}
	return nil
}

// readKnown copies the values of the list in field at. Those that are null or empty don't count; whatever is of another form
// is an error.
func (w *rewriter) readKnown(d *codec.Doc, at int) (values []detectors.KnownValue, err error) {
	fields := d.Fields()
	open := false // an element without a value so far
	for i := at + 1; i < len(fields) && fields[i].Start < fields[at].End; i++ {
		f := &fields[i]
		if f.Rule < 0 || f.Kind == codec.Key {
			continue
		}
		switch w.topic.reads[f.Rule].use {
		case useKnownItem:
			if open || f.Kind != codec.Object || len(values) == knownMost {
				return nil, errKnown
			}
			open = true
			values = append(values, detectors.KnownValue{Type: detectors.Custom.String()})
		case useKnownStray:
			return nil, errKnown
		case useKnownType:
			if f.Kind != codec.String {
				continue
			}
			if kind, ok := detectors.ParseType(string(d.Text(i))); ok {
				values[len(values)-1].Type = kind.String()
			}
		case useKnownValue:
			if f.Kind != codec.String && f.Kind != codec.Number && f.Kind != codec.Null {
				return nil, errKnown
			}
			if f.Kind != codec.Null {
				values[len(values)-1].Value = bytes.Clone(d.Text(i))
			}
			open = false
		}
	}
	if open {
		return nil, errKnown
	}
	full := values[:0]
	for _, v := range values {
		if len(v.Value) > 0 {
			full = append(full, v)
		}
	}
	return full, nil
}

// newKnownValues joins values with those from before, of which the oldest go when there are too many.
func newKnownValues(list uint64, values []detectors.KnownValue, before *knownValues) (*knownValues, error) {
	if before != nil {
		fresh := false
		for _, v := range values {
			fresh = fresh || !hasKnown(before.values, v)
		}
		if !fresh {
			again := *before
			again.list = list
			return &again, nil
		}
		for _, v := range before.values {
			if len(values) < knownMost && !hasKnown(values, v) {
				values = append(values, v)
			}
		}
	}
	find, err := detectors.NewKnown(values)
	if err != nil {
		return nil, fmt.Errorf("known_values: %w", err)
	}
	return &knownValues{list: list, values: values, find: find, bytes: knownBytes(values)}, nil
}

func hasKnown(values []detectors.KnownValue, v detectors.KnownValue) bool {
	for i := range values {
		if values[i].Type == v.Type && bytes.Equal(values[i].Value, v.Value) {
			return true
		}
	}
	return false
}

// knownBytes estimates the memory that values take with what finds them: rather more than less.
func knownBytes(values []detectors.KnownValue) int {
	const perValue, perWord = 250, 140
	n := int(reflect.TypeFor[detectors.Known]().Size() + reflect.TypeFor[knownValues]().Size())
	for _, v := range values {
		words := 1
		for _, c := range v.Value {
			if c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' && c < utf8.RuneSelf {
				words++
			}
		}
		n += perValue + 4*len(v.Value) + perWord*words
	}
	return n
}

// setKnown replaces what is known of a call. Above the bound of all calls together, those that were silent longest are given
// up; it returns how many.
func (s *callStore) setKnown(c *call, k *knownValues) (forgotten int) {
	s.knownBytes += k.bytes
	if c.known != nil {
		s.knownBytes -= c.known.bytes
	}
	c.known = k
	for s.knownBytes > s.knownMost && s.ring.prev != c {
		s.drop(s.ring.prev)
		forgotten++
	}
	return forgotten
}

// spoil gives up what a failed record may have left half changed. What is known of the call and of who is in it can't be: it stays, so
// that the turns to come are searched for it, and are kept back where this one was.
func (s *callStore) spoil(c *call) {
	if c.known == nil && len(c.people) == 0 && !c.unknown && !c.minor {
		s.drop(c)
		return
	}
	c.memory, c.aliases = s.newMemory()
}
