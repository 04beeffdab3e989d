// Package tidy holds the rules of this repository as tests. Every rule runs on the repository, and on small samples that
// break it, so that a rule which has stopped working fails too.
package tidy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// module is the path all packages of this repository begin with.
const module = "github.com/sonexlabs/tacet"

// A rule looks at a tree and gives one line for each violation: where, what, and what to do instead.
type rule func(*tree) []string

// tree is a source tree, read and parsed once.
type tree struct {
	fset  *token.FileSet
	paths []string          // every file, sorted
	text  map[string]string // contents of the files people write
	files []*file           // Go files outside testdata
}

// file is a Go file.
type file struct {
	path, dir string
	test      bool
	syntax    *ast.File
	imports   map[string]string // name in the file -> import path
}

// readTree reads everything but what .gitignore lists.
func readTree(fsys fs.FS) (*tree, error) {
	t := &tree{fset: token.NewFileSet(), text: map[string]string{}}
	ignored := []string{".git", ".cache", "bin", "tacet", "cover.out"}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(ignored, name) {
				return fs.SkipDir
			}
			return nil
		}
		if slices.Contains(ignored, name) || path.Ext(name) == ".prof" || path.Ext(name) == ".test" {
			return nil
		}
		t.paths = append(t.paths, name)
		if !isText(name) {
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		t.text[name] = string(data)
		if path.Ext(name) == ".go" && !inFolder(name, "testdata") {
			return t.parse(name)
		}
		return nil
	})
	return t, err
}

func (t *tree) parse(name string) error {
	syntax, err := parser.ParseFile(t.fset, name, t.text[name], parser.ParseComments)
	if err != nil {
		return err
	}
	f := &file{path: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), syntax: syntax}
	f.imports = make(map[string]string)
	for _, spec := range syntax.Imports {
		imported := importPath(spec)
		local := packageName(imported)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		f.imports[local] = imported
	}
	t.files = append(t.files, f)
	return nil
}

// isText tells the files that people write and read from corpora, models and archives.
func isText(name string) bool {
	switch path.Ext(name) {
	case ".go", ".md", ".yaml", ".yml", ".mod", ".sh":
		return true
	case "":
		return true // Makefile, NOTICE, .ci/run
	}
	return strings.HasPrefix(path.Base(name), ".")
}

// inFolder tells whether one of the folders above name is called folder.
func inFolder(name, folder string) bool {
	return strings.Contains("/"+path.Dir(name)+"/", "/"+folder+"/")
}

// below tells whether name is the folder itself or lies below it.
func below(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return p
}

// packageName guesses a package's name from its import path, by the conventions of the modules used here.
func packageName(imported string) string {
	base := path.Base(imported)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(imported))
	}
	return strings.TrimPrefix(strings.TrimSuffix(base, "-go"), "go-")
}

// at puts the place before a message.
func (t *tree) at(pos token.Pos, format string, args ...any) string {
	p := t.fset.Position(pos)
	return fmt.Sprintf("%s:%d: ", p.Filename, p.Line) + fmt.Sprintf(format, args...)
}

// lines gives the number of lines a node spans.
func (t *tree) lines(n ast.Node) int {
	return t.fset.Position(n.End()).Line - t.fset.Position(n.Pos()).Line + 1
}

// packages groups the Go files by folder, non-test files and test files apart.
func (t *tree) packages() (code, tests map[string][]*file) {
	code, tests = map[string][]*file{}, map[string][]*file{}
	for _, f := range t.files {
		if f.test {
			tests[f.dir] = append(tests[f.dir], f)
		} else {
			code[f.dir] = append(code[f.dir], f)
		}
	}
	return code, tests
}

// repository is the tree of this repository, read once: rules only look at it.
var repository = sync.OnceValues(func() (*tree, error) { return readTree(os.DirFS("../..")) })

// onRepository runs a rule on this repository.
func onRepository(t *testing.T, r rule) {
	t.Helper()
	repo, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	if len(repo.files) < 10 {
		t.Fatalf("read %d Go files: this is not the repository", len(repo.files))
	}
	for _, violation := range r(repo) {
		t.Error(violation)
	}
}

// onSamples gives a function that runs a rule on a sample and expects exactly one violation that contains want, or none
// where want is empty. A sample is pairs of a path and a content.
func onSamples(t *testing.T, r rule) func(want string, sample ...string) {
	return func(want string, sample ...string) {
		t.Helper()
		files := fstest.MapFS{}
		for pair := range slices.Chunk(sample, 2) {
			files[pair[0]] = &fstest.MapFile{Data: []byte(pair[1])}
		}
		sampleTree, err := readTree(files)
		if err != nil {
			t.Fatal(err)
		}
		switch got := r(sampleTree); {
		case want == "" && len(got) > 0:
			t.Errorf("the sample is in order, the rule says: %s", strings.Join(got, "; "))
		case want != "" && len(got) != 1:
			t.Errorf("want one violation with %q, the rule says: %q", want, got)
		case want != "" && !strings.Contains(got[0], want):
			t.Errorf("want %q, the rule says: %s", want, got[0])
		}
	}
}
