package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// evalOptions are the flags of eval.
type evalOptions struct {
	json       bool
	floors     string
	raise      bool
	explained  string
	misses     string
	typesTable string
	details    bool
	gazetteer  string
	detection  detectors.Options
}

func newEvalCommand() *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval CORPUS...",
		Short: "Score detection on labelled rows",
		Long:  evalHelp(),
		Example: `  tacet eval calls.labelled.jsonl
  tacet eval --json --floors floors.json corpora/ | jq '.sets[] | {set, figures}'`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"jsonl", "gz", "zst"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "write one JSON object in place of tables")
	f.BoolVar(&o.details, "details", false, "show types and slices of every set, and every disagreement")
	f.StringVar(&o.gazetteer, "gazetteer", "", "tell names that are listed in the files of `FOLDER` (given-names.tsv, surnames.tsv) from others")
	f.StringVar(&o.floors, "floors", "", "take what is known about the sets from `FILE`, and fail where a figure is below its floor")
	f.BoolVar(&o.raise, "write-floors", false, "set the floors of these sets in the file of --floors to a little below this run")
	f.StringVar(&o.explained, "explained", "", "take the reasons for disagreements from `FILE`, and fail where there is none")
	f.StringVar(&o.misses, "misses", "", "write where labels and findings differ to `FILE`, as JSON lines without values")
	f.StringVar(&o.typesTable, "types-table", "", "write the table of types with their figures into `FILE`, between its markers")
	detectionFlags(cmd, &o.detection)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		switch {
		case len(names) == 0:
			return usageError(cmd, errors.New("no corpus"))
		case o.raise && o.floors == "":
			return usageError(cmd, errors.New("--write-floors needs --floors"))
		}
		set, err := detectors.New(o.detection)
		if err != nil {
			return usageError(cmd, err)
		}
		return runEval(cmd, &o, set, names)
	}
	return cmd
}

func evalHelp() string {
	var b strings.Builder
	b.WriteString(`Eval finds personal data in labelled rows as detect does and says how well. A corpus is a file of rows, a set, or a folder of them. A row is
a row of detect with labels:

  {"id", "text" or "turns", "channel", "entities": [{"type", "start", "end", "turn"}]}

Offsets are bytes, half-open. Types are ours, or the coarse SSN, IP, CREDENTIAL, NATIONAL_ID and OTHER. "q" says how a label came about: only
labels without it or with "match" count in the headline, "asr" is counted apart, anything else only excuses what is found there.
A value is what labels of one type have in common that share a "group" or are read alike. "tag", "origin", "kind", "spoken" and "prompted" of a
label, and "lang" of a row, make slices.
A file of cases with a "kind" of scan, validate or context is the test suite of another program: it says where the two agree.

`)
	for _, f := range figureHelp {
		fmt.Fprintf(&b, "  %-11s %s\n", strings.TrimPrefix(f.name, "-"), f.help)
	}
	b.WriteString(`
Figures of a whole set leave out types that policies keep (DATE, LOCATION, ORG, AGE) and OTHER. Intervals are of 95 %, from drawing whole rows anew 2,000
times, or Wilson's where nothing or everything counts.

With --json: {"detectors", "sets": [{"set", "note", "rows", "tokens", "words", "labels", "values", "figures", "intervals", "worst", "types": [{"type", "kept",
"entities", "values", "bytes", "bytes_left", "garbled", "findings", "found_as", "figures", "intervals"}], "slices": [{"type", "by", "is", "labels",
"figures"}]}], "vectors": [{"set", "cases", "skipped", "agree", "figures", "kinds",
"disagreements": [{"case", "kind", "expected", "got", "reason"}], "unexplained", "settled"}], "missed": [{"set", "type", "figure", "is",
"held"}], "bars"}. A figure that can't be told is absent. Shares go from 0 to 1. No output shows a value.

Exit code 1: a figure is below its floor, or a disagreement has no reason.`)
	return b.String()
}

func runEval(cmd *cobra.Command, o *evalOptions, set *detectors.Set, names []string) error {
	var floors *floorsFile
	var why explanations
	var err error
	if o.floors != "" {
		if floors, err = readFloors(o.floors); err != nil {
			return err
		}
	}
	if o.explained != "" {
		if why, err = readExplanations(o.explained); err != nil {
			return err
		}
	}
	var lists *nameLists
	if o.gazetteer != "" {
		if lists, err = readNameLists(o.gazetteer); err != nil {
			return err
		}
	}
	if names, err = corpusFiles(names); err != nil {
		return err
	}
	r := &evalReport{Detectors: set.Version(), Sets: []*setReport{}}
	var read atomic.Int64
	stop := showProgress(cmd.Context(), cmd, &read)
	var misses []miss
	err = eachInput(cmd, names, &read, func(in *input) error {
		if cmd.Context().Err() != nil {
			return cmd.Context().Err()
		}
		name := setName(in.name)
		e, err := evalStream(in, set, floors.of(name), keptByDefault(), lists)
		if err != nil {
			return err
		}
		if len(e.cases) > 0 {
			r.Vectors = append(r.Vectors, reportVectors(name, e.cases, why))
			return nil
		}
		for ; e != nil; e, name = e.low, name+lowerSuffix {
			for i := range e.misses {
				e.misses[i].Set = name
			}
			misses = append(misses, e.misses...)
			r.Sets = append(r.Sets, reportSet(name, e))
		}
		return nil
	})
	stop()
	if err != nil {
		return err
	}
	return finishEval(cmd, o, r, floors, misses)
}

// finishEval writes what was asked for and says whether the run holds what it must.
func finishEval(cmd *cobra.Command, o *evalOptions, r *evalReport, floors *floorsFile, misses []miss) error {
	if o.raise {
		floors.raise(r)
		if err := writeFloors(o.floors, floors); err != nil {
			return err
		}
	}
	if floors != nil {
		r.hold(floors)
	}
	write := func(w io.Writer) error { return r.table(w, o.details) }
	if o.json {
		write = r.json
	}
	if err := write(cmd.OutOrStdout()); err != nil {
		return err
	}
	if o.misses != "" {
		if err := writeMisses(o.misses, misses); err != nil {
			return err
		}
	}
	if o.typesTable != "" {
		if err := writeTypesTable(o.typesTable, r); err != nil {
			return err
		}
	}
	var problems []error
	for i := range r.Missed {
		problems = append(problems, fmt.Errorf("floor missed: %s", &r.Missed[i]))
	}
	for _, v := range r.Vectors {
		if o.explained != "" && v.Unexplained > 0 {
			problems = append(problems, fmt.Errorf("%s: %d disagreements have no reason in %s", v.Set, v.Unexplained, o.explained))
		}
	}
	return errors.Join(problems...)
}

// keptByDefault are the types that a policy keeps without saying so, and those that are more than wanted nowhere: these,
// and links, which policies commonly keep.
func keptByDefault() *keptTypes {
	k := &keptTypes{kept: map[detectors.Type]bool{}, ignored: map[detectors.Type]bool{detectors.URL: true}}
	p := policy.TextOnly().Classes()[0]
	for _, t := range detectors.Types() {
		if p.Style(t) == policy.StyleKeep {
			k.kept[t], k.ignored[t] = true, true
		}
	}
	return k
}

// corpusFiles lists the files of corpora: those named, and those in the folders named.
func corpusFiles(names []string) (files []string, err error) {
	for _, name := range names {
		info, err := os.Stat(name)
		if name == "-" || err == nil && !info.IsDir() {
			files = append(files, name)
			continue
		}
		if err != nil {
			return nil, err
		}
		entries, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		before := len(files)
		for _, e := range entries {
			if e.Type() != fs.ModeDir && setName(e.Name()) != e.Name() {
				files = append(files, filepath.Join(name, e.Name()))
			}
		}
		if len(files) == before {
			return nil, fmt.Errorf("no .jsonl files in %s", name)
		}
	}
	return files, nil
}

// setName is the name of the set in a file: the file's without folder and endings.
func setName(file string) string {
	name := filepath.Base(file)
	for _, ending := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, ending)
	}
	if !slices.Contains([]string{".jsonl", ".ndjson"}, filepath.Ext(name)) {
		return filepath.Base(file)
	}
	return strings.TrimSuffix(name, filepath.Ext(name))
}

func writeMisses(name string, misses []miss) (err error) {
	f, err := createOutput(nil, name)
	if err != nil {
		return err
	}
	out := json.NewEncoder(f)
	for i := range misses {
		if err := out.Encode(&misses[i]); err != nil {
			f.discard()
			return fmt.Errorf("write misses: %w", err)
		}
	}
	return f.finish()
}
