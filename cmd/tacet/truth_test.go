package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/pipeline"
)

// held is how much of what stands in invented calls, written or spoken, must be gone once they are redacted. What has a form of its own is gone
// whole; names and addresses are recognised by what stands beside them, and some are missed.
var held = map[string]float64{
	"EMAIL": 1, "PHONE": 1, "CREDIT_CARD": 1, "IBAN": 1, "IN_AADHAAR": 1, "IN_PAN": 1, "US_SSN": 1, "UK_NINO": 1, "DE_TAX_ID": 1, "FR_NIR": 1,
	"SORT_CODE": 1, "BANK_ACCOUNT": 1, "ACCOUNT_ID": 1, "CARD_CVV": 1, "CARD_EXPIRY": 1, "OTP": 1, "DATE_OF_BIRTH": 1, "POSTCODE": 1,
	"PERSON": 0.98, "ADDRESS": 0.95,
	"IP_ADDRESS": 1, "ORDER_ID": 1, // which nobody says in these calls
}

// notHeld is what detection doesn't promise in calls: it may be any word or a short number, so that it is found beside a word about it only, or
// the policy keeps it.
var notHeld = map[string]string{
	"AGE": "kept", "DATE": "kept", "LOCATION": "kept", "ORG": "kept",
	"USERNAME": "any word", "PASSWORD": "any word", "SECRET": "of no known form", "PIN": "a short number", "VEHICLE_PLATE": "a short word and a number",
}

// TestTruthOfCalls redacts invented calls, a turn or a call a record, and looks for what the generator says stands in them: written and in words,
// in text and in lexical. How much of a value stays where a part of it is found is for eval to say.
func TestTruthOfCalls(t *testing.T) {
	records := 20_000
	if underRace {
		records = 4_000 // the same lines through the same code
	}
	g := traffic.NewWith(9, traffic.Options{Mix: map[string]int{"transcript": 1}, Whole: 0.05})
	var in strings.Builder
	var truth [][]traffic.Entity
	for range records {
		m := g.Next()
		in.Write(m.Value)
		in.WriteByte('\n')
		truth = append(truth, m.Truth)
	}
	got, err := redactText(t, allDetectors(t), strings.NewReader(in.String()), pipeline.FormatNDJSON)
	require.NoError(t, err)
	lines := strings.Split(got, "\n")
	type count struct{ all, left int }
	counts := map[string]*count{} // by type, and by type and "spoken"
	for i, entities := range truth {
		var out struct {
			Text, Lexical string
			Turns         []struct{ Text, Lexical string }
		}
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &out))
		for _, e := range entities {
			text := map[string]string{"text": out.Text, "lexical": out.Lexical}[e.Field]
			if field, ok := strings.CutPrefix(e.Field, "turns[]."); ok {
				text = map[string]string{"text": out.Turns[e.Turn].Text, "lexical": out.Turns[e.Turn].Lexical}[field]
			}
			require.NotEmpty(t, text, e.Field)
			how := e.Type
			if e.Spoken {
				how += " spoken"
			}
			if counts[how] == nil {
				counts[how] = &count{}
			}
			counts[how].all++
			if strings.Contains(text, e.Text) {
				counts[how].left++
			}
		}
	}
	for how, n := range counts {
		name, _, _ := strings.Cut(how, " ")
		least, known := held[name]
		require.True(t, known || notHeld[name] != "", "%s is neither held nor said not to be", name)
		gone := 1 - float64(n.left)/float64(n.all)
		t.Logf("%-22s %5d %.3f", how, n.all, gone)
		require.GreaterOrEqual(t, gone, least, "%s: %d of %d stay", how, n.left, n.all)
	}
	if underRace {
		return // too few to have seen all
	}
	for name := range held {
		require.NotNil(t, counts[name], name)
		require.Greater(t, counts[name].all, 10, name)
		if name != "IP_ADDRESS" && name != "ORDER_ID" {
			require.Greater(t, counts[name+" spoken"].all, 10, name)
		}
	}
}
