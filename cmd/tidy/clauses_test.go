package tidy

import (
	"fmt"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

const (
	clausesFile = "pipeline/policy/clauses.yaml"
	policyFile  = "pipeline/policy/default.yaml"
)

// clauses is the gate of the privacy policy: each clause in scope is named by a rule of the default policy or kept by code that exists, and a test
// that runs is tagged with it.
func clauses(t *tree) (violations []string) {
	list, err := policy.ParseClauses([]byte(t.text[clausesFile]))
	if err != nil {
		return []string{clausesFile + ": " + err.Error()}
	}
	p, err := policy.Parse(policyFile, []byte(t.text[policyFile]))
	if err != nil {
		return []string{err.Error()}
	}
	ruled, tested, violations := ruledClauses(p), map[string]bool{}, nil
	for _, tag := range t.clauseTags() {
		switch i := slices.IndexFunc(list, func(c policy.Clause) bool { return c.ID == tag.clause }); {
		case i < 0 || list[i].Scope != policy.ScopeIn:
			violations = append(violations, fmt.Sprintf("%s: clause %s is not in scope in %s", tag.at, tag.clause, clausesFile))
		case tag.idle != "":
			violations = append(violations, fmt.Sprintf("%s: tagged with clause %s, but %s", tag.at, tag.clause, tag.idle))
		default:
			tested[tag.clause] = true
		}
	}
	for _, c := range list {
		for _, by := range c.By {
			if file, name, _ := strings.Cut(by, " "); !t.declares(file, name) {
				violations = append(violations, fmt.Sprintf("%s: clause %s is kept by %s, which there is not", clausesFile, c.ID, by))
			}
		}
		if c.Scope != policy.ScopeIn {
			continue
		}
		if !ruled[c.ID] && len(c.By) == 0 {
			violations = append(violations, fmt.Sprintf("%s: no rule of %s names clause %s, and no code keeps it", clausesFile, policyFile, c.ID))
		}
		if !tested[c.ID] {
			violations = append(violations, fmt.Sprintf("%s: no test is tagged: // clause: %s", clausesFile, c.ID))
		}
	}
	return violations
}

// ruledClauses are the clauses that some class or field of a policy names.
func ruledClauses(p *policy.Policy) map[string]bool {
	named := map[string]bool{}
	for _, c := range p.Classes() {
		for _, id := range c.Clauses {
			named[id] = true
		}
	}
	for _, name := range policy.Categories() {
		if c, ok := p.Category(name); ok {
			for _, r := range c.Rules {
				for _, id := range r.Clauses {
					named[id] = true
				}
			}
		}
	}
	return named
}

// clauseTag is a line "// clause: 2.Telephony" above a test. Idle says why the test shows nothing.
type clauseTag struct{ at, clause, idle string }

func (t *tree) clauseTags() (tags []clauseTag) {
	tag := regexp.MustCompile(`^// clause: (.+)$`)
	for _, f := range t.files {
		docs := map[*ast.CommentGroup]*ast.FuncDecl{}
		for _, decl := range f.syntax.Decls {
			if fun, ok := decl.(*ast.FuncDecl); ok && fun.Doc != nil {
				docs[fun.Doc] = fun
			}
		}
		for _, group := range f.syntax.Comments {
			for _, line := range group.List {
				if m := tag.FindStringSubmatch(line.Text); m != nil {
					tags = append(tags, clauseTag{strings.TrimSuffix(t.at(line.Pos(), ""), ": "), m[1], idleTest(f, docs[group])})
				}
			}
		}
	}
	return tags
}

// idleTest says why a function is no test that go test ./... runs to an end which can fail; nothing where it is one.
func idleTest(f *file, fun *ast.FuncDecl) string {
	if fun == nil || !f.test || fun.Recv != nil || fun.Body == nil || !strings.HasPrefix(fun.Name.Name, "Test") && !strings.HasPrefix(fun.Name.Name, "Fuzz") {
		return "it stands above no test"
	}
	for _, group := range f.syntax.Comments {
		if group.Pos() < f.syntax.Package && slices.ContainsFunc(group.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:build") }) {
			return "its file is built only with a tag"
		}
	}
	for _, statement := range fun.Body.List {
		if e, ok := statement.(*ast.ExprStmt); ok && callsAny(e, regexp.MustCompile(`^Skip`)) {
			return "it is switched off"
		}
		if _, ok := statement.(*ast.ReturnStmt); ok {
			return "it returns before it looks at anything"
		}
		if callsAny(statement, regexp.MustCompile(`^(require|assert|Error|Errorf|Fatal|Fatalf|Check|Fuzz|f|hold|holds)$`)) {
			return ""
		}
	}
	return "nothing in it can fail"
}

// callsAny tells whether a call of such a function, or of one of such a package, is in n.
func callsAny(n ast.Node, names *regexp.Regexp) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			found = found || names.MatchString(fun.Name)
		case *ast.SelectorExpr:
			of, _ := fun.X.(*ast.Ident)
			found = found || names.MatchString(fun.Sel.Name) || of != nil && names.MatchString(of.Name)
		}
		return true
	})
	return found
}

// declares tells whether a Go file has a function, method, type, variable or constant of a name.
func (t *tree) declares(path, name string) bool {
	for _, f := range t.files {
		if f.path != path || f.test {
			continue
		}
		for _, decl := range f.syntax.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == name {
					return true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						if s.Name.Name == name {
							return true
						}
					case *ast.ValueSpec:
						if slices.ContainsFunc(s.Names, func(n *ast.Ident) bool { return n.Name == name }) {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

func TestClauses(t *testing.T) {
	onRepository(t, clauses)
	f := onSamples(t, clauses)
	const (
		list = "- {id: 2.Billing, title: x, scope: in, keeps: x}\n- {id: '4', title: x, scope: out, why: x}\n"
		rule = "{tenants: ['*'], categories: {billing: {clauses: [2.Billing], fields: {status: keep}}}}"
		test = "package a\n\nimport \"testing\"\n\n// TestA shows it.\n//\n// clause: 2.Billing\nfunc TestA(t *testing.T) { require.True(t, false) }\n"
	)
	sample := func(want, list, rule, test string, more ...string) {
		t.Helper()
		f(want, append([]string{clausesFile, list, policyFile, rule, "a/a_test.go", test}, more...)...)
	}
	with := func(in, old, with string) string {
		require.Contains(t, in, old)
		return strings.ReplaceAll(in, old, with)
	}
	sample("", list, rule, test)
	sample("no test is tagged: // clause: 2.Billing", list, rule, with(test, "// clause: 2.Billing\n", ""))
	sample("no rule of pipeline/policy/default.yaml names clause 2.Billing", list, with(rule, "2.Billing", "2.Account"), test)
	sample("", with(list, "keeps: x", "keeps: x, by: [a/a.go keep]"), with(rule, "2.Billing", "2.Account"), test, "a/a.go", "package a\nfunc keep() {}")
	sample("is kept by a/a.go keep, which there is not", with(list, "keeps: x", "keeps: x, by: [a/a.go keep]"), rule, test)
	sample("clause 4 is not in scope", list, rule, with(test, "// clause", "// clause: 4\n// clause"))
	sample("clause 5 is not in scope", list, rule, with(test, "// clause", "// clause: 5\n// clause"))
	sample("unknown field", with(list, "why", "because"), rule, test)
	sample("unknown clause", list, with(rule, "2.Billing", "17"), test)
	// Tags above what shows nothing do not count, and are said to be so.
	idle := func(want, old, new string) {
		t.Helper()
		both := with(test, old, new) + "\n// clause: 2.Billing\nfunc TestB(t *testing.T) { require.True(t, false) }\n"
		sample(want, list, rule, both)
	}
	idle("it stands above no test", "TestA(t", "testA(t")
	idle("it is switched off", "{ require", "{ t.Skip(); require")
	idle("it returns before it looks", "{ require", "{ return; require")
	idle("nothing in it can fail", "require.True(t, false)", "_ = t")
	sample("built only with a tag", list, rule, test+"\nfunc TestB(t *testing.T) {}", "a/b_test.go", "//go:build never\n\n"+test)
}

// TestClauseMutations takes every tag, every rule and every piece of code away from each clause of this repository, one at a time: the gate
// says so each time.
func TestClauseMutations(t *testing.T) {
	repo, err := repository()
	require.NoError(t, err)
	list, err := policy.ParseClauses([]byte(repo.text[clausesFile]))
	require.NoError(t, err)
	files := fstest.MapFS{}
	keep := func(name string) { files[name] = &fstest.MapFile{Data: []byte(repo.text[name])} }
	keep(clausesFile)
	keep(policyFile)
	for _, tag := range repo.clauseTags() {
		name, _, _ := strings.Cut(tag.at, ":")
		keep(name)
	}
	for _, c := range list {
		for _, by := range c.By {
			name, _, _ := strings.Cut(by, " ")
			keep(name)
		}
	}
	judge := func(changed fstest.MapFS) string {
		all := maps.Clone(files)
		maps.Copy(all, changed)
		mutant, err := readTree(all)
		require.NoError(t, err)
		return strings.Join(clauses(mutant), "\n")
	}
	require.Empty(t, judge(nil))
	mutants := 0
	for i, c := range list {
		if c.Scope != policy.ScopeIn {
			continue
		}
		untagged := fstest.MapFS{}
		for name, file := range files {
			if text := strings.ReplaceAll(string(file.Data), "\n// clause: "+c.ID+"\n", "\n//\n"); text != string(file.Data) {
				untagged[name] = &fstest.MapFile{Data: []byte(text)}
			}
		}
		require.Contains(t, judge(untagged), "no test is tagged: // clause: "+c.ID)

		unkept := slices.Clone(list)
		unkept[i].By = nil
		text, err := yaml.Marshal(unkept)
		require.NoError(t, err)
		unruled := strings.ReplaceAll(repo.text[policyFile], fmt.Sprintf("%q", c.ID), `"16"`)
		require.Contains(t, judge(fstest.MapFS{clausesFile: {Data: text}, policyFile: {Data: []byte(unruled)}}), "names clause "+c.ID+",")

		for k, by := range c.By {
			unkept[i].By = slices.Clone(c.By)
			unkept[i].By[k] = by + "Not"
			text, err := yaml.Marshal(unkept)
			require.NoError(t, err)
			require.Contains(t, judge(fstest.MapFS{clausesFile: {Data: text}}), "is kept by "+by+"Not, which there is not")
			mutants++
		}
		mutants += 2
	}
	require.Greater(t, mutants, 40)
}
