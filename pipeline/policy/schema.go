package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors"
)

// schema is a part of a JSON schema.
type schema map[string]any

// Schema gives the JSON schema (draft 7) of policy files, for editors: keys, words and options, made of the tables that Parse reads by. What
// takes more than one place of a file to see, only Parse sees.
func Schema() []byte {
	s := object(schema{
		"tenants":        tenantsSchema(),
		"effective_from": about("The day, in UTC, or the time from which the policy holds.", pattern(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$`)),
		"minors":         about("What becomes of calls in which somebody seems to be a minor. Without it, nothing.", oneOf(minorsQuarantine)),
		"types":          about("What replaces findings, by type.", ref("types")),
		"retention":      about("Retention classes, and how long each keeps: 30d, 12h.", named(pattern(`^[1-9][0-9]*[dh]$`))),
		"classes":        about("The sink classes: who reads, and for what. The first is that of sinks that name none.", named(ref("class"))),
		"categories":     about("What of each category of records may leave. A category that is not here does not leave.", categoriesSchema()),
	}, "tenants", "categories")
	s["$schema"], s["title"] = "http://json-schema.org/draft-07/schema#", "Tacet policy"
	s["definitions"] = definitions()
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		panic("policy: the schema can't be written")
	}
	return append(text, '\n')
}

func object(properties schema, required ...string) schema {
	s := schema{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func ref(name string) schema { return schema{"$ref": "#/definitions/" + name} }

func oneOf(words ...string) schema { return schema{"enum": words} }

// pattern is a text of some form, or a number where it looks like one.
func pattern(re string) schema { return schema{"type": []string{"string", "number"}, "pattern": re} }

func between(least, most int) schema {
	return schema{"type": "integer", "minimum": least, "maximum": most}
}

func about(text string, s schema) schema {
	if _, is := s["$ref"]; is { // whose neighbours draft 7 passes over
		s = schema{"allOf": []schema{s}}
	}
	s["description"] = text
	return s
}

// named is a mapping of words that a file chooses.
func named(of schema) schema {
	return schema{"type": "object", "minProperties": 1, "additionalProperties": of, "propertyNames": word()}
}

func word() schema { return pattern(fmt.Sprintf(`^[a-z0-9_]{1,%d}$`, tenantLenMax)) }

func definitions() schema {
	fields := schema{"type": "object", "minProperties": 1, "propertyNames": pathSchema(), "additionalProperties": ref("field"), "patternProperties": schema{
		`(^|\.)\*`:           schema{"allOf": []schema{ref("field"), {"not": schema{"anyOf": []schema{{"const": "keep"}, {"type": "object", "properties": schema{"action": schema{"const": "keep"}}, "required": []string{"action"}}}}}}},
		neverStoredPattern(): about("Is never stored.", ref("dropped")),
	}}
	class := object(schema{
		"purpose":   oneOf(purposes...),
		"recipient": oneOf(recipients...),
		"basis":     about("The legal basis. Whether it holds is for a lawyer to say.", oneOf(bases...)),
		"consent":   about("The consent that tenants must have given, at the time of the record.", word()),
		"retention": about("One of the retention classes.", word()),
		"clauses":   ref("clauses"),
		"types":     ref("types"),
	}, "purpose", "recipient", "basis", "clauses")
	var consented []string
	for _, p := range purposes {
		if NeedsConsent(p) {
			consented = append(consented, p)
		}
	}
	needsConsent := schema{"required": []string{"consent"}}
	class["allOf"] = []schema{
		{"if": schema{"properties": schema{"purpose": oneOf(consented...)}}, "then": needsConsent},
		{"if": schema{"properties": schema{"basis": schema{"const": "consent"}}}, "then": needsConsent},
	}
	all := schema{
		"clauses": about("The sections of the privacy policy that this keeps.", schema{"type": "array", "minItems": 1, "uniqueItems": true, "items": schema{"enum": clauseNames()}}),
		"types":   object(schema{}), "class": class, "fields": fields,
		"action": operators("action", actionNames[:]), "field": fieldSchema(ref("action")), "dropped": fieldSchema(operators("action", []string{Drop.String()})),
	}
	for _, option := range []string{"scope", "first", "last", "days", "to", "as", "subject", "needs"} {
		all[option] = optionSchema(option)
	}
	for _, t := range detectors.Types() {
		allowed := stylesOf(t)
		name := "styles_" + strings.Join(allowed, "_")
		all[name] = operators("style", allowed)
		all["types"].(schema)["properties"].(schema)[t.String()] = ref(name)
	}
	return all
}

// stylesOf lists the styles that findings of a type may have.
func stylesOf(t detectors.Type) (allowed []string) {
	for s, name := range styleNames {
		if checkStyle(t, Style(s)) == "" {
			allowed = append(allowed, name)
		}
	}
	return allowed
}

// tenantsSchema is a list of ids, or "*" alone.
func tenantsSchema() schema {
	ids := schema{"items": pattern(fmt.Sprintf(`^[A-Za-z0-9._:-]{1,%d}$`, tenantLenMax))}
	all := schema{"items": schema{"const": anyTenant}, "maxItems": 1}
	return about("The tenants whose records may leave; \"*\" for any.",
		schema{"type": "array", "minItems": 1, "uniqueItems": true, "anyOf": []schema{ids, all}})
}

// fieldSchema is an action for all classes, or one for each.
func fieldSchema(action schema) schema {
	byClass := schema{"type": "object", "minProperties": 1, "properties": schema{"action": schema{"not": schema{}}}, "additionalProperties": action, "propertyNames": word()}
	return schema{"anyOf": []schema{action, byClass}}
}

func categoriesSchema() schema {
	properties := schema{}
	for _, name := range Categories() {
		c := schema{
			"clauses": ref("clauses"), "fields": about("What happens to the values at each path. What is not here is dropped.", ref("fields")),
			"role": about("What the platform is to this data.", oneOf(roles...)),
			"for":  about("The classes its records leave for.", schema{"type": "array", "uniqueItems": true, "items": word()}),
		}
		if name == categoryTranscript {
			c["partials"] = about("What becomes of partial results.", oneOf(partialsNames[:]...))
		}
		properties[name] = object(c, "clauses", "fields")
	}
	s := object(properties)
	s["minProperties"] = 1
	return s
}

// clauseNames are sections, as numbers and as texts, and their items.
func clauseNames() (names []any) {
	for i := 1; i <= sections; i++ {
		names = append(names, i, fmt.Sprint(i))
		for _, id := range itemsOf(i) {
			names = append(names, id)
		}
	}
	return names
}

// operators is one of some operators: its name, or its name and options.
func operators(key string, allowed []string) schema {
	var words []string
	var all []schema
	for _, name := range allowed {
		options, required := schema{key: schema{"const": name}}, []string{key}
		for _, option := range takes(name, key == "action") {
			options[option] = ref(option)
		}
		switch {
		case name == "date_shift":
			required = append(required, "days")
		case key == "action" && slices.Contains([]string{"generalise", "surrogate", "fpe"}, name):
			required = append(required, "as")
		}
		if len(required) == 1 {
			words = append(words, name)
		}
		all = append(all, object(options, required...))
	}
	return schema{"anyOf": append([]schema{oneOf(words...)}, all...)}
}

func optionSchema(name string) schema {
	var stored, linkable []string
	for _, t := range detectors.Types() {
		if !neverStored(t) {
			stored = append(stored, t.String())
		}
		if Linkable(t) {
			linkable = append(linkable, t.String())
		}
	}
	switch name {
	case "scope":
		return about("Within what equal values get equal tokens.", oneOf(scopeNames[:]...))
	case "first", "last":
		return about("How many letters and digits stay there.", between(0, maskMost))
	case "days":
		return about("How far a date is shifted at most.", between(1, daysMost))
	case "to":
		return about("How coarse: month, minute, area, wide, …", pattern(`.`))
	case "as":
		return about("What the value is.", oneOf(slices.Sorted(slices.Values(append(stored, fieldTypes()...)))...))
	case "subject":
		return about("By what the value names a person, who may have the record erased or object.", oneOf(linkable...))
	case "needs":
		return about("What the tenant must have instructed for the field to leave.", oneOf(needs...))
	}
	panic("policy: an option without a schema")
}

// pathSchema is the grammar of splitPath.
func pathSchema() schema {
	const key = `([^.\[\]*\\]|\\[.\[\]*\\])+`
	const one = `(` + key + `|\*)(\[\])*`
	return schema{"maxLength": pathLenMax, "pattern": `^(\*\*|` + one + `(\.` + one + `)*(\.\*\*)?)$`}
}

// neverStoredPattern finds paths with a key of neverStoredNames, in whatever case and with whatever separators.
func neverStoredPattern() string {
	var names []string
	for _, name := range strings.Fields(neverStoredNames) {
		var b strings.Builder
		for i, c := range name {
			if i > 0 {
				b.WriteString("[_ -]*")
			}
			if lower, upper := string(c), strings.ToUpper(string(c)); lower != upper {
				b.WriteString("[" + lower + upper + "]")
			} else {
				b.WriteString(lower)
			}
		}
		names = append(names, b.String())
	}
	return `(^|\.)(` + strings.Join(names, "|") + `)(\[|\.|$)`
}
