package tidy

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// ban is a set of names of a package that code outside tests does not use.
type ban struct {
	imported string
	names    string // space separated
	under    string // folders where the ban holds; empty means everywhere
	except   func(*file) bool
	instead  string
}

func bans() []ban {
	isMain := func(f *file) bool { return path.Base(f.path) == "main.go" }
	return []ban{
		{"fmt", "Print Printf Println", "", nil, "write to the writer the command was given"},
		{"os", "Exit", "", isMain, "return an error; only main.go exits"},
		{"os", "Stdout", "pipeline detectors sinks", nil, "take an io.Writer"},
		{"context", "TO" + "DO", "", nil, "take the caller's context"},
		{"time", "Sleep", "pipeline sinks cmd", nil, "use a timer in a select with ctx.Done()"},
		{"regexp", "Compile MustCompile Match MatchString MatchReader", "detectors pipeline", nil, "use an automaton over detectors/scan: one pass over the bytes"},
		{"net/http", "DefaultClient DefaultTransport Get Head Post PostForm", "", nil, "use an http.Client with a timeout"},
		{"net/http", "DefaultServeMux Handle HandleFunc ListenAndServe ListenAndServeTLS", "", nil, "use a ServeMux and a Server of your own"},
		{prometheus, "DefaultRegisterer DefaultGatherer Register MustRegister Unregister", "", nil, "use the registry you were given"},
		{prometheus + "/promauto", "NewCounter NewCounterVec NewCounterFunc NewGauge NewGaugeVec NewGaugeFunc NewHistogram NewHistogramVec NewSummary NewSummaryVec", "", nil, "use promauto.With(registry)"},
		{prometheus + "/promhttp", "Handler InstrumentMetricHandler", "", nil, "use promhttp.HandlerFor with your registry"},
		{"github.com/segmentio/kafka-go", "Writer WriterConfig NewWriter", "", nil, "use kafka.Client.Produce: a Writer retries out of order and hides what was written"},
		{"github.com/segmentio/kafka-go", "Reader ReaderConfig NewReader", "", nil, "use ConsumerGroup and Client.Fetch: a Reader has no revoke and can move offsets back"},
		{"github.com/segmentio/kafka-go", "DefaultTransport DefaultClientID DefaultDialer", "", nil, "use a Transport of your own"},
		{"reflect", "DeepEqual", "pipeline detectors sinks", nil, "compare with bytes, slices or maps"},
	}
}

const prometheus = "github.com/prometheus/client_golang/prometheus"

// bannedCalls finds the names above, and panics whose text could carry data.
func bannedCalls(t *tree) (violations []string) {
	for _, f := range t.files {
		if f.test || matches(f.dir, testSupport) {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok || x.Obj != nil { // Obj: a local variable hides the package
					return true
				}
				for _, b := range bans() {
					if b.holds(f, f.imports[x.Name], n.Sel.Name) {
						violations = append(violations, t.at(n.Pos(), "%s.%s is banned: %s", x.Name, n.Sel.Name, b.instead))
					}
				}
			case *ast.CallExpr:
				if fun, ok := n.Fun.(*ast.Ident); ok && fun.Name == "panic" && !isLiteral(n.Args) {
					violations = append(violations, t.at(n.Pos(), "panic with anything but a literal text is banned: it could carry data; return an error"))
				}
			}
			return true
		})
	}
	return violations
}

func (b ban) holds(f *file, imported, name string) bool {
	if imported != b.imported || !slices.Contains(strings.Fields(b.names), name) || b.except != nil && b.except(f) {
		return false
	}
	return b.under == "" || slices.ContainsFunc(strings.Fields(b.under), func(folder string) bool { return below(f.dir, folder) })
}

// isLiteral tells whether the arguments are one string literal.
func isLiteral(args []ast.Expr) bool {
	if len(args) != 1 {
		return false
	}
	lit, ok := args[0].(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}

func TestBannedCalls(t *testing.T) {
	onRepository(t, bannedCalls)
	f := onSamples(t, bannedCalls)
	for _, b := range bans() { // each one catches something where it holds, and nothing in a test
		folder := strings.Fields(b.under + " cmd/tacet")[0]
		for _, name := range strings.Fields(b.names) {
			source := fmt.Sprintf("package a\nimport x %q\nvar _ = x.%s", b.imported, name)
			f("x."+name+" is banned: "+b.instead, folder+"/a.go", source)
			f("", folder+"/a_test.go", source)
		}
	}
	f("", "cmd/tacet/main.go", `package main; import "os"; func main() { os.Exit(1) }`)
	f("", "benchmarks/a.go", `package main; import "time"; func f() { time.Sleep(1) }`)
	f("", "cmd/a.go", `package a; func f(fmt interface{ Print() }) { fmt.Print() }`)
	f("kafka.Writer is banned", "sinks/kafka/a.go", `package kafka; import "github.com/segmentio/kafka-go"; func f() any { return kafka.Writer{} }`)
	f("panic with anything but", "pipeline/a.go", `package pipeline; import "fmt"; func f(v string) { panic(fmt.Sprintf("got %s", v)) }`)
	f("panic with anything but", "pipeline/a.go", `package pipeline; func f(err error) { panic(err) }`)
	f("", "pipeline/a.go", `package pipeline; func f() { panic("pipeline: lane opened twice") }`)
}

// packageState finds init functions and package variables that hold state. A package variable may be a table, an error,
// a compile-time assertion, an embedded file or a lazily built constant (sync.OnceValue), and nothing may assign to it.
func packageState(t *tree) (violations []string) {
	code, _ := t.packages()
	for _, files := range code {
		declared := map[string]*ast.ValueSpec{}
		for _, f := range files {
			for _, decl := range f.syntax.Decls {
				if fun, ok := decl.(*ast.FuncDecl); ok && fun.Recv == nil && fun.Name.Name == "init" {
					violations = append(violations, t.at(fun.Pos(), "init is banned: build it in a constructor, or list it in a table"))
				}
				violations = append(violations, variables(t, f, decl, declared)...)
			}
		}
		for _, f := range files {
			violations = append(violations, assignments(t, f, declared)...)
		}
	}
	slices.Sort(violations)
	return violations
}

// variables checks the shape of package variables and adds them to declared.
func variables(t *tree, f *file, decl ast.Decl, declared map[string]*ast.ValueSpec) (violations []string) {
	gen, ok := decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR {
		return nil
	}
	for _, spec := range gen.Specs {
		value := spec.(*ast.ValueSpec)
		embedded := hasDirective(gen.Doc) || hasDirective(value.Doc)
		for i, name := range value.Names {
			if name.Name == "_" {
				continue
			}
			declared[name.Name] = value
			if embedded {
				continue
			}
			if len(value.Values) == 0 || !isConstant(f, value.Values[min(i, len(value.Values)-1)]) {
				violations = append(violations, t.at(name.Pos(),
					"package variable %s is banned: make it a const, a table, or a field of the struct that owns it", name.Name))
			}
		}
	}
	return violations
}

func hasDirective(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// isConstant tells the initial values a table, an error or a lazily built constant has.
func isConstant(f *file, value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.CompositeLit:
		sel, ok := v.Type.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, _ := sel.X.(*ast.Ident)
		return x == nil || f.imports[x.Name] != "sync" && f.imports[x.Name] != "sync/atomic"
	case *ast.UnaryExpr:
		return v.Op == token.AND && isConstant(f, v.X)
	case *ast.FuncLit:
		return true
	case *ast.CallExpr:
		switch fun := v.Fun.(type) {
		case *ast.FuncLit, *ast.ArrayType: // an immediately invoked function; a conversion such as []byte("…")
			return true
		case *ast.Ident: // a function of the package that builds the table; make and new give something to fill
			return fun.Name != "make" && fun.Name != "new"
		case *ast.SelectorExpr:
			x, _ := fun.X.(*ast.Ident)
			if x == nil {
				return false
			}
			switch f.imports[x.Name] + "." + fun.Sel.Name {
			case "errors.New", "fmt.Errorf", "sync.OnceValue", "sync.OnceValues", "strings.NewReplacer":
				return true
			}
			return strings.HasPrefix(f.imports[x.Name], module)
		}
	}
	return false
}

// assignments finds code that changes a package variable.
func assignments(t *tree, f *file, declared map[string]*ast.ValueSpec) (violations []string) {
	check := func(target ast.Expr) {
		for {
			switch x := target.(type) {
			case *ast.IndexExpr:
				target = x.X
				continue
			case *ast.SelectorExpr:
				target = x.X
				continue
			case *ast.StarExpr:
				target = x.X
				continue
			case *ast.ParenExpr:
				target = x.X
				continue
			case *ast.Ident:
				spec, ok := declared[x.Name]
				if ok && (x.Obj == nil || x.Obj.Decl == spec) { // else a local variable of the same name
					violations = append(violations, t.at(x.Pos(), "package variable %s is assigned to: make it a field of the struct that owns it", x.Name))
				}
			}
			return
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, target := range n.Lhs {
					check(target)
				}
			}
		case *ast.IncDecStmt:
			check(n.X)
		}
		return true
	})
	return violations
}

func TestPackageState(t *testing.T) {
	onRepository(t, packageState)
	f := onSamples(t, packageState)
	f("init is banned", "detectors/a.go", `package detectors; func init() {}`)
	f("", "detectors/a.go", `package detectors; type t struct{}; func (t) init() {}`)
	f("package variable count is banned", "detectors/a.go", `package detectors; var count int`)
	f("package variable name is banned", "detectors/a.go", `package detectors; var name = "x"`)
	f("package variable seen is banned", "detectors/a.go", `package detectors; var seen = make(map[string]bool)`)
	f("package variable pool is banned", "detectors/a.go", `package detectors; import "sync"; var pool = sync.Pool{}`)
	f("package variable mu is banned", "detectors/a.go", `package detectors; import "sync"; var mu = &sync.Mutex{}`)
	f("package variable client is banned", "sinks/s3/a.go", `package s3; import "net/http"; var client = http.NewRequest()`)
	f("is assigned to", "detectors/a.go", `package detectors; var table = [2]int{1, 2}; func f() { table[0] = 3 }`)
	f("is assigned to", "detectors/a.go", `package detectors; var table = []int{1}`, "detectors/b.go", `package detectors; func f() { table = nil }`)
	f("is assigned to", "detectors/a.go", `package detectors; var cfg = t{}; func f() { cfg.hits++ }`)
	f("is assigned to", "detectors/a.go", "package detectors\nimport _ \"embed\"\n//go:embed m\nvar m []byte\nfunc f() { m[0] = 1 }")
	f("", "detectors/a.go", `package detectors; var table = []int{1}; func f() { table := 1; table = 2; _ = table }`)
	f("", "detectors/a.go", `package detectors
import (
	"errors"
	"sync"
	_ "embed"
)
var errShort = errors.New("short")
var _ I = (*T)(nil)
var table = func() (t [256]bool) { return }()
var built = build()
var lazy = sync.OnceValue(build)
//go:embed model.bin
var model []byte
`)
}
