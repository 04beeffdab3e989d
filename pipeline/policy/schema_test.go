package policy

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The published schema is the one that the tables give. To write it anew: tacet policy schema > pipeline/policy/policy.schema.json
func TestSchemaIsCurrent(t *testing.T) {
	published, err := os.ReadFile("policy.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(Schema()), string(published))
}

// beyondSchema are files that are wrong in a way that a schema can't see.
func beyondSchema() map[string]string {
	const yamlItself, places = "is YAML, but more than a policy may be", "takes two places of the file to see"
	return map[string]string{"anchor": yamlItself, "tag": yamlItself, "document_second": yamlItself, "retention_undefined": places}
}

// The schema takes every policy that Parse takes, and refuses what Parse refuses as far as it can see it.
func TestSchema(t *testing.T) {
	v := newValidator(t)
	for name, text := range map[string][]byte{"default": defaultYAML, "effective": Default().YAML(), "texts": TextOnly().YAML()} {
		require.Empty(t, v.check(t, text), name)
	}
	files, err := filepath.Glob("../../testdata/policy/*.bad.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 30)
	seen := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".bad.yaml")
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		problem := v.check(t, text)
		if why := beyondSchema()[name]; why != "" {
			seen++
			assert.Empty(t, problem, "%s: said to be one that a schema can't see: it %s", name, why)
			continue
		}
		assert.NotEmpty(t, problem, "%s: the schema takes it", name)
	}
	require.Len(t, beyondSchema(), seen)
}

// Parse and schema agree on operators: every action and style, with every option alone.
func TestSchemaAgreesWithParse(t *testing.T) {
	v := newValidator(t)
	options := []string{"", "scope: day", "first: 2", "last: 9", "days: 30", "to: month", "as: PHONE", "as: AMOUNT", "as: CVV", "subject: PHONE", "subject: PERSON",
		"needs: text", "needs: nothing", "clauses: ['2']", "clauses: ['17']", "clauses: []", "other: x", "as: DATE, days: 3", "as: PHONE, scope: person, clauses: [2.Billing]"}
	agree := func(text string) {
		t.Helper()
		_, err := Parse("p", []byte(text))
		require.Equal(t, err == nil, v.check(t, []byte(text)) == "", "%s: %v, %s", text, err, v.check(t, []byte(text)))
	}
	for _, o := range options {
		for _, a := range append(actionNames[:], "leave") {
			agree(fmt.Sprintf("{tenants: [a], categories: {billing: {clauses: ['2'], fields: {x: {action: %s, %s}}}}}", a, o))
		}
		for _, s := range append(styleNames[:], "leave") {
			for _, typ := range []string{"PHONE", "PERSON", "CREDIT_CARD", "DATE", "NUMBER"} {
				agree(fmt.Sprintf("{tenants: [a], types: {%s: {style: %s, %s}}, categories: {billing: {clauses: ['2'], fields: {x: keep}}}}", typ, s, o))
			}
		}
	}
	for _, minors := range []string{"quarantine", "drop", "true", "", "[quarantine]"} {
		agree(fmt.Sprintf("{tenants: [a], minors: %s, categories: {billing: {clauses: ['2'], fields: {x: keep}}}}", minors))
	}
	for _, path := range []string{"a", "a.b", "a[].b", "a[][]", "*", "**", "a.*", "a.**", "a.*.b", `a\.b`, `a\b`, "a..b", ".a", "a.", "a[", "a]", "a[x]", "**.a", "a*", "**[]", "a[]b",
		"password", "x.Pass_Word", "api-key[]", "passwords", "a.cookie.b", "x.PIN"} {
		for _, a := range []string{"keep", "redact", "drop", "{action: keep}"} {
			agree(fmt.Sprintf("{tenants: [a], categories: {billing: {clauses: ['2'], fields: {'%s': %s}}}}", path, a))
		}
	}
}

// validator checks YAML against the schema, with those keywords that the schema has. One that it doesn't know fails.
type validator struct{ root map[string]any }

func newValidator(t *testing.T) *validator {
	v := &validator{}
	require.NoError(t, json.Unmarshal(Schema(), &v.root))
	return v
}

// check gives the first problem of a text; nothing where there is none.
func (v *validator) check(t *testing.T, text []byte) string {
	t.Helper()
	var file any
	if err := yaml.Unmarshal(text, &file); err != nil {
		return "not YAML"
	}
	b, err := json.Marshal(file)
	require.NoError(t, err)
	var value any
	require.NoError(t, json.Unmarshal(b, &value))
	return v.problem(v.root, value, "")
}

func (v *validator) fits(s, value any) bool { return v.problem(s.(map[string]any), value, "") == "" }

func (v *validator) problem(s map[string]any, value any, at string) string {
	for keyword, arg := range s {
		if p := v.keyword(s, keyword, arg, value, at); p != "" {
			return p
		}
	}
	return ""
}

func (v *validator) keyword(s map[string]any, keyword string, arg, value any, at string) string {
	object, isObject := value.(map[string]any)
	array, isArray := value.([]any)
	text, isText := value.(string)
	number, isNumber := value.(float64)
	ok := true
	switch keyword {
	case "$schema", "title", "description", "definitions", "then":
	case "$ref":
		name := strings.TrimPrefix(arg.(string), "#/definitions/")
		return v.problem(v.root["definitions"].(map[string]any)[name].(map[string]any), value, at)
	case "type":
		kinds, many := arg.([]any)
		if !many {
			kinds = []any{arg}
		}
		ok = slices.ContainsFunc(kinds, func(kind any) bool {
			return kind == "object" && isObject || kind == "array" && isArray || kind == "string" && isText || kind == "number" && isNumber ||
				kind == "integer" && isNumber && number == math.Trunc(number)
		})
	case "enum":
		ok = slices.ContainsFunc(arg.([]any), func(one any) bool { return reflect.DeepEqual(one, value) })
	case "const":
		ok = reflect.DeepEqual(arg, value)
	case "pattern":
		ok = !isText || regexp.MustCompile(arg.(string)).MatchString(text)
	case "maxLength":
		ok = len([]rune(text)) <= int(arg.(float64))
	case "minimum":
		ok = !isNumber || number >= arg.(float64)
	case "maximum":
		ok = !isNumber || number <= arg.(float64)
	case "maxItems":
		ok = !isArray || len(array) <= int(arg.(float64))
	case "minItems":
		ok = !isArray || len(array) >= int(arg.(float64))
	case "minProperties":
		ok = !isObject || len(object) >= int(arg.(float64))
	case "uniqueItems":
		for i := range array {
			ok = ok && !slices.ContainsFunc(array[:i], func(one any) bool { return reflect.DeepEqual(one, array[i]) })
		}
	case "items":
		for _, one := range array {
			if p := v.problem(arg.(map[string]any), one, at+"[]"); p != "" {
				return p
			}
		}
	case "required":
		for _, name := range arg.([]any) {
			_, there := object[name.(string)]
			ok = ok && (!isObject || there)
		}
	case "anyOf":
		ok = slices.ContainsFunc(arg.([]any), func(one any) bool { return v.fits(one, value) })
	case "allOf":
		ok = !slices.ContainsFunc(arg.([]any), func(one any) bool { return !v.fits(one, value) })
	case "not":
		ok = !v.fits(arg, value)
	case "if":
		ok = !v.fits(arg, value) || v.fits(s["then"], value)
	case "properties", "additionalProperties", "patternProperties", "propertyNames":
		return v.members(s, keyword, object, at)
	default:
		return "the validator does not know " + keyword
	}
	if !ok {
		return at + ": " + keyword
	}
	return ""
}

func (v *validator) members(s map[string]any, keyword string, object map[string]any, at string) string {
	properties, _ := s["properties"].(map[string]any)
	patterns, _ := s["patternProperties"].(map[string]any)
	for name, value := range object {
		var of []any
		matched := false
		for re, one := range patterns {
			if regexp.MustCompile(re).MatchString(name) {
				matched = true
				if keyword == "patternProperties" {
					of = append(of, one)
				}
			}
		}
		own, known := properties[name]
		switch {
		case keyword == "properties" && known:
			of = append(of, own)
		case keyword == "additionalProperties" && !known && !matched:
			if s[keyword] == false {
				return at + "." + name + ": unknown"
			}
			of = append(of, s[keyword])
		case keyword == "propertyNames":
			if p := v.problem(s[keyword].(map[string]any), name, at+"."+name); p != "" {
				return p
			}
		}
		for _, one := range of {
			if p := v.problem(one.(map[string]any), value, at+"."+name); p != "" {
				return p
			}
		}
	}
	return ""
}
