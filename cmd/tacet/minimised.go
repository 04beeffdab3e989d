package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// minimised is how much of what came in left, and what did not, out of the metrics of a pipeline.
type minimised struct {
	In    int64                     `json:"bytes_in"`
	Out   map[string]int64          `json:"bytes_out"`       // by sink
	Ratio map[string]float64        `json:"ratio"`           // of Out to In
	Left  map[string]map[string]int `json:"fields_left_out"` // by sink class and reason
}

// add adds the metric families of one pipeline.
func (m *minimised) add(families []*dto.MetricFamily) {
	if m.Out == nil {
		m.Out, m.Ratio, m.Left = map[string]int64{}, map[string]float64{}, map[string]map[string]int{}
	}
	for _, f := range families {
		for _, sample := range f.GetMetric() {
			n, labels := int64(sample.GetCounter().GetValue()), labelsOf(sample)
			switch f.GetName() {
			case "tacet_minimise_in_bytes_total":
				m.In += n
			case "tacet_minimise_out_bytes_total":
				m.Out[labels["sink"]] += n
			case "tacet_fields_left_out_total":
				if m.Left[labels["class"]] == nil {
					m.Left[labels["class"]] = map[string]int{}
				}
				m.Left[labels["class"]][labels["reason"]] += int(n)
			}
		}
	}
	for sink, n := range m.Out {
		if m.In > 0 {
			m.Ratio[sink] = float64(n) / float64(m.In)
		}
	}
}

// gather is add for a registry.
func (m *minimised) gather(g prometheus.Gatherer) error {
	families, err := g.Gather()
	if err != nil {
		return fmt.Errorf("read metrics: %w", err)
	}
	m.add(families)
	return nil
}

// line is it in a line, for one sink.
func (m *minimised) line(sink string) string {
	var left []string
	counts := map[string]int{}
	for _, byReason := range m.Left {
		for reason, n := range byReason {
			counts[reason] += n
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		left = append(left, fmt.Sprintf("%d %s", counts[reason], reason))
	}
	if left == nil {
		left = []string{"none"}
	}
	return fmt.Sprintf("%d bytes in, %d out, ratio %.3f; fields left out: %s", m.In, m.Out[sink], m.Ratio[sink], strings.Join(left, ", "))
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, l := range m.GetLabel() {
		labels[l.GetName()] = l.GetValue()
	}
	return labels
}
