package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// CheckPolicy says what in a policy this program can't do: generalisations that a type doesn't have.
func CheckPolicy(p *policy.Policy) error {
	var problems []string
	wrong := func(at, typ, to string, known []string) {
		switch {
		case len(known) == 0:
			problems = append(problems, fmt.Sprintf("%s: values of %s can't be generalised", at, typ))
		case to != "" && !slices.Contains(known, to):
			problems = append(problems, fmt.Sprintf("%s: %s is not generalised to %q: one of %s", at, typ, to, strings.Join(known, ", ")))
		}
	}
	for _, class := range p.Classes() {
		for _, t := range detectors.Types() {
			if class.Style(t) == policy.StyleGeneralise {
				wrong("types."+t.String(), t.String(), class.Options(t).To, pseudonym.GeneralisationsInText(t.String()))
			}
		}
	}
	for _, name := range policy.Categories() {
		c, ok := p.Category(name)
		if !ok {
			continue
		}
		for _, r := range c.Rules {
			if r.Action == policy.Generalise {
				wrong("categories."+name+".fields."+r.Path, r.Options.As, r.Options.To, pseudonym.Generalisations(r.Options.As))
			}
		}
	}
	problems = slices.Compact(problems)
	if len(problems) > 0 {
		return fmt.Errorf("check policy: %s", strings.Join(problems, "; "))
	}
	return nil
}

// operate does to a field what needs no search of it. What depends on the recipient is done when the views are written.
func (w *rewriter) operate(d *codec.Doc, i int, r *rule) {
	if (r.action == policy.Seal || r.action == policy.FPE || r.action == policy.Mask) && w.replaceNeverStored(d, i) {
		return
	}
	switch r.action {
	case policy.Token, policy.Seal, policy.Surrogate, policy.FPE, policy.DateShift:
		w.keyed = append(w.keyed, keyedField{i, r})
		return
	case policy.Mask:
		w.with = pseudonym.AppendMask(w.with[:0], d.Text(i), r.options.First, r.options.Last)
		d.SetString(i, w.with)
		return
	case policy.Generalise:
		with, ok := pseudonym.AppendGeneral(w.with[:0], r.options.As, r.options.To, d.Text(i), nil)
		if w.with = with; ok {
			d.SetString(i, w.with)
			return
		}
		w.leave(d, i, fieldUnfit)
		return
	}
	w.leave(d, i, r.dropping())
}

// replaceNeverStored replaces a field in which there is what no operator may leave anything of, or give back, whatever the policy takes the
// field for: account numbers are typed where cards should be, and the other way round. It tells whether there was.
func (w *rewriter) replaceNeverStored(d *codec.Doc, i int) bool {
	w.found = w.set.Find(w.found[:0], d.Text(i), detectors.Input{}, w.scratch)
	for k := range w.found {
		if typ := w.found[k].Type.String(); pseudonym.NeverStored(typ) {
			w.with = pseudonym.AppendType(w.with[:0], typ)
			d.SetString(i, w.with)
			w.countFinding(w.found[k].Type)
			return true
		}
	}
	return false
}

// appendPlaceholder appends what stands for a finding in text. The pieces of one identifier have one alias, in whatever turns they
// stand. What a key makes is the same for every view, as the text is, and holds within the call. A style that can't be had is the
// type alone.
func (w *rewriter) appendPlaceholder(dst []byte, f *detectors.Finding, aliases *pseudonym.Aliases, text []byte) []byte {
	typ, style := f.Type.String(), w.at.styles[f.Type]
	if w.apart && style != policy.StyleDrop {
		return pseudonym.AppendType(dst, typ)
	}
	switch style {
	case policy.StyleAlias, policy.StyleToken, policy.StyleSeal:
		start := len(dst)
		canonical := w.canonical(f, text)
		if f.Group > 0 {
			dst = aliases.AppendGroup(dst, typ, f.Group, canonical)
		} else {
			dst = aliases.Append(dst, typ, canonical)
		}
		// A piece of a value is no value: what is known to be the whole has a canonical form.
		if style == policy.StyleSeal {
			w.sealed.note(dst[start:], typ, text[f.Start:f.End])
		}
		if style == policy.StyleToken && (f.Group == 0 || len(f.Canonical) > 0) {
			w.noteEntity(f.Type, dst[start:], canonical)
		}
		return dst
	case policy.StyleDrop:
		return dst
	}
	return w.appendOperator(dst, f, text)
}

// textDomain is the recipient of what a key makes in texts, which are the same for every sink. It joins nothing beyond a call.
const textDomain = "text"

// appendOperator appends what the operator of a type makes of a finding in text; its type where it makes nothing.
func (w *rewriter) appendOperator(dst []byte, f *detectors.Finding, text []byte) []byte {
	typ, o, value := f.Type.String(), &w.at.options[f.Type], text[f.Start:f.End]
	d := pseudonym.Domain{Tenant: w.tenant, Sink: textDomain, Origin: pseudonym.OriginText, Scope: w.callID}
	spoken := len(f.Canonical) > 0
	switch w.at.styles[f.Type] {
	case policy.StyleMask:
		return pseudonym.AppendMaskText(dst, typ, value, o.First, o.Last)
	case policy.StyleGeneralise:
		return pseudonym.AppendGeneralText(dst, typ, o.To, value, f.Canonical)
	case policy.StyleSurrogate:
		return w.tokens.AppendSurrogate(dst, d, typ, byte(policy.ScopeCall), w.canonical(f, text), value)
	case policy.StyleFPE:
		if spoken {
			value = f.Canonical
		}
		return w.tokens.AppendFPE(dst, d, typ, byte(policy.ScopeCall), value)
	case policy.StyleDateShift:
		if spoken && f.Canonical[0] != '?' {
			value = f.Canonical
		}
		return w.tokens.AppendShifted(dst, d, w.subjectOf(), o.Days, value)
	}
	return pseudonym.AppendType(dst, typ)
}

// canonical is what two mentions of one thing have in common; the text itself where the detector does not say.
func (w *rewriter) canonical(f *detectors.Finding, text []byte) []byte {
	if len(f.Canonical) > 0 {
		return f.Canonical
	}
	return text[f.Start:f.End]
}
