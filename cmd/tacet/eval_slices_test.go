package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEvalBootstrap(t *testing.T) {
	var rows []rowScore
	for i := range 200 {
		p := partScore{kind: "PERSON", entities: 2, values: 1}
		if i%4 > 0 {
			p.covered = 2
		} else {
			p.leaked = i / 4 % 2
		}
		rows = append(rows, rowScore{line: int64(i), tokens: 10, over: i % 2, parts: []partScore{p, {kind: "DATE", entities: 1, values: 1, leaked: 1}}})
	}
	apart := func(kind string) bool { return kind == "DATE" }
	all := bootstrap("s", rows, apart)
	require.Equal(t, all, bootstrap("s", rows, apart), "the same rows, the same intervals")
	require.Equal(t, all["PERSON"]["cover"], all[wholeSet]["cover"])
	// Rows are drawn whole: 200 of them, not 400 labels, so that the error is sqrt(.75 × .25 / 200) = 0.031.
	require.InDelta(t, 0.75-1.96*0.0306, all["PERSON"]["cover"][0], 0.012)
	require.InDelta(t, 0.75+1.96*0.0306, all["PERSON"]["cover"][1], 0.012)
	require.InDelta(t, 5-1.96*100*0.0354/10, all[wholeSet]["over"][0], 0.12)
	require.InDelta(t, 0.125, (all["PERSON"]["leak"][0]+all["PERSON"]["leak"][1])/2, 0.02)
	require.Equal(t, interval{0, 0.0188}, all["DATE"]["cover"], "no label is covered")
	require.Equal(t, interval{0.9812, 1}, all["DATE"]["leak"])
	require.Equal(t, interval{0, 0.0126}, wilson(0, 300))
	require.Empty(t, bootstrap("s", nil, apart)[wholeSet])
}

func TestEvalSlices(t *testing.T) {
	var line strings.Builder
	line.WriteString(`{"lang":"en","turns":[{"role":"agent","text":"Your name?"},{"role":"customer","text":"ada"},{"role":"customer","text":"BEA"}],"entities":[` +
		`{"type":"PERSON","turn":1,"start":0,"end":3,"tag":"attempt0","origin":"uk+listed","spoken":true,"kind":"bare","group":1},{"type":"PERSON","turn":2,"start":0,"end":3,"group":1,"prompted":false}]}`)
	var r labelledRow
	require.NoError(t, parseRow([]byte(line.String()), &r, &r.row))
	e := scorer(exact())
	e.names = &nameLists{words: map[string]bool{"ada": true}}
	names := func(i int) string {
		var all []string
		for _, key := range e.slicesOf(&r, &r.Entities[i], []byte(r.Turns[r.Entities[i].Turn].Text)) {
			all = append(all, key.by+"="+key.is)
		}
		return strings.Join(all, " ")
	}
	require.Equal(t, "casing=lower gazetteer=in origin=uk list=listed kind=bare spoken=yes attempt=0 language=en speaker=customer prompted=no turns=several", names(0))
	require.Equal(t, "casing=capitals gazetteer=out language=en speaker=customer prompted=no turns=several", names(1))
	r.Entities[0].Kind, r.Entities[1].Prompted = "", nil
	require.Contains(t, names(0), "prompted=yes turns=")
	require.Contains(t, names(1), "prompted=yes turns=", "the turn before is the customer's, too")
	r.Turns[0].Text = "Your postcode?"
	require.Contains(t, names(0), "prompted=no turns=")
	require.Equal(t, []string{"in", "part", "out", ""}, []string{e.names.listed("ADA"), e.names.listed("Ada Bea"), e.names.listed("O Bea"), e.names.listed("B")})

	// The worst slice leads, kept types aside, and a floor may name it.
	rep := scored(t, exact(), strings.Repeat("{{PERSON|ada}} {{PERSON|BEA}} {{LOCATION|x}} ", sliceLabels)+"{{PERSON|Cy}}", []string{"PERSON", "ada"})
	require.Equal(t, "PERSON casing=capitals", rep.Worst.name())
	require.Equal(t, 0.0, rep.figure(wholeSet, "worst"))
	require.Equal(t, 0.0333, rep.figure("PERSON casing=lower", "cover"))
	require.Len(t, compare("s", map[string]figures{"PERSON casing=lower": {"cover": 0.5}, wholeSet: {"worst": 0.1}}, rep.all()), 2)
	require.Equal(t, -1.0, rep.figure("PERSON casing=mixed", "cover"), "too few")
}
