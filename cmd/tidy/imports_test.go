package tidy

import (
	"path"
	"slices"
	"strings"
	"testing"
)

const (
	anything = "*"
	// testSupport are packages that only tests may import.
	testSupport = "pipeline/source/kafkatest sinks/sinktest"
)

// edges are the allowed imports between packages of this repository, test files aside. A pattern may end in /* for
// every folder directly below. The first row that fits a package holds for it.
func edges() []struct{ from, to string } {
	const engine = "pipeline detectors pipeline/codec pipeline/watermark pipeline/pseudonym pipeline/policy pipeline/subject pipeline/pseudonym/keyring"
	return []struct{ from, to string }{
		{"detectors/scan", ""},
		{"detectors/checksum", ""},
		{"detectors/spoken", "detectors/scan"},
		{"detectors/names", "detectors/scan"},
		{"detectors/names/train", "detectors/names detectors/scan"},
		{"detectors/rules/syntax", ""},
		{"detectors/rules", "detectors/scan detectors/rules/syntax"},
		{"detectors", "detectors/*"},
		{"pipeline/codec", ""},
		{"pipeline/watermark", ""},
		{"pipeline/pseudonym/keyring", ""},
		{"pipeline/pseudonym", "pipeline/pseudonym/keyring"},
		{"pipeline/policy", "detectors detectors/rules/syntax"},
		{"pipeline/subject", "pipeline/pseudonym/keyring"},
		{"pipeline/reveal", ""},
		{"pipeline", "detectors pipeline/codec pipeline/watermark pipeline/pseudonym pipeline/policy pipeline/pseudonym/keyring pipeline/reveal pipeline/subject"},
		{"pipeline/source", engine},
		{"pipeline/source/kafkatest", engine},
		{"pipeline/admin", engine},
		{"pipeline/audit", ""},
		{"sinks/audit", engine + " pipeline/audit"},
		{"sinks/*", engine},
		{"cmd/tidy", ""},
		{"cmd/*", anything},
		{"cmd/tacet/reread", ""}, // the judge of detection shares nothing with it
		{"cmd/tacet/*", anything},
		{"benchmarks", anything},
		{"benchmarks/*", anything},
	}
}

// matches tells whether pkg fits one of the patterns.
func matches(pkg, patterns string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(pattern string) bool {
		parent, ok := strings.CutSuffix(pattern, "/*")
		return pattern == pkg || pattern == anything || ok && path.Dir(pkg) == parent
	})
}

// internalImports enforces the table of edges.
func internalImports(t *tree) (violations []string) {
	for _, f := range t.files {
		if f.test {
			continue
		}
		row := slices.IndexFunc(edges(), func(e struct{ from, to string }) bool { return matches(f.dir, e.from) })
		if row < 0 {
			violations = append(violations, f.path+":1: no row of edges allows this package: add one, if the design has it")
			continue
		}
		to := edges()[row].to
		for _, spec := range f.syntax.Imports {
			imported, ours := strings.CutPrefix(importPath(spec), module)
			if !ours {
				continue
			}
			imported = strings.TrimPrefix(imported, "/")
			if matches(imported, testSupport) {
				violations = append(violations, t.at(spec.Pos(), "%s is for tests", imported))
			} else if !matches(imported, to) {
				violations = append(violations, t.at(spec.Pos(), "%s may not import %s: declare what it needs as an interface or a plain type of its own", f.dir, imported))
			}
		}
	}
	return violations
}

func TestInternalImports(t *testing.T) {
	onRepository(t, internalImports)
	f := onSamples(t, internalImports)
	f("detectors/scan may not import detectors", "detectors/scan/a.go", `package scan; import "`+module+`/detectors"`)
	f("pipeline may not import sinks/kafka", "pipeline/a.go", `package pipeline; import "`+module+`/sinks/kafka"`)
	f("sinks/file may not import sinks/kafka", "sinks/file/a.go", `package file; import "`+module+`/sinks/kafka"`)
	f("no row of edges", "tools/a.go", `package tools`)
	f("kafkatest is for tests", "cmd/tacet/a.go", `package main; import "`+module+`/pipeline/source/kafkatest"`)
	f("", "cmd/tacet/a.go", `package main; import "`+module+`/sinks/kafka"`)
	f("cmd/tacet/reread may not import detectors/spoken", "cmd/tacet/reread/a.go", `package reread; import "`+module+`/detectors/spoken"`)
	f("", "detectors/scan/a_test.go", `package scan; import "`+module+`/detectors"`)
	f("", "detectors/a.go", `package detectors; import "`+module+`/detectors/names"`)
}

// externals are the libraries that stay where they belong. Tests may use those that have tests set.
func externals() []struct {
	library string
	in      string // folders, or single files
	tests   bool
	instead string
} {
	const support = testSupport
	return []struct {
		library string
		in      string
		tests   bool
		instead string
	}{
		{"github.com/segmentio/kafka-go", "pipeline/source sinks/kafka cmd/* benchmarks benchmarks/* pipeline/source/kafkatest", true,
			"speak to Kafka through pipeline/source and sinks/kafka"},
		{"github.com/twmb/franz-go", "cmd/tacet/demo.go pipeline/source/kafkatest", true, "the embedded broker is for the demo and for tests"},
		{"go.etcd.io/bbolt", "pipeline/pseudonym/keyring", true, "keys are the only store"},
		{"github.com/tink-crypto", "pipeline/pseudonym/keyring", true, "only an adapter, behind a build tag, speaks Tink"},
		{"github.com/dlclark/regexp2", "detectors/rules benchmarks", false, "only user rules are regular expressions"},
		{"github.com/prometheus", "pipeline pipeline/admin pipeline/source cmd/*", true, "count in pipeline's metrics"},
		{"github.com/spf13", "cmd/*", true, "flags and commands belong to cmd"},
		{"github.com/stretchr/testify", support, true, "assertions are for tests"},
		{"pgregory.net/rapid", support, true, "generated inputs are for tests"},
		{"go.uber.org/goleak", support, true, "leak checks are for tests"},
		{"testing", support, true, "testing is for tests"},
		{"C", "", false, "the binary is built without cgo"},
		{"unsafe", "detectors/scan", true, "write it in safe Go; a stale view of a buffer is a leak"},
		{"math/rand", "", false, "use math/rand/v2"},
		{"log", "", false, "use log/slog"},
		{"io/ioutil", "", false, "use io and os"},
	}
}

// externalImports keeps every library inside its folders.
func externalImports(t *tree) (violations []string) {
	for _, f := range t.files {
		for _, spec := range f.syntax.Imports {
			imported := importPath(spec)
			for _, e := range externals() {
				fits := imported == e.library || strings.Contains(e.library, ".") && below(imported, e.library)
				if !fits || f.test && e.tests || matches(f.dir, e.in) || matches(f.path, e.in) {
					continue
				}
				violations = append(violations, t.at(spec.Pos(), "%s is not imported here: %s", imported, e.instead))
			}
		}
	}
	return violations
}

func TestExternalImports(t *testing.T) {
	onRepository(t, externalImports)
	f := onSamples(t, externalImports)
	const kafka, kfake, regexp2 = `import "github.com/segmentio/kafka-go"`, `import "github.com/twmb/franz-go/pkg/kfake"`, `import "github.com/dlclark/regexp2"`
	f("kafka-go is not imported here", "pipeline/a.go", "package pipeline\n"+kafka)
	f("kafka-go/sasl is not imported here", "sinks/file/a.go", `package file; import "github.com/segmentio/kafka-go/sasl"`)
	f("", "sinks/kafka/a.go", "package kafka\n"+kafka)
	f("", "pipeline/a_test.go", "package pipeline\n"+kafka)
	f("kfake is not imported here", "cmd/tacet/run.go", "package main\n"+kfake)
	f("", "cmd/tacet/demo.go", "package main\n"+kfake)
	f("regexp2 is not imported here", "detectors/a_test.go", "package detectors\n"+regexp2)
	f("", "detectors/rules/a.go", "package rules\n"+regexp2)
	f("use log/slog", "cmd/tacet/a_test.go", `package main; import "log"`)
	f("", "cmd/tacet/a.go", `package main; import "log/slog"`)
	f("unsafe is not imported here", "sinks/file/a.go", `package file; import "unsafe"`)
	f("without cgo", "detectors/scan/a.go", `package scan; import "C"`)
	f("testing is not imported here", "pipeline/a.go", `package pipeline; import "testing"`)
}
