package detectors

// score is what speaks for and against a finding, part by part. The sum is its confidence; the parts explain it.
type score struct {
	form     float32 // the shape alone: prefix, length, groups
	check    float32 // the check digit, the issuer's range
	words    float32 // words beside it, or the field's name
	question float32 // what the turn before asked for
	locale   float32 // the countries chosen
	against  float32 // words for a size, a time or money; that it is a part of something longer
}

// scoreMax is the highest confidence: nothing is certain.
const scoreMax = 0.99

func (s *score) total() float32 {
	return min(s.form+s.check+max(s.words, s.question)+s.locale+s.against, scoreMax)
}

// Part is one part of a finding's confidence.
type Part struct {
	Name  string // "form", "check", "words", "question", "locale" or "against"
	Value float32
}

// Reason says why something was found, or what else it could have been. It shows no bytes of the text.
type Reason struct {
	Finding  int // index into the findings of this text
	Type     Type
	Detector string
	Rule     string   // the form or format, where the detector knows several
	Score    float32  // the sum of the parts, at most 0.99; of words and question the greater counts
	Parts    []Part   // those that aren't 0
	Words    []string // what words beside it, the field's name and the question say: names of cues and types
	Chosen   bool     // whether the finding bears this type
}

// Explain is Find with the reasons for each finding: the one that gave it its type first, then the others by score.
// It is slower than Find and allocates.
func (s *Set) Explain(text []byte, in Input, sc *Scratch) (found []Finding, reasons []Reason) {
	p := &sc.pass
	p.explain = true
	found = s.Find(nil, text, in, sc)
	p.explain = false
	reasons, p.reasons = p.reasons, nil
	return found, reasons
}

// reason says why there is a candidate.
func (p *pass) reason(c *candidate, finding int) Reason {
	r := Reason{
		Finding: finding, Type: c.kind, Detector: p.set.entries[c.detector].name, Rule: c.rule, Score: c.total,
		Words: p.wordsAt(c.start, c.end),
	}
	for _, part := range [...]Part{
		{"form", c.score.form}, {"check", c.score.check}, {"words", c.score.words},
		{"question", c.score.question}, {"locale", c.score.locale}, {"against", c.score.against},
	} {
		if part.Value != 0 {
			r.Parts = append(r.Parts, part)
		}
	}
	return r
}

// wordsAt names what the words round a region say.
func (p *pass) wordsAt(start, end int) (names []string) {
	first, last := p.tokensOf(start, end)
	if first > last {
		return nil
	}
	p.barrier = 0
	ctx := p.around(first, last)
	said := (ctx.near | ctx.mid | ctx.far | p.path.bits | p.wants.cues) & (cuesIdentifier | cuesAgainst)
	for i, name := range cueNames {
		if said>>i&1 != 0 {
			names = append(names, name)
		}
	}
	for _, t := range p.set.typesOf(ctx.topics[:ctx.n]) {
		names = append(names, t.String())
	}
	return names
}
