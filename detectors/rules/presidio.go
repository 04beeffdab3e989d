package rules

import (
	"slices"
	"strings"

	"github.com/dlclark/regexp2/v2"
	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// The flags of Python's module re, as global_regex_flags adds them up.
const (
	pyIgnoreCase = 2
	pyLocale     = 4
	pyMultiline  = 8
	pyDotAll     = 16
	pyUnicode    = 32
	pyVerbose    = 64
	pyASCII      = 256
	pyDefault    = pyIgnoreCase | pyMultiline | pyDotAll // of Presidio
)

// Presidio adds 0.35 to what has a word of context and then gives it at least 0.4, where its users commonly begin to
// redact. Here they begin at found.
const presidioBoost = 0.35

// recognizerKeys are the keys of a recogniser that are read, or mean nothing here.
const recognizerKeys = "name supported_language supported_languages patterns context supported_entity supported_entities " +
	"deny_list deny_list_score type enabled country_code"

// presidio reads a file of recognisers. What it can't do is noted, not refused: the files are other people's.
func (d *document) presidio(members []syntax.Member, o *Options) (all []*spec) {
	flags := pyDefault
	for _, m := range members {
		switch m.Name {
		case "recognizers", "supported_languages":
		case "global_regex_flags":
			flags, _ = d.whole(&m, m.Name, 0, 1<<16)
		default:
			d.note(m.Line, "%s: not supported: left out", m.Name)
		}
	}
	if flags&^(pyIgnoreCase|pyMultiline|pyDotAll|pyVerbose|pyUnicode) != 0 {
		d.note(syntax.Find(members, "global_regex_flags").Line, "global_regex_flags: only IGNORECASE, MULTILINE, DOTALL and VERBOSE are "+
			"supported: \\w and \\b are Unicode's here")
	}
	m := syntax.Find(members, "recognizers")
	list, _ := d.sequence(m.Value, m.Name)
	for i, n := range list {
		if sp := d.recognizer(n, at(m.Name, i), flags, o); sp != nil {
			sp.Name = unique(all, sp.Name)
			all = append(all, sp)
		}
	}
	return all
}

// unique makes a name that no rule of the file has: recognisers may share one, one for each language.
func unique(all []*spec, name string) string {
	taken := func(s string) bool { return slices.ContainsFunc(all, func(sp *spec) bool { return sp.Name == s }) }
	for next := name; ; next += "-" {
		if !taken(next) {
			return next
		}
	}
}

// recognizer reads one recogniser; nil if there is nothing to search for.
func (d *document) recognizer(n ast.Node, key string, flags int, o *Options) *spec {
	members, ok := d.Mapping(n, key)
	if !ok {
		return nil
	}
	sp := &spec{line: syntax.Line(n), key: key, foreign: true}
	sp.Version = versionOf(members, flags)
	name := ""
	if m := syntax.Find(members, "name"); m != nil {
		name, _ = syntax.Text(m.Value)
	}
	sp.Name = ruleName(name, key)
	if m := syntax.Find(members, "enabled"); m != nil {
		if on, isBool := m.Value.(*ast.BoolNode); isBool && !on.Value {
			return nil
		}
	}
	custom := syntax.Find(members, "patterns") != nil || syntax.Find(members, "deny_list") != nil
	if m := syntax.Find(members, "type"); m != nil {
		kind, _ := syntax.Text(m.Value)
		custom = custom && kind != "predefined"
	}
	if !custom {
		d.predefined(sp, members)
		return nil
	}
	for _, m := range members {
		if !slices.Contains(strings.Fields(recognizerKeys), m.Name) {
			d.note(m.Line, "%s: not supported: left out", syntax.Join(key, m.Name))
		}
	}
	sp.Type = d.entity(members, sp, o)
	d.foreignContext(members, sp)
	d.foreignPatterns(members, sp, options(flags))
	d.denyList(members, sp, options(flags))
	if len(sp.patterns) == 0 {
		d.note(sp.line, "%s: left out: it has no pattern and no deny_list", key)
		return nil
	}
	return sp
}

// ruleName makes the name of a recogniser one that a rule may have.
func ruleName(name, key string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case b.Len() >= nameMax-8: // room for what unique adds
		case c < 0x80 && isName(string(rune(c))):
			b.WriteByte(c)
		default:
			b.WriteByte('-')
		}
	}
	if strings.Trim(b.String(), "-") == "" {
		return strings.NewReplacer("[", "-", "]", "").Replace(key)
	}
	return b.String()
}

// predefined notes a recogniser that is Python code.
func (d *document) predefined(sp *spec, members []syntax.Member) {
	class := sp.Name
	if m := syntax.Find(members, "class_name"); m != nil {
		class, _ = syntax.Text(m.Value)
	}
	for _, p := range predefined {
		if p.class == class {
			d.note(sp.line, "%s: %s is predefined code: the built-in detectors have %s for it", sp.key, sp.Name, p.types)
			return
		}
	}
	d.note(sp.line, "%s: %s is predefined code and has no counterpart here: write a rule for it", sp.key, sp.Name)
}

func options(flags int) (o regexp2.RegexOptions) {
	for _, f := range []struct {
		py int
		o  regexp2.RegexOptions
	}{{pyIgnoreCase, regexp2.IgnoreCase}, {pyMultiline, regexp2.Multiline}, {pyDotAll, regexp2.Singleline}, {pyVerbose, regexp2.IgnorePatternWhitespace}} {
		if flags&f.py != 0 {
			o |= f.o
		}
	}
	return o
}

// entity gives the type for a recogniser's entity.
func (d *document) entity(members []syntax.Member, sp *spec, o *Options) string {
	m := syntax.Find(members, "supported_entity")
	name := ""
	if m != nil {
		name, _ = syntax.Text(m.Value)
	} else if m = syntax.Find(members, "supported_entities"); m != nil && isList(m.Value) {
		if list := d.list(m.Value, sp.key+".supported_entities"); len(list) > 0 {
			name = list[0].Text
			if len(list) > 1 {
				d.note(m.Line, "%s.supported_entities: only the first is used", sp.key)
			}
		}
	}
	for _, e := range entities {
		if e.entity == name && o.isType(e.kind) {
			return e.kind
		}
	}
	if o.isType(name) {
		return name
	}
	d.note(sp.line, "%s: its entity is no type here: what it finds is CUSTOM", sp.key)
	return "CUSTOM"
}

// foreignContext reads the words of context, of the recogniser and of its languages together.
func (d *document) foreignContext(members []syntax.Member, sp *spec) {
	var words []syntax.Item
	if m := syntax.Find(members, "context"); m != nil && isList(m.Value) {
		words = d.list(m.Value, sp.key+".context")
	}
	if m := syntax.Find(members, "supported_languages"); m != nil && isList(m.Value) {
		list, _ := d.sequence(m.Value, sp.key+".supported_languages")
		for i, n := range list {
			if !syntax.IsMapping(n) {
				continue
			}
			parts, _ := d.Mapping(n, at(sp.key+".supported_languages", i))
			if c := syntax.Find(parts, "context"); c != nil && isList(c.Value) {
				words = append(words, d.list(c.Value, at(sp.key+".supported_languages", i)+".context")...)
			}
		}
	}
	c := &context{boost: presidioBoost, floor: found, before: contextWords, after: contextWords}
	for _, w := range words {
		if p := phrase(w.Text); p != nil {
			c.phrases = append(c.phrases, p)
		}
	}
	if len(c.phrases) > 0 {
		sp.context = c
	}
}

func (d *document) foreignPatterns(members []syntax.Member, sp *spec, flags regexp2.RegexOptions) {
	m := syntax.Find(members, "patterns")
	if m == nil {
		return
	}
	list, _ := d.sequence(m.Value, sp.key+".patterns")
	for i, n := range list {
		p := pattern{line: syntax.Line(n), key: at(sp.key+".patterns", i), flags: flags, group: "0", score: found}
		parts, ok := d.Mapping(n, p.key)
		if !ok {
			continue
		}
		for _, part := range parts {
			switch part.Name {
			case "name":
			case "regex":
				s, _ := d.scalar(part.Value, p.key+".regex")
				p.expr = fromPython(s)
			case "score":
				f, _ := d.number(&part, p.key+".score", 0, 1)
				p.score = float32(f)
			default:
				d.note(part.Line, "%s: not supported: left out", syntax.Join(p.key, part.Name))
			}
		}
		if p.expr == "" {
			d.note(p.line, "%s: left out: it has no regex", p.key)
			continue
		}
		sp.patterns = append(sp.patterns, p)
	}
}

// denyList makes one pattern of the words, as Presidio does: no letter or digit adjoins.
func (d *document) denyList(members []syntax.Member, sp *spec, flags regexp2.RegexOptions) {
	m := syntax.Find(members, "deny_list")
	if m == nil {
		return
	}
	words := d.list(m.Value, sp.key+".deny_list")
	if len(words) == 0 {
		return
	}
	score := 1.0
	if s := syntax.Find(members, "deny_list_score"); s != nil {
		score, _ = d.number(s, sp.key+".deny_list_score", 0, 1)
	}
	var b strings.Builder
	b.WriteString(`(?<!\w)(?:`)
	// The longest first: the first alternative that fits is taken.
	slices.SortStableFunc(words, func(a, b syntax.Item) int { return len(b.Text) - len(a.Text) })
	for i, w := range words {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(regexp2.Escape(w.Text))
	}
	b.WriteString(`)(?!\w)`)
	sp.patterns = append(sp.patterns, pattern{
		line: m.Line, key: sp.key + ".deny_list", expr: b.String(), flags: flags, group: "0", score: float32(score),
	})
}

// fromPython rewrites what Python writes otherwise: (?P<name>…), (?P=name) and \Z, the very end.
func fromPython(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		switch rest := s[i:]; {
		case strings.HasPrefix(rest, `\Z`):
			b.WriteString(`\z`)
			i += 2
		case rest[0] == '\\' && len(rest) > 1:
			b.WriteString(rest[:2])
			i += 2
		case strings.HasPrefix(rest, "(?P<"):
			b.WriteString("(?<")
			i += 4
		case strings.HasPrefix(rest, "(?P=") && strings.Contains(rest, ")"):
			end := strings.IndexByte(rest, ')')
			b.WriteString(`\k<` + rest[4:end] + ">")
			i += end + 1
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String()
}

// entities gives the types for Presidio's entities that have another name here.
var entities = []struct{ entity, kind string }{
	{"CREDIT_CARD_NUMBER", "CREDIT_CARD"},
	{"CRYPTO", "CRYPTO_ADDRESS"},
	{"DATE_TIME", "DATE"},
	{"EMAIL_ADDRESS", "EMAIL"},
	{"IBAN_CODE", "IBAN"},
	{"PHONE_NUMBER", "PHONE"},
	{"ORGANIZATION", "ORG"},
	{"NAME", "PERSON"},
	{"ZIP", "POSTCODE"},
	{"ZIP_CODE", "POSTCODE"},
	{"STREET_ADDRESS", "ADDRESS"},
	{"SWIFT_CODE", "BIC"},
	{"API_KEY", "SECRET"},
	{"MEDICAL_LICENSE", "US_DEA"},
	{"US_BANK_NUMBER", "BANK_ACCOUNT"},
	{"ABA_ROUTING_NUMBER", "US_ROUTING"},
	{"UK_POSTCODE", "POSTCODE"},
	{"UK_VEHICLE_REGISTRATION", "VEHICLE_PLATE"},
	{"IN_VEHICLE_REGISTRATION", "VEHICLE_PLATE"},
	{"IN_VOTER", "IN_VOTER_ID"},
	{"ES_NIE", "ES_NIF"},
	{"FI_PERSONAL_IDENTITY_CODE", "FI_HETU"},
}

// predefined names Presidio's recognisers in code and what finds the same here.
var predefined = []struct{ class, types string }{
	{"CreditCardRecognizer", "CREDIT_CARD"},
	{"CryptoRecognizer", "CRYPTO_ADDRESS"},
	{"DateRecognizer", "DATE and DATE_OF_BIRTH"},
	{"EmailRecognizer", "EMAIL"},
	{"IbanRecognizer", "IBAN"},
	{"IpRecognizer", "IP_ADDRESS"},
	{"MacAddressRecognizer", "MAC_ADDRESS"},
	{"MedicalLicenseRecognizer", "US_DEA"},
	{"PhoneRecognizer", "PHONE"},
	{"UrlRecognizer", "URL"},
	{"UsBankRecognizer", "BANK_ACCOUNT"},
	{"UsLicenseRecognizer", "US_DRIVER_LICENSE"},
	{"UsItinRecognizer", "US_ITIN"},
	{"UsPassportRecognizer", "US_PASSPORT"},
	{"UsSsnRecognizer", "US_SSN"},
	{"UsMbiRecognizer", "US_MBI"},
	{"UsNpiRecognizer", "US_NPI"},
	{"AbaRoutingRecognizer", "US_ROUTING"},
	{"NhsRecognizer", "UK_NHS"},
	{"UkNinoRecognizer", "UK_NINO"},
	{"UkPassportRecognizer", "UK_PASSPORT"},
	{"UkPostcodeRecognizer", "POSTCODE"},
	{"UkVehicleRegistrationRecognizer", "VEHICLE_PLATE"},
	{"UkDrivingLicenceRecognizer", "UK_DRIVING_LICENCE"},
	{"InPanRecognizer", "IN_PAN"},
	{"InAadhaarRecognizer", "IN_AADHAAR"},
	{"InVehicleRegistrationRecognizer", "VEHICLE_PLATE"},
	{"InPassportRecognizer", "IN_PASSPORT"},
	{"InVoterRecognizer", "IN_VOTER_ID"},
	{"InGstinRecognizer", "IN_GSTIN"},
	{"EsNifRecognizer", "ES_NIF"},
	{"EsNieRecognizer", "ES_NIF"},
	{"ItDriverLicenseRecognizer", "IT_DRIVING_LICENCE"},
	{"ItFiscalCodeRecognizer", "IT_FISCAL_CODE"},
	{"ItVatCodeRecognizer", "IT_VAT_CODE"},
	{"ItIdentityCardRecognizer", "IT_ID_CARD"},
	{"ItPassportRecognizer", "IT_PASSPORT"},
	{"PlPeselRecognizer", "PL_PESEL"},
	{"FiPersonalIdentityCodeRecognizer", "FI_HETU"},
	{"SpacyRecognizer", "PERSON, LOCATION and ORG"},
	{"StanzaRecognizer", "PERSON, LOCATION and ORG"},
	{"TransformersRecognizer", "PERSON, LOCATION and ORG"},
}
