package admin

import (
	"encoding/json"
	"net/http"

	dto "github.com/prometheus/client_model/go"

	"github.com/sonexlabs/tacet/pipeline"
)

// status is what the console shows. Rates are left to the page: it takes the difference of two answers.
type status struct {
	pipeline.Status
	Version    string                        `json:"version"`
	Policy     string                        `json:"policy"`
	Partitions float64                       `json:"assigned_partitions"`
	Bytes      float64                       `json:"source_bytes"`
	Outcomes   map[string]float64            `json:"records"`    // by outcome
	Findings   map[string]float64            `json:"findings"`   // by type, those above 0
	Quarantine map[string]float64            `json:"quarantine"` // by class
	Sinks      map[string]map[string]float64 `json:"sinks"`      // by name: records, bytes, retries, errors
	Ready      string                        `json:"not_ready"`  // "" when ready
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) {
	families, err := s.cfg.Gatherer.Gather()
	if err != nil && len(families) == 0 {
		http.Error(w, "metrics can't be gathered", http.StatusInternalServerError)
		return
	}
	st := summarise(families)
	if s.cfg.Status != nil {
		st.Status = s.cfg.Status()
	}
	if s.cfg.Ready != nil {
		if err := s.cfg.Ready(); err != nil {
			st.Ready = err.Error()
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(st) // an error here is a client that went away
}

// summarise adds up the metrics of a pipeline.
func summarise(families []*dto.MetricFamily) status {
	st := status{Outcomes: map[string]float64{}, Findings: map[string]float64{}, Quarantine: map[string]float64{},
		Sinks: map[string]map[string]float64{}}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			n := m.GetCounter().GetValue() + m.GetGauge().GetValue()
			switch f.GetName() {
			case "tacet_build_info":
				st.Version = label(m, "version")
			case "tacet_config_info":
				st.Policy = label(m, "policy")
			case "tacet_assigned_partitions":
				st.Partitions = n
			case "tacet_source_bytes_total":
				st.Bytes += n
			case "tacet_records_total":
				st.Outcomes[label(m, "outcome")] += n
			case "tacet_entities_total":
				if n > 0 {
					st.Findings[label(m, "type")] += n
				}
			case "tacet_dlq_records_total":
				st.Quarantine[label(m, "reason")] += n
			case "tacet_sink_records_total":
				st.sink(m, "records", n)
			case "tacet_sink_bytes_total":
				st.sink(m, "bytes", n)
			case "tacet_sink_retries_total":
				st.sink(m, "retries", n)
			case "tacet_sink_errors_total":
				st.sink(m, "errors", n)
			}
		}
	}
	return st
}

func (st *status) sink(m *dto.Metric, what string, n float64) {
	name := label(m, "sink")
	if st.Sinks[name] == nil {
		st.Sinks[name] = map[string]float64{}
	}
	st.Sinks[name][what] += n
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}
