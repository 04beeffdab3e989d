package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// slicesShown is how many slices are shown of a set, from the worst on.
const slicesShown = 12

// table writes the report for people: the worst slice of each set, a line for each set, and, if that is asked for or there is only one set, its
// types and slices.
func (r *evalReport) table(w io.Writer, details bool) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	if len(r.Sets) > 0 {
		r.worst(out)
		r.summary(out)
	}
	for _, s := range r.Sets {
		if details || len(r.Sets) == 1 {
			s.table(out)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	for _, v := range r.Vectors {
		if err := v.table(w, details || len(r.Sets) == 0); err != nil {
			return err
		}
	}
	return heldTable(w, r)
}

// worst lists the worst slice of each set that has labels enough, the worst set first.
func (r *evalReport) worst(w io.Writer) {
	var sets []*setReport
	for _, s := range r.Sets {
		if s.Worst != nil {
			sets = append(sets, s)
		}
	}
	if len(sets) == 0 {
		return
	}
	slices.SortStableFunc(sets, func(a, b *setReport) int { return cmp.Compare(a.Figures["worst"], b.Figures["worst"]) })
	fmt.Fprintln(w, "worst slice\tlabels\tcover\tleak\t")
	for _, s := range sets {
		fmt.Fprintf(w, "%s: %s\t%d\t%s\t%s\t\n", s.Set, s.Worst.name(), s.Worst.Labels, s.Worst.Figures.text("cover", 3), s.Worst.Figures.text("leak", 3))
	}
	fmt.Fprintln(w)
}

// summary writes a line for each set.
func (r *evalReport) summary(w io.Writer) {
	fmt.Fprintln(w, "set\trows\tlabels\tcover\t95 %\trecall\tprecision\tF2\tleak\t95 %\tover %\t95 %\t")
	for _, s := range r.Sets {
		f := s.Figures
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", s.Set, s.Rows, s.Labels, f.text("cover", 3), between(s.Intervals, "cover", 3),
			f.text("recall", 3), f.text("precision", 3), f.text("f2", 3), f.text("leak", 3), between(s.Intervals, "leak", 3), f.text("over", 2), between(s.Intervals, "over", 2))
	}
	fmt.Fprintln(w)
}

// between writes an interval.
func between(all map[string]interval, name string, digits int) string {
	i, ok := all[name]
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.*f–%.*f", digits, i[0], digits, i[1])
}

// table writes the types and the worst slices of a set.
func (s *setReport) table(w io.Writer) {
	fmt.Fprintf(w, "%s: %d rows, %d tokens", s.Set, s.Rows, s.Tokens)
	if s.Note != "" {
		fmt.Fprintf(w, "; %s", s.Note)
	}
	fmt.Fprintf(w, "\n  outside labels, of 100 tokens %s (kept types too %s), of 1000 words %s\n",
		s.Figures.text("over", 2), s.Figures.text("over_kept", 2), s.Figures.text("over_words", 1))
	if len(s.Types) > 0 {
		fmt.Fprintln(w, "  \tlabels\tcover\t95 %\trecall\tlabel\tleak\t95 %\tclear\tleft\tfound\tprecision\tF2\tgarbled\tcover\t")
	}
	for _, t := range s.Types {
		left, name := "-", t.Type
		if t.Bytes > 0 {
			left = fmt.Sprintf("%d/%d", t.BytesLeft, t.Bytes)
		}
		if t.Kept {
			name += " (kept)"
		}
		f := t.Figures
		fmt.Fprintf(w, "  %s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%d\t%s\t\n", name, t.Entities, f.text("cover", 4), between(t.Intervals, "cover", 3),
			f.text("recall", 4), f.text("label", 4), f.text("leak", 4), between(t.Intervals, "leak", 3), f.text("clear", 4), left, t.Findings,
			f.text("precision", 4), f.text("f2", 4), t.Garbled, f.text("asr", 4))
	}
	if len(s.Slices) > 0 {
		fmt.Fprintln(w, "  slice\tlabels\tcover\tleak\t")
	}
	for i, x := range s.Slices {
		if i == slicesShown {
			fmt.Fprintf(w, "  and %d better\t\n", len(s.Slices)-i)
			break
		}
		fmt.Fprintf(w, "  %s\t%d\t%s\t%s\t\n", x.name(), x.Labels, x.Figures.text("cover", 3), x.Figures.text("leak", 3))
	}
	fmt.Fprintln(w)
}

func (f figures) text(name string, digits int) string {
	v, ok := f[name]
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, v)
}

// heldTable lists the floors and bars that don't hold.
func heldTable(w io.Writer, r *evalReport) error {
	var b strings.Builder
	for _, list := range []struct {
		head  string
		items []heldFigure
	}{{"bars not reached", r.Bars}, {"floors missed", r.Missed}} {
		if len(list.items) > 0 {
			fmt.Fprintf(&b, "%s:\n", list.head)
		}
		for i := range list.items {
			fmt.Fprintf(&b, "  %s\n", &list.items[i])
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
