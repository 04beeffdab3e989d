package main

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

// How often the rows of a set are drawn anew for its intervals: fewer times where there are so many that it would take minutes, when
// intervals are narrow anyway.
const (
	resamples    = 2000
	resamplesMin = 200
	drawsMax     = 400e6 // rows drawn in all
)

// interval is where a figure lies with a probability of 95 %.
type interval [2]float64

// rowScore is what one row, which is one call, adds to the figures that have intervals.
type rowScore struct {
	line         int64
	tokens, over int
	parts        []partScore
}

// partScore is the part of a row's score that is about one type.
type partScore struct {
	kind                              string
	entities, covered, values, leaked int
}

// share is a figure as a part of a whole.
type share struct{ part, whole int }

// bootstrap gives the intervals of a set and of its types: rows are drawn with replacement, all of a row at once, because labels within a call
// depend on each other, and the middle 95 of 100 figures are taken. It is the same for the same name and rows, which have to be in order. Where
// nothing or everything counts, drawing anew gives the same again; there Wilson's interval tells what so many trials can tell, as if they were
// independent. apart says which types the whole set's figures leave out.
func bootstrap(name string, rows []rowScore, apart func(kind string) bool) map[string]map[string]interval {
	kinds, entries := map[string]int{wholeSet: 0}, [][]entry{}
	names := []string{wholeSet}
	for i := range rows {
		var list []entry
		for _, p := range rows[i].parts {
			if _, ok := kinds[p.kind]; !ok {
				kinds[p.kind] = len(names)
				names = append(names, p.kind)
			}
			list = append(list, entry{kinds[p.kind], !apart(p.kind), p})
		}
		entries = append(entries, list)
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	rng := rand.New(rand.NewPCG(h.Sum64(), resamples))
	drawn := make([][3][]float64, len(names)) // of each type: cover, leak, over
	times := make([]int, len(rows))
	once := sumOf(rows, entries, len(names), func(int) int { return 1 })
	for range max(min(resamples, drawsMax/max(len(rows), 1)), resamplesMin) {
		clear(times)
		for range rows {
			times[rng.IntN(len(rows))]++
		}
		for k, sum := range sumOf(rows, entries, len(names), func(i int) int { return times[i] }) {
			for f, s := range sum {
				if s.whole > 0 {
					drawn[k][f] = append(drawn[k][f], float64(s.part)/float64(s.whole))
				}
			}
		}
	}
	all := map[string]map[string]interval{}
	for k, name := range names {
		all[name] = map[string]interval{}
		for f, figure := range []string{"cover", "leak", "over"} {
			switch s := once[k][f]; {
			case s.whole == 0:
			case s.part == 0 || s.part == s.whole:
				all[name][figure] = wilson(s.part, s.whole)
			default:
				all[name][figure] = middle(drawn[k][f])
			}
		}
		if over, ok := all[name]["over"]; ok {
			all[name]["over"] = interval{rounded(over[0] * 100), rounded(over[1] * 100)}
		}
	}
	return all
}

// entry is a partScore with the number of its type, and whether it counts for the whole set.
type entry struct {
	kind  int
	whole bool
	partScore
}

// sumOf adds up the rows, each as often as times says, to the shares cover, leak and over of each type.
func sumOf(rows []rowScore, entries [][]entry, kinds int, times func(row int) int) [][3]share {
	sum := make([][3]share, kinds)
	for i := range rows {
		n := times(i)
		if n == 0 {
			continue
		}
		sum[0][2].part += n * rows[i].over
		sum[0][2].whole += n * rows[i].tokens
		for k := range entries[i] {
			e := &entries[i][k]
			s := &sum[e.kind]
			s[0].part += n * e.covered
			s[0].whole += n * e.entities
			s[1].part += n * e.leaked
			s[1].whole += n * e.values
			if e.whole {
				s := &sum[0]
				s[0].part += n * e.covered
				s[0].whole += n * e.entities
				s[1].part += n * e.leaked
				s[1].whole += n * e.values
			}
		}
	}
	return sum
}

// middle is the interval that leaves out 2.5 of 100 figures at either end.
func middle(figures []float64) interval {
	slices.Sort(figures)
	at := func(q float64) float64 {
		return figures[min(int(q*float64(len(figures))), len(figures)-1)]
	}
	return interval{rounded(at(0.025)), rounded(at(0.975))}
}

// wilson is Wilson's score interval of a share.
func wilson(part, whole int) interval {
	const z = 1.959964
	n, p := float64(whole), float64(part)/float64(whole)
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return interval{rounded(max(centre-half, 0)), rounded(min(centre+half, 1))}
}

func rounded(x float64) float64 { return math.Round(x*1e4) / 1e4 }
