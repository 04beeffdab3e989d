package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// readRules reads files of users' rules; nil for no file. Its error has a line for each problem.
func readRules(names []string) (*rules.Set, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var files []rules.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		files = append(files, rules.File{Name: name, Data: text})
	}
	return detectors.ReadRules(files...)
}

// readList reads a list of words and phrases, and gives its lines to seen.
func readList(name string, exact bool, seen io.Writer) (*rules.List, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	defer f.Close()
	return rules.ReadList(name, io.TeeReader(f, seen), exact)
}

// detectionFlags adds the flags that choose detectors. Users' files are read before the command runs.
func detectionFlags(cmd *cobra.Command, o *detectors.Options) {
	var c detectionConfig
	var ruleFiles, deny, allow []string
	f := cmd.Flags()
	f.StringSliceVar(&o.Locales, "locales", nil, "whose identifiers to expect: `LIST` of in, uk, us, eu and country codes; all by default")
	f.StringVar(&o.Preset, "preset", "balanced", "balanced, strict or paranoid: how little it takes to redact")
	f.StringArrayVar(&ruleFiles, "rules", nil, "find what the rules in `FILE` find, too; can be repeated, as --deny and --allow")
	f.StringArrayVar(&deny, "deny", nil, "find each line of a file as a type: `TYPE=FILE`")
	f.StringArrayVar(&allow, "allow", nil, "leave values that are a line of `FILE`, unless they are card data or credentials")
	_ = cmd.MarkFlagFilename("rules", "yaml", "yml")
	_ = cmd.MarkFlagFilename("allow")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		for _, name := range ruleFiles {
			c.Rules = append(c.Rules, path(name))
		}
		for _, d := range deny {
			kind, name, ok := strings.Cut(d, "=")
			if !ok || name == "" {
				return usageError(cmd, fmt.Errorf("--deny %s: write TYPE=FILE, with a type such as ACCOUNT_ID", d))
			}
			if _, known := detectors.ParseType(kind); !known {
				return usageError(cmd, fmt.Errorf("--deny %s: unknown type %s; one in capitals such as ACCOUNT_ID, or CUSTOM", d, kind))
			}
			c.Deny = append(c.Deny, denyConfig{Type: kind, File: path(name)})
		}
		for _, name := range allow {
			c.Allow = append(c.Allow, allowConfig{File: path(name)})
		}
		own, err := c.options()
		if err != nil {
			return err
		}
		o.Rules, o.Deny, o.Allow = own.Rules, own.Deny, own.Allow
		for _, line := range unsupported(own) {
			say(cmd.ErrOrStderr(), "warning: %s", line)
		}
		return nil
	}
}

// options reads c's files.
func (c detectionConfig) options() (detectors.Options, error) { return c.read(contents{}) }

// read is options that notes what is in the files.
func (c detectionConfig) read(all contents) (o detectors.Options, err error) {
	o = detectors.Options{Locales: c.Locales, Preset: c.Preset}
	if o.Rules, err = readRules(c.ruleFiles()); err != nil {
		return o, err
	}
	all.rules("rules", o.Rules)
	for _, d := range c.Deny {
		kind, ok := detectors.ParseType(d.Type)
		if !ok {
			return o, fmt.Errorf("unknown type %q", d.Type)
		}
		seen := all.list(fmt.Sprintf("deny %s exact %t", d.Type, d.Exact))
		l, err := readList(string(d.File), d.Exact, seen)
		if err != nil {
			return o, err
		}
		seen.end()
		o.Deny = append(o.Deny, detectors.Deny{Type: kind, List: l})
	}
	for _, a := range c.Allow {
		seen := all.list(fmt.Sprintf("allow exact %t", a.Exact))
		l, err := readList(string(a.File), a.Exact, seen)
		if err != nil {
			return o, err
		}
		seen.end()
		o.Allow = append(o.Allow, l)
	}
	return o, nil
}

// set is what records are searched with where no tenant asks for more.
func (c detectionConfig) set() (*detectors.Set, error) {
	o, err := c.options()
	if err != nil {
		return nil, err
	}
	return detectors.New(o)
}

// setsFor reads the rule sets that tenants may pick from, and gives what tightens usual by instructions.
func (c detectionConfig) setsFor(usual *detectors.Set) (*policy.DetectorSets, error) {
	sets, err := c.readSets(contents{})
	return policy.NewDetectorSets(usual, sets), err
}

// readSets reads the rule sets that tenants may pick from, and notes what is in them.
func (c detectionConfig) readSets(all contents) (map[string]*detectors.RuleSet, error) {
	sets := map[string]*detectors.RuleSet{}
	for name, file := range c.RuleSets {
		set, err := readRules([]string{string(file)})
		if err != nil {
			return nil, err
		}
		sets[name] = set
		all.rules("rule_sets "+name, set)
	}
	return sets, nil
}

func (c detectionConfig) ruleFiles() (names []string) {
	for _, name := range c.Rules {
		names = append(names, string(name))
	}
	return names
}

// unsupported is what of the rule files doesn't happen, a line for each.
func unsupported(o detectors.Options) []string {
	if o.Rules == nil {
		return nil
	}
	return o.Rules.Unsupported()
}

// printAdditions shows users' rules and lists; nothing where there are none.
func printAdditions(w io.Writer, c detectionConfig, o detectors.Options) {
	if o.Rules == nil && len(o.Deny) == 0 && len(o.Allow) == 0 && len(c.RuleSets) == 0 {
		return
	}
	fmt.Fprintln(w, "\nyour own rules and lists, and how many entries they have")
	if o.Rules != nil {
		fmt.Fprintf(w, "  rules      %s: %d\n", strings.Join(c.ruleFiles(), ", "), len(o.Rules.Rules()))
	}
	for _, name := range slices.Sorted(maps.Keys(c.RuleSets)) {
		fmt.Fprintf(w, "  rule set   %s: %s, for tenants whose instruction names it\n", name, c.RuleSets[name])
	}
	exactly := map[bool]string{true: ", exact"}
	for i, d := range o.Deny {
		fmt.Fprintf(w, "  deny       %s, as %s%s: %d\n", c.Deny[i].File, d.Type, exactly[c.Deny[i].Exact], d.List.Len())
	}
	for i, l := range o.Allow {
		fmt.Fprintf(w, "  allow      %s%s: %d\n", c.Allow[i].File, exactly[c.Allow[i].Exact], l.Len())
	}
}
