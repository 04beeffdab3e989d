package pipeline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// topic is a TopicConfig with the policy compiled for it.
type topic struct {
	name       string
	nameBytes  []byte // for the header
	category   string
	format     Format
	tenant     []byte // nil: read tenant_id
	channel    detectors.Channel
	calls      bool // records belong to calls and meet their memory
	partials   policy.Partials
	selector   *codec.Selector
	rules      []rule    // by number in selector: what is the same for all classes
	reads      []reading // what of rules every record is asked for, side by side
	byClass    [][]rule  // what each class does; nil for one that the records don't leave for
	kept       [][]bool  // which of them only keep a value, whatever record it is of
	schemas    []*schema // what may leave for each class
	recordings bool      // some class may have some
}

// rule is what to do with the values of one path.
type rule struct {
	path     string // the policy's, for explanations
	clauses  []string
	action   policy.Action
	options  policy.Options
	use      use
	kind     string // type of the token that stands for a value
	sample   string // a document with just such a value, where the path has no other
	speech   bool   // what was heard, in one of its forms
	searched bool   // for some class
	unnamed  bool   // the class says nothing of it
}

// reading is what a rule says of how its values are read.
type reading struct {
	use              use
	speech, searched bool
}

// dropping says why a rule that drops a value does.
func (r *rule) dropping() (why int) {
	if r.unnamed {
		return fieldUnnamed
	}
	return fieldDropped
}

// use says what the engine itself reads a field for.
type use uint8

const (
	useNone use = iota
	useTenant
	useCall
	useStarted
	useRole
	useFinal // whether its object is a partial result
	useReserved
	useKnown // and those behind it: the customer's record, which never leaves
	useKnownItem
	useKnownType
	useKnownValue
	useKnownStray
)

// structuralField is a field that the engine reads whatever the policy does with it, with a document that has just it.
type structuralField struct {
	path   string
	use    use
	sample string
}

var structural = []structuralField{
	{"tenant_id", useTenant, `{"tenant_id":0}`},
	{"call_id", useCall, `{"call_id":0}`},
	{"started_at", useStarted, `{"started_at":0}`},
	{"role", useRole, `{"role":0}`},
	{"turns[].role", useRole, `{"turns":[{"role":0}]}`},
	// The member that this program adds: one that comes in could pass for it.
	{"redaction", useReserved, `{}`},
	{knownPath, useKnown, `{}`},
	{knownPath + "[]", useKnownItem, `{}`},
	{knownPath + ".*", useKnownStray, `{}`}, // seen, so that a list of another form doesn't pass for an empty one
	{knownPath + "[][]", useKnownStray, `{}`},
	{knownPath + "[].type", useKnownType, `{}`},
	{knownPath + "[].value", useKnownValue, `{}`},
}

// knownPath is where a record of a call says what is known of it.
const knownPath = "known_values"

func compileTopic(name string, tc TopicConfig, p *policy.Policy, classes []*policy.Class) (*topic, error) {
	cat, ok := p.Category(tc.Category)
	if !ok {
		return nil, fmt.Errorf("topic %s: category %q is not in the policy", name, tc.Category)
	}
	switch tc.Format {
	case FormatJSON, FormatNDJSON:
	case FormatLog, FormatText:
		if tc.Tenant == "" {
			return nil, fmt.Errorf("topic %s: format %s carries no tenant: name the tenant of the topic", name, tc.Format)
		}
	default:
		return nil, fmt.Errorf("topic %s: unknown format %q", name, tc.Format)
	}
	t := &topic{name: name, nameBytes: []byte(name), category: tc.Category, format: tc.Format, channel: channelOf(tc.Category), calls: tc.Category == "transcript", partials: cat.Partials}
	if tc.Tenant != "" {
		if !p.Tenant(tc.Tenant) {
			return nil, fmt.Errorf("topic %s: the policy does not know its tenant", name)
		}
		t.tenant = []byte(tc.Tenant)
	}
	var paths []string
	for _, r := range cat.Rules {
		if key, _, _ := strings.Cut(strings.ReplaceAll(r.Path, "[]", "."), "."); t.calls && key == knownPath && r.Action != policy.Drop {
			return nil, fmt.Errorf("topic %s: category %s: %s never leaves: no path of the policy may let it", name, tc.Category, knownPath)
		}
		if len(paths) == 0 || paths[len(paths)-1] != r.Path { // they are sorted
			paths = append(paths, r.Path)
			t.rules = append(t.rules, rule{path: r.Path, clauses: cat.Clauses, kind: tokenKind(r.Path), speech: isSpeech(r.Path)})
		}
	}
	fields := structural
	if t.calls {
		fields = append(fields[:len(fields):len(fields)], finalFields(paths)...)
	}
	for _, f := range fields {
		if f.use >= useKnown && (!t.calls || tc.Format != FormatJSON && tc.Format != FormatNDJSON) {
			continue
		}
		if i := slices.Index(paths, f.path); i >= 0 {
			t.rules[i].use = f.use
			continue
		}
		// The engine must see the field; what leaves is still what the policy says of it, nothing by default.
		paths = append(paths, f.path)
		t.rules = append(t.rules, rule{path: f.path, clauses: cat.Clauses, use: f.use, kind: tokenKind(f.path), sample: f.sample})
	}
	var err error
	if t.selector, err = codec.NewSelector(paths); err != nil {
		return nil, fmt.Errorf("topic %s: category %s: %w", name, tc.Category, err)
	}
	if err := t.compileClasses(cat, classes); err != nil {
		return nil, fmt.Errorf("topic %s: category %s: %w", name, tc.Category, err)
	}
	for i := range t.rules {
		t.reads = append(t.reads, reading{t.rules[i].use, t.rules[i].speech, t.rules[i].searched})
	}
	for _, class := range classes {
		t.schemas = append(t.schemas, newSchema(p, cat, class, tc.Format == FormatLog || tc.Format == FormatText))
	}
	return t, nil
}

// compileClasses says what each class does with each of the topic's paths. A class that has no rule for a path does what its most specific
// rule for such a value says.
func (t *topic) compileClasses(cat *policy.Category, classes []*policy.Class) error {
	t.byClass, t.kept = make([][]rule, len(classes)), make([][]bool, len(classes))
	some := false
	for k, class := range classes {
		if !slices.Contains(cat.For, class.Name) {
			continue
		}
		some = true
		var own []policy.Rule
		var paths []string
		for _, r := range cat.Rules {
			if r.Class == class.Name {
				own = append(own, r)
				paths = append(paths, r.Path)
			}
		}
		selector, err := codec.NewSelector(paths)
		if err != nil {
			return err
		}
		t.byClass[k], t.kept[k] = slices.Clone(t.rules), make([]bool, len(t.rules))
		for i := range t.byClass[k] {
			r := &t.byClass[k][i]
			r.action = policy.Drop
			of := slices.Index(paths, r.path)
			if of < 0 {
				of = ruleFor(selector, cmp.Or(r.sample, sampleOf(r.path)))
			}
			if r.unnamed = of < 0; r.unnamed {
				continue
			}
			r.action, r.options = own[of].Action, own[of].Options
			t.kept[k][i] = r.action == policy.Keep && r.options.Needs == "" && r.options.Subject == 0 && r.use < useReserved
			t.recordings = t.recordings || r.options.Needs == policy.NeedsRecording
			if own[of].Path == r.path {
				r.clauses = own[of].Clauses
			}
			t.rules[i].searched = t.rules[i].searched || r.action == policy.Redact
		}
	}
	if !some {
		return errors.New("its records leave for none of the classes of the sinks: leave the topic out, or add a sink")
	}
	return nil
}

// finalFields are the members final of the root, of a turn, and of every object that one of the paths goes through. Their containers are
// entered, so that one is seen: a container is not true.
func finalFields(paths []string) (fields []structuralField) {
	prefixes := []string{"", "turns[]."}
	for _, p := range paths {
		for i := 0; i < len(p); i++ {
			switch p[i] {
			case '\\':
				i++
			case '.':
				prefixes = append(prefixes, p[:i+1])
			}
		}
	}
	slices.Sort(prefixes)
	for _, prefix := range slices.Compact(prefixes) {
		path := prefix + finalKey
		fields = append(fields, structuralField{path, useFinal, sampleOf(path)},
			structuralField{path + ".*", useNone, `{}`}, structuralField{path + "[]", useNone, `{}`})
	}
	return fields
}

// sampleOf gives a document that has just the field at a path, a number. A wildcard's key is one that no path can name.
func sampleOf(path string) string {
	var start, end string
	for i := 0; i < len(path); i++ {
		from := i
		var key []byte
		for ; i < len(path) && path[i] != '.' && path[i] != '['; i++ {
			if path[i] == '\\' {
				i++
			}
			key = append(key, path[i])
		}
		if path[from:i] == "*" {
			key = []byte{0}
		}
		quoted, _ := json.Marshal(string(key))
		start, end = start+"{"+string(quoted)+":", "}"+end
		for ; strings.HasPrefix(path[i:], "[]"); i += len("[]") {
			start, end = start+"[", "]"+end
		}
	}
	return start + "0" + end
}

// ruleFor gives the number of the rule that selects the one number in a document, -1 for none.
func ruleFor(s *codec.Selector, document string) int {
	var d codec.Doc
	if d.ParseJSON([]byte(document), s, codec.DefaultLimits()) != nil {
		return -1
	}
	for _, f := range d.Fields() {
		if f.Kind == codec.Number {
			return int(f.Rule)
		}
	}
	return -1
}

func channelOf(category string) detectors.Channel {
	switch category {
	case "transcript":
		return detectors.ChannelCall
	case "usage_log":
		return detectors.ChannelLog
	case "communication":
		return detectors.ChannelDoc
	}
	return detectors.ChannelUnknown
}

// tokenKind is the type that tokens of a path carry: its last key in capitals ("user_id" gives USER_ID).
func tokenKind(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	kind := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r == '_':
			return r
		}
		return -1
	}, last)
	if kind == "" {
		return "ID"
	}
	return kind
}

// isSpeech tells whether the last key of a path is a form of what was heard.
func isSpeech(path string) bool {
	return isSpeechKey([]byte(strings.TrimRight(path[strings.LastIndexByte(path, '.')+1:], "[]")))
}

func isSpeechKey(key []byte) bool {
	switch string(key) {
	case "text", "lexical", "itn":
		return true
	}
	return false
}
