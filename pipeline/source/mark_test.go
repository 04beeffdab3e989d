package source

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// TestTopicMadeAnewAndGrown deletes a topic that is read, creates it again and fills it beyond the position, so that no broker ever refuses the position:
// while fetches fail as they do when leaders move, or while the lane takes nothing.
func TestTopicMadeAnewAndGrown(t *testing.T) {
	for _, tc := range []struct {
		reset   Reset
		held    bool   // the lane takes nothing
		first   string // of the new topic's records that are read; "" where reading ends
		skipped map[string]int64
	}{
		{ResetFail, false, "", map[string]int64{}},
		{ResetEarliest, false, "1000", map[string]int64{"replaced": 1}},
		{ResetLatest, false, "1300", map[string]int64{"replaced": 300}},
		{ResetFail, true, "", map[string]int64{}},
		{ResetEarliest, true, "1000", map[string]int64{"replaced": 1}},
	} {
		t.Run(fmt.Sprintf("%s, held %v", tc.reset, tc.held), func(t *testing.T) {
			c := kafkatest.Start(t)
			topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
			id := pipeline.LaneID{Topic: topic}
			c.Produce(t, topic, numbers(0, 100, 1))
			cfg := quick(c, group, topic)
			cfg.OffsetReset, cfg.TopicCheck = tc.reset, time.Minute
			m := newMemory()
			gate := make(chan struct{})
			var held atomic.Bool
			m.submit = func(ctx context.Context, _ *memoryLane) error {
				if held.Load() {
					select {
					case <-gate:
					case <-ctx.Done():
					}
				}
				return ctx.Err()
			}
			remake := func() {
				c.RemakeTopic(t, topic, 1)
				msgs := numbers(1000, 300, 1)
				for i := range msgs {
					msgs[i].Time = time.Now().Add(time.Minute) // or all may happen within a millisecond
				}
				c.Produce(t, topic, msgs)
			}
			p := start(t, cfg, m)
			eventually(t, "records", func() bool { return len(m.values(id)) == 100 })
			read := 100
			if tc.held {
				held.Store(true)
				c.Produce(t, topic, numbers(100, 1, 1))
				read++
				eventually(t, "a lane that waits", func() bool { return position(m.last(id)) == 101 })
				remake()
				time.Sleep(doubtAfter)
				close(gate)
			} else {
				moved := c.RequireKfake(t).Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: -1})
				eventually(t, "a refused fetch", func() bool { return moved.Hits() > 0 })
				remake()
				moved.Remove()
			}
			if tc.first == "" {
				var e *pipeline.Error
				require.ErrorAs(t, p.wait(), &e)
				require.Equal(t, int64(read), e.Offset)
				require.Contains(t, e.Error(), "replaced")
			} else {
				eventually(t, "the new position", func() bool { return p.m.skippedNow()["replaced"] > 0 })
				c.Produce(t, topic, numbers(1300, 1, 1))
				eventually(t, "the new record", func() bool { v := m.values(id); return v[len(v)-1] == "1300" })
				eventually(t, "its commit", func() bool { return c.Committed(t, group, topic)[0] == 301 })
				p.stop()
			}
			require.Equal(t, tc.skipped, p.m.skipped)
			if values := m.values(id)[read:]; tc.first == "" {
				require.Empty(t, values, "nothing of the new log is read")
			} else {
				require.Equal(t, tc.first, values[0])
			}
		})
	}
}

// TestCommittedMarks starts a group at an offset that the log holds, with what stands beside it in the group.
func TestCommittedMarks(t *testing.T) {
	c := kafkatest.Start(t)
	topic := c.CreateTopic(t, "in", 1)
	day := time.UnixMilli(1_790_000_000_000)
	msgs := numbers(0, 100, 1)
	for i := range msgs {
		msgs[i].Time = day.Add(time.Duration(i) * time.Second)
	}
	c.Produce(t, topic, msgs)
	at := func(next, offset, second int64) string {
		return mark{next, offset, day.UnixMilli() + 1000*second}.String()
	}
	for name, tc := range map[string]struct {
		text     string
		replaced bool
	}{
		"none":                          {"", false},
		"of others":                     {"by hand, 2026-11-01", false},
		"the record before":             {at(60, 59, 59), false},
		"one further before":            {at(60, 40, 40), false}, // aborted records or markers in between
		"of another time":               {at(60, 59, 58), true},
		"of another offset":             {at(61, 59, 58), false}, // moved by hand, by a tool that keeps the text
		"one that the log doesn't have": {at(60, 159, 59), false},
	} {
		t.Run(name, func(t *testing.T) {
			group := kafkatest.Name("group")
			c.SetCommittedWith(t, group, topic, map[int]int64{0: 60}, tc.text)
			m := newMemory()
			p := start(t, quick(c, group, topic), m)
			if tc.replaced {
				var e *pipeline.Error
				require.ErrorAs(t, p.wait(), &e)
				require.Equal(t, int64(60), e.Offset)
				require.Empty(t, m.lanes)
				return
			}
			id := pipeline.LaneID{Topic: topic}
			eventually(t, "the rest", func() bool { return len(m.values(id)) == 40 })
			eventually(t, "the commit", func() bool { return c.Committed(t, group, topic)[0] == 100 })
			p.stop()
			require.Empty(t, p.m.skipped)
			require.Equal(t, at(100, 99, 99), c.CommittedText(t, group, topic, 0))
		})
	}
}

// TestMarksFollowTheWatermark commits the mark of what is acknowledged, not of what was read.
func TestMarksFollowTheWatermark(t *testing.T) {
	p := &partition{}
	lane := &memoryLane{m: newMemory(), mark: 10}
	p.open(lane, 10, mark{next: 10, offset: 9, time: 9})
	batch := func(next int64, times ...int64) *pipeline.Batch {
		b := &pipeline.Batch{Next: next}
		for i, at := range times {
			r := pipeline.Record{Offset: next - int64(len(times)-i)}
			if at > 0 {
				r.Time = time.UnixMilli(at)
			}
			b.Records = append(b.Records, r)
		}
		return b
	}
	for _, b := range []*pipeline.Batch{batch(20, 18, 19), batch(30), batch(40, 38, 0), batch(50, 49)} {
		p.expect(markOf(b))
	}
	require.Equal(t, mark{50, 49, 49}, p.latest())
	for _, tc := range []struct {
		watermark int64
		left      mark
	}{
		{10, mark{10, 9, 9}}, {20, mark{20, 19, 19}}, {30, mark{30, 19, 19}}, // nothing readable
		{40, mark{40, 19, 19}}, // no timestamp
		{50, mark{50, 49, 49}}, {60, mark{60, 49, 49}},
	} {
		lane.mark = tc.watermark
		_, left, ok := p.news(true)
		require.Equal(t, tc.left, left)
		require.Equal(t, tc.watermark > 0, ok)
	}
	p.open(lane, 60, mark{})
	require.Equal(t, mark{}, p.latest(), "the position was moved: nothing is known of what is before it")
}

func FuzzParseMark(f *testing.F) {
	for _, s := range []string{"", "tacet 1 60 59 1790000000000", "tacet 1 60 59", "tacet 2 60 59 1", "tacet 1 60 59 1 and more", "tacet 1 060 59 1", "tacet 1 60 59 0"} {
		f.Add(s, int64(60))
	}
	f.Fuzz(func(t *testing.T, text string, next int64) {
		m := parseMark(text, next)
		if m == (mark{}) {
			return
		}
		require.Equal(t, next, m.next)
		require.Equal(t, text, m.String())
		require.Equal(t, text, fmt.Sprintf("tacet 1 %d %d %d", m.next, m.offset, m.time))
	})
}
