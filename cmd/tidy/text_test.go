package tidy

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// topLevel keeps the root folder to the entries of the layout. Dot files are free.
func topLevel(t *tree) (violations []string) {
	allowed := strings.Fields("cmd pipeline detectors sinks benchmarks testdata deploy " +
		"go.mod go.sum Makefile README.md LICENSE NOTICE CHANGELOG.md")
	seen := map[string]bool{}
	for _, p := range t.paths {
		top, _, _ := strings.Cut(p, "/")
		if !seen[top] && !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			violations = append(violations, top+": is not an entry of the layout")
		}
		seen[top] = true
	}
	for _, name := range allowed[slices.Index(allowed, "go.mod"):] {
		if !seen[name] {
			violations = append(violations, name+": is missing")
		}
	}
	return violations
}

func TestTopLevel(t *testing.T) {
	onRepository(t, topLevel)
	f := onSamples(t, topLevel)
	whole := []string{"go.mod", "", "go.sum", "", "Makefile", "", "README.md", "", "LICENSE", "", "NOTICE", "", "CHANGELOG.md", ""}
	f("", append(whole, ".ci/run", "", "cmd/a.go", "package a", "tacet", "", "bin/tacet", "", "cpu.prof", "")...)
	f("docs: is not an entry", append(whole, "docs/a.md", "", "docs/b.md", "")...)
	f("CHANGELOG.md: is missing", whole[:12]...)
}

// links finds links in Markdown that lead nowhere inside the repository.
func links(t *tree) (violations []string) {
	for _, p := range t.paths {
		if path.Ext(p) != ".md" {
			continue
		}
		for number, line := range proseLines(t.text[p]) {
			for _, m := range regexp.MustCompile(`\]\(([^)\s]+)[^)]*\)`).FindAllStringSubmatch(line, -1) {
				if problem := t.linkProblem(p, m[1]); problem != "" {
					violations = append(violations, fmt.Sprintf("%s:%d: link %s: %s", p, number, m[1], problem))
				}
			}
		}
	}
	return violations
}

// linkProblem says what is wrong with a link of the file from; nothing if it is in order or leads outside.
func (t *tree) linkProblem(from, link string) string {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return ""
	}
	file, anchor, _ := strings.Cut(link, "#")
	target := from
	if file != "" {
		target = path.Join(path.Dir(from), file)
	}
	isFolder := func(p string) bool { return strings.HasPrefix(p, target+"/") || target == "." }
	if !slices.Contains(t.paths, target) && !slices.ContainsFunc(t.paths, isFolder) {
		return "there is no " + target
	}
	if anchor == "" {
		return ""
	}
	if path.Ext(target) != ".md" {
		return "name the symbol: line numbers of code go stale"
	}
	for _, line := range proseLines(t.text[target]) {
		if heading := strings.TrimLeft(line, "#"); heading != line && slug(heading) == anchor {
			return ""
		}
	}
	return "there is no such heading"
}

// proseLines yields the lines outside fenced code, with their numbers from 1.
func proseLines(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		fenced := false
		number := 0
		for line := range strings.Lines(text) {
			number++
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
			} else if !fenced && !yield(number, strings.TrimRight(line, "\n")) {
				return
			}
		}
	}
}

// slug is the anchor that renderers of Markdown make from a heading.
func slug(heading string) string {
	keep := regexp.MustCompile(`[^\p{L}\p{N}\- _]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
	return strings.ReplaceAll(keep, " ", "-")
}

func TestLinks(t *testing.T) {
	onRepository(t, links)
	f := onSamples(t, links)
	f("", "a/README.md", "[b](../b.md) [c](#in-short) [d](https://example.com/x) [e](..)\n\n## In short\n```\n[x](y)\n```\n", "b.md", "")
	f("README.md:2: link b.md: there is no a/b.md", "a/README.md", "\n[b](b.md)")
	f("no such heading", "README.md", "# A\n[b](#b)")
	f("line numbers", "README.md", "[b](a.go#L12)", "a.go", "package a")
}

// hygiene finds what no file of the project holds.
func hygiene(t *tree) (violations []string) {
	machine := regexp.MustCompile(`(^|[\s"'(=:\x60])(/(work|tmp|root|home/\w+|Users/\w+)/|[A-Z]:\\Users\\)`)
	unfinished := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b|(//|#) ?XX` + `X\b`)
	for _, p := range t.paths {
		text, ok := t.text[p]
		if !ok || inFolder(p, "testdata") {
			continue
		}
		say := func(number int, format string, args ...any) {
			violations = append(violations, fmt.Sprintf("%s:%d: ", p, number)+fmt.Sprintf(format, args...))
		}
		if !utf8.ValidString(text) {
			say(1, "is not UTF-8")
			continue
		}
		number := 0
		for line := range strings.Lines(text) {
			number++
			line = strings.TrimSuffix(line, "\n")
			if m := machine.FindString(line); m != "" {
				say(number, "a path of one machine: %s", strings.TrimSpace(m))
			}
			if unfinished.MatchString(line) {
				say(number, "unfinished: do it, or say in the README what is not done")
			}
			if strings.TrimRight(line, " \t\r") != line {
				say(number, "white space at the end of the line")
			}
		}
		if text != "" && (!strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n")) {
			say(number, "does not end in one newline")
		}
	}
	return violations
}

func TestHygiene(t *testing.T) {
	onRepository(t, hygiene)
	f := onSamples(t, hygiene)
	f("a path of one machine", "a.md", "see /wo"+"rk/x\n")
	f("a path of one machine", "a.go", "package a\n\nconst x = \"/ho"+"me/jo/x\"\n")
	f("unfinished", "a.go", "package a // TO"+"DO: more\n")
	f("white space", "a.md", "text \n")
	f("white space", "a.md", "text\r\n")
	f("does not end in one newline", "a.md", "text")
	f("does not end in one newline", "a.md", "text\n\n")
	f("not UTF-8", "a.md", "\xff\n")
	f("", "a.md", "https://example.com/work/x and ./tmp/x\n", "testdata/a.md", "TO"+"DO ")
}

// titles wants one title in each Markdown file, at its top.
func titles(t *tree) (violations []string) {
	for _, p := range t.paths {
		if path.Ext(p) != ".md" || inFolder(p, "testdata") {
			continue
		}
		var at []int
		for number, line := range proseLines(t.text[p]) {
			if strings.HasPrefix(line, "# ") {
				at = append(at, number)
			}
		}
		if len(at) != 1 || at[0] != 1 {
			violations = append(violations, fmt.Sprintf("%s: has titles in lines %v, wants one, in line 1", p, at))
		}
	}
	return violations
}

func TestTitles(t *testing.T) {
	onRepository(t, titles)
	f := onSamples(t, titles)
	f("", "a.md", "# A\n\n## B\n```\n# a comment\n```\n")
	f("titles in lines []", "a.md", "A\n")
	f("titles in lines [1 3]", "a.md", "# A\n\n# B\n")
	f("titles in lines [3]", "a.md", "A\n\n# B\n")
}

// modules keeps go.mod reproducible: what it says is what everybody gets.
func modules(t *tree) (violations []string) {
	directive := regexp.MustCompile(`^\s*(replace|exclude|retract)\b`)
	number := 0
	for line := range strings.Lines(t.text["go.mod"]) {
		number++
		if m := directive.FindStringSubmatch(line); m != nil {
			violations = append(violations, fmt.Sprintf("go.mod:%d: %s is banned: depend on a released version", number, m[1]))
		}
	}
	return violations
}

func TestModules(t *testing.T) {
	onRepository(t, modules)
	f := onSamples(t, modules)
	f("", "go.mod", "module a\n\ngo 1.26\n\nrequire b v1.0.0 // replaces c\n")
	f("replace is banned", "go.mod", "module a\n\nreplace b => ../b\n")
	f("exclude is banned", "go.mod", "module a\n\n\texclude b v1.0.0\n")
}

// configurations wants every sample configuration to be named by a test: one that nothing loads goes stale unseen.
func configurations(t *tree) (violations []string) {
	var tests strings.Builder
	for _, f := range t.files {
		if f.test {
			tests.WriteString(t.text[f.path])
		}
	}
	for _, p := range t.paths {
		base := path.Base(p)
		isSample := below(p, "testdata/config") || strings.HasPrefix(base, "example.")
		stem := strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".bad")
		if !isSample || path.Ext(p) != ".yaml" {
			continue
		}
		if !strings.Contains(tests.String(), base) && !strings.Contains(tests.String(), `"`+stem+`"`) {
			violations = append(violations, p+": no test names it")
		}
	}
	return violations
}

func TestConfigurations(t *testing.T) {
	onRepository(t, configurations)
	f := onSamples(t, configurations)
	f("", "testdata/config/key.bad.yaml", "", "cmd/tacet/a_test.go", `package main; var _ = "key.bad.yaml"`)
	f("", "testdata/config/key.bad.yaml", "", "cmd/tacet/a_test.go", `package main; var _ = "key"`)
	f("key.bad.yaml: no test names it", "testdata/config/key.bad.yaml", "", "cmd/tacet/a.go", `package main; var _ = "key"`)
	f("example.yaml: no test names it", "cmd/tacet/example.yaml", "")
}
