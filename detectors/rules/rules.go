// Package rules runs what users write themselves: rules with regular expressions, lists of words, and the values that
// are known of one call.
//
// A regular expression runs only on windows round a literal that the automaton finds in one pass over the text, with a
// limit on time and memory; what exceeds a limit is reported as a match, so that it is redacted. README.md says more.
package rules

import (
	"slices"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// Options say what rule files may refer to.
type Options struct {
	// Types says whether a name is one of the program's types. nil allows any name in capitals.
	Types func(name string) bool
	// Validators are the checks that rules may name. They get the value's letters, as capitals, and digits alone.
	Validators map[string]func(value []byte) bool
	// Threshold is the score from which examples count as found; 0.5 if it is 0.
	Threshold float32
	// Timeout is how long one search of one window may take; 250 ms if it is 0. The clock behind it is coarse: a search
	// ends up to 200 ms later.
	Timeout time.Duration
}

// File is a rule file: its own format or that of Presidio's recognisers.
type File struct {
	Name string // stands in messages
	Data []byte
}

// Rule is what a caller needs to know of a rule.
type Rule struct {
	Name    string
	Type    string // one of the program's types
	Version string // of what it finds: another where anything but its examples is written otherwise
}

// Match is a place that a rule found.
type Match struct {
	Start, End int // bytes of the text, half-open
	Rule       int // index into Set.Rules
	Score      float32
	// Limit says that the search hit its limit of time or memory: what the region holds is unknown.
	Limit bool
}

// Set is the rules of some files, compiled. It is immutable and safe for concurrent use.
type Set struct {
	rules       []rule
	units       []unit
	auto        *automaton
	everywhere  []int32 // units without any literal
	timeout     time.Duration
	version     string
	unsupported []string
}

// rule is a rule as it was compiled.
type rule struct {
	Rule
	context     *context // nil if there is none
	validate    func([]byte) bool
	drop        bool // a value that isn't valid is no match
	paths       []glob
	exceptPaths []glob
	channels    []string
}

// unit is one pattern of a rule: what is searched for on its own.
type unit struct {
	rule   int32
	re     *regexp2.Regexp
	group  int // what of a match is the value
	score  float32
	window int // bytes round a literal
}

// Rules lists the rules; Match.Rule is an index into it.
func (s *Set) Rules() []Rule {
	all := make([]Rule, len(s.rules))
	for i := range s.rules {
		all[i] = s.rules[i].Rule
	}
	return all
}

// Unsupported lists what the files ask for and doesn't happen, each as "file:line: what", and which patterns are slow.
func (s *Set) Unsupported() []string { return s.unsupported }

// Version names the contents of the files: equal versions find the same.
func (s *Set) Version() string { return s.version }

// applies says whether a rule looks at a field and channel. Unknown paths and channels aren't excluded by lists of
// what is excluded, and aren't included by lists of what is included.
func (r *rule) applies(path []byte, channel string) bool {
	if len(r.channels) > 0 && !slices.Contains(r.channels, channel) {
		return false
	}
	for _, g := range r.exceptPaths {
		if len(path) > 0 && g.matches(path) {
			return false
		}
	}
	if len(r.paths) == 0 {
		return true
	}
	for _, g := range r.paths {
		if len(path) > 0 && g.matches(path) {
			return true
		}
	}
	return false
}
