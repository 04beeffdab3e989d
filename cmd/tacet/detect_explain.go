package main

import (
	"encoding/json"
	"math"

	"github.com/sonexlabs/tacet/detectors"
)

// appendReasons appends why finding i was found: the rule that gave it its type, and the types it was not given.
func appendReasons(dst []byte, reasons []detectors.Reason, i int) []byte {
	var why struct {
		Rule    string             `json:"rule,omitempty"`
		Parts   map[string]float64 `json:"parts"`
		Words   []string           `json:"words,omitempty"`
		Instead map[string]float64 `json:"instead_of,omitempty"`
	}
	found := false
	for _, r := range reasons {
		switch {
		case r.Finding != i:
		case r.Chosen:
			found = true
			why.Rule, why.Words, why.Parts = r.Rule, r.Words, map[string]float64{}
			for _, part := range r.Parts {
				why.Parts[part.Name] = hundredths(part.Value)
			}
		default:
			if why.Instead == nil {
				why.Instead = map[string]float64{}
			}
			name := r.Type.String()
			why.Instead[name] = max(why.Instead[name], hundredths(r.Score))
		}
	}
	if !found {
		return dst
	}
	text, err := json.Marshal(why)
	if err != nil { // strings and numbers that are no NaN always marshal
		return dst
	}
	return append(append(dst, `,"why":`...), text...)
}

func hundredths(x float32) float64 { return math.Round(float64(x)*100) / 100 }
