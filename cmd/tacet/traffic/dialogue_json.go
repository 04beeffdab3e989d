package traffic

import (
	"encoding/json"
)

// entityRow is an entity as rows of labelled sets have it.
type entityRow struct {
	Type     string   `json:"type"`
	Turn     *int     `json:"turn,omitempty"`
	Start    int      `json:"start"`
	End      int      `json:"end"`
	Value    string   `json:"value"`
	Spoken   bool     `json:"spoken,omitempty"`
	Group    int      `json:"group,omitempty"`
	Prompted bool     `json:"prompted,omitempty"`
	Lost     bool     `json:"lost,omitempty"`
	Origin   string   `json:"origin,omitempty"`
	Kind     string   `json:"kind,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}

type turnRow struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// MarshalJSON gives the dialogue as a row of a labelled set: a document has "text", the others "turns". What an entity's members say of
// it stands in "tags" once more, all together.
func (d Dialogue) MarshalJSON() ([]byte, error) {
	row := struct {
		ID       string      `json:"id"`
		Lang     string      `json:"lang"`
		Channel  string      `json:"channel"`
		Text     *string     `json:"text,omitempty"`
		Turns    []turnRow   `json:"turns,omitempty"`
		Entities []entityRow `json:"entities"`
	}{ID: d.ID, Lang: d.Lang, Channel: d.Channel, Entities: []entityRow{}}
	if d.Channel == "doc" {
		row.Text = &d.Turns[0].Text
	} else {
		for _, t := range d.Turns {
			row.Turns = append(row.Turns, turnRow(t))
		}
	}
	for _, e := range d.Entities {
		r := entityRow{Type: e.Type, Start: e.Start, End: e.End, Value: e.Value, Spoken: e.Spoken, Group: e.Group, Prompted: e.Prompted,
			Lost: e.Lost, Origin: e.Origin, Kind: e.Kind, Tags: e.tags()}
		if row.Text == nil {
			r.Turn = &e.Turn
		}
		row.Entities = append(row.Entities, r)
	}
	return json.Marshal(row)
}

func (e *DialogueEntity) tags() (tags []string) {
	add := func(name string, holds bool) {
		if holds {
			tags = append(tags, name)
		}
	}
	add(e.Kind, e.Kind != "")
	add(e.Origin, e.Origin != "")
	add("spoken", e.Spoken)
	add("prompted", e.Prompted)
	add("lost", e.Lost)
	add("split", e.Group > 0)
	return tags
}
