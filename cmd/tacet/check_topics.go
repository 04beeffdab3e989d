package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// checkKept holds the settings of the topics that sinks write to against the retention of their class, and says how long raw records are
// kept where they are read: that is for who writes them to decide.
func checkKept(ctx context.Context, c config, p *policy.Policy, show func(string, error), w io.Writer) {
	for _, s := range c.Sinks {
		if s.Type != "kafka" {
			continue
		}
		for _, topic := range s.destinations() {
			settings, err := settingsOf(ctx, c.cluster(s.Kafka), topic)
			if err == nil {
				err = keptAs(settings, s, p, c.Rights.Due)
			}
			show(fmt.Sprintf("settings of topic %s, of sink %s", topic, s.Name), err)
			keep, ok := p.Retention(classOf(p, s.Class).Retention)
			if err == nil && ok && settings.Retention+settings.Segment > keep {
				fmt.Fprintf(w, "  it may keep records for %s: retention.ms counts from the end of a segment, of up to segment.ms\n",
					days(settings.Retention+settings.Segment))
			}
		}
	}
	for _, t := range c.Source.Topics {
		if settings, err := settingsOf(ctx, c.Kafka, t.Name); err == nil {
			fmt.Fprintf(w, "topic %s: raw records are kept %s\n", t.Name, rawKept(settings))
		}
	}
}

func settingsOf(ctx context.Context, cluster kafkaConfig, topic string) (s source.Settings, err error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	t, err := source.NewTopic(cluster.connect(), topic, slog.New(slog.DiscardHandler))
	if err != nil {
		return s, err
	}
	defer t.Close()
	return t.Settings(ctx)
}

func rawKept(s source.Settings) string {
	switch {
	case !s.Deleted:
		return "for ever, the last of each key (cleanup.policy=compact)"
	case s.Retention == source.NoBound:
		return "for ever (retention.ms=-1)"
	}
	return "for " + days(s.Retention)
}

// days writes a time in days where it is whole days.
func days(d time.Duration) string {
	if d%time.Hour == 0 && d > 0 {
		return policy.FormatRetention(d)
	}
	return d.String()
}

// keptAs says what is wrong with the settings of a topic that a sink writes to: it must keep nothing longer than the class of the sink is
// kept, and what the sink deletes by key must go within the time that requests have.
func keptAs(t source.Settings, s sinkConfig, p *policy.Policy, due time.Duration) error {
	class := classOf(p, s.Class)
	var wrong, hints []string
	fault := func(hint, format string, args ...any) {
		wrong, hints = append(wrong, fmt.Sprintf(format, args...)), append(hints, hint)
	}
	if keep, ok := p.Retention(class.Retention); ok {
		kept := fmt.Sprintf("class %s is kept as %s, %s", class.Name, class.Retention, days(keep))
		set := fmt.Sprintf("retention.ms=%d", keep.Milliseconds())
		switch {
		case !t.Deleted:
			fault("set cleanup.policy=compact,delete and "+set, "cleanup.policy=compact: what has no newer message of its key stays for ever, and %s", kept)
		case t.Retention == source.NoBound:
			fault("set "+set, "retention.ms=-1: keeps everything for ever, and %s", kept)
		case t.Retention > keep:
			fault("set "+set, "retention.ms: keeps everything for %s, and %s", days(t.Retention), kept)
		case t.Segment == source.NoBound || t.Segment > keep:
			fault("set segment.ms to a day", "segment.ms: what is in the newest segment, of up to %s, is not deleted, and %s", days(t.Segment), kept)
		}
	}
	deletes := s.Compacted || s.Content == string(pipeline.ContentCapsules)
	switch {
	case deletes && !t.Compacted:
		fault("set cleanup.policy=compact,delete, or take compacted away from the sink",
			"cleanup.policy=delete: what somebody has erased by key stays until the retention is over")
	case !deletes && t.Compacted:
		fault("set compacted: true at the sink", "cleanup.policy=compact, which the sink doesn't say: what somebody has erased would stay")
	case deletes && (t.CompactionLag == source.NoBound || t.CompactionLag > due):
		fault("set max.compaction.lag.ms=86400000", "max.compaction.lag.ms: what somebody has erased may stay longer than the %s that requests have", days(due))
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%s (%s)", strings.Join(wrong, "; "), strings.Join(hints, "; "))
}
