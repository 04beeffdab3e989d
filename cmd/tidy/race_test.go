package tidy

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// unraced wants what the Makefile keeps from the race detector to be there, and to start nothing that could race. What the functions that
// a test calls start is not seen.
func unraced(t *tree) (violations []string) {
	makefile := t.text["Makefile"]
	variable := func(name string) *regexp.Regexp {
		_, value, _ := strings.Cut(makefile, "\n"+name)
		value, _, _ = strings.Cut(value, "\n")
		_, value, _ = strings.Cut(value, ":= ")
		pattern, err := regexp.Compile(strings.ReplaceAll(value, "$$", "$"))
		if err != nil || value == "" {
			violations = append(violations, "Makefile: "+name+" is no regular expression")
			return regexp.MustCompile(`^\b$`)
		}
		return pattern
	}
	packages, raced, tests := variable("ALONE"), variable("RACED"), variable("ONE_BY_ONE")
	there := map[string]bool{}
	for _, f := range t.files {
		alone := packages.MatchString("/"+f.dir) && f.dir != "cmd/tidy"
		for _, d := range f.syntax.Decls {
			name := ""
			if d, ok := d.(*ast.FuncDecl); ok && f.test && d.Recv == nil {
				name = d.Name.Name
			}
			one := tests.MatchString(name)
			there[name] = there[name] || one || raced.MatchString(name)
			if starts(d) && one {
				violations = append(violations, t.at(d.Pos(), "starts goroutines: take it from ONE_BY_ONE in the Makefile"))
			} else if starts(d) && alone && !raced.MatchString(name) {
				violations = append(violations, t.at(d.Pos(), "starts goroutines: take its package from ALONE in the Makefile, or add it to RACED"))
			}
		}
	}
	for _, name := range regexp.MustCompile(`\b(Test|Fuzz)\w+`).FindAllString(tests.String()+raced.String(), -1) {
		if !there[name] {
			violations = append(violations, "Makefile: there is no "+name)
		}
	}
	return violations
}

// starts tells whether a goroutine is started: by go, or by a method that does.
func starts(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.CallExpr:
			s, ok := n.Fun.(*ast.SelectorExpr)
			found = found || ok && (s.Sel.Name == "Go" || s.Sel.Name == "Parallel" || s.Sel.Name == "RunParallel")
		}
		return !found
	})
	return found
}

func TestUnraced(t *testing.T) {
	onRepository(t, unraced)
	f := onSamples(t, unraced)
	const lists = "\nALONE := /cmd/(tidy|train)$$\nRACED := ^TestD$$\nONE_BY_ONE := ^(TestA|FuzzB)$$\n"
	const both = "package a\nfunc TestA(t *testing.T) {}\nfunc FuzzB(f *testing.F) {}\nfunc TestC(t *testing.T) { t.Parallel() }\nfunc TestD(t *testing.T) {}\n"
	f("", "Makefile", lists, "cmd/a/a_test.go", both, "cmd/tidy/a_test.go", "package a\nfunc f() { go f() }\n")
	f("there is no FuzzB", "Makefile", lists, "cmd/a/a_test.go", "package a\nfunc TestA(t *testing.T) {}\nfunc TestD(t *testing.T) {}\n")
	f("ONE_BY_ONE", "Makefile", lists, "cmd/a/a_test.go", both, "cmd/b/b_test.go", "package b\nfunc TestA(t *testing.T) { go f() }\n")
	f("ALONE", "Makefile", lists, "cmd/a/a_test.go", both, "cmd/train/a.go", "package a\nfunc f() { g.Go(f) }\n")
	f("add it to RACED", "Makefile", lists, "cmd/a/a_test.go", both, "cmd/train/a_test.go", "package a\nfunc TestC(t *testing.T) { g.Go(f) }\n")
	f("", "Makefile", lists, "cmd/a/a_test.go", both, "cmd/train/a_test.go", "package a\nfunc TestD(t *testing.T) { g.Go(f) }\n")
	f("ALONE is no regular expression", "Makefile", "\nRACED := ^TestD$$\nONE_BY_ONE := ^(TestA|FuzzB)$$\n", "cmd/a/a_test.go", both)
}
