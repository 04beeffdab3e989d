package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/offsetcommit"

	"github.com/sonexlabs/tacet/pipeline"
)

// generation is one assignment of partitions to this member. Its run method is the only one that commits.
type generation struct {
	*Source
	id         int32
	member     string
	partitions []*partition
	built      map[string]int // topics subscribed to, and how many partitions they had before this assignment was made
	shrunk     int            // consecutive looks that saw fewer
	fatal      chan error     // first error that must end the process
	logged     time.Time      // the last failed commit that was logged
}

// partition is one assigned partition. Its lane is replaced when the position had to be moved.
type partition struct {
	id    pipeline.LaneID
	start int64 // as assigned; negative when the group has no offset

	mu        sync.Mutex
	lane      pipeline.Lane // nil until the start offset is known
	committed int64         // what the group has; -1 when the next commit must be made whatever it was
	left      mark          // what the last batch that was acknowledged, and had records, left
	pending   []mark        // of those that aren't, in order
}

func newGeneration(s *Source, gen *kafka.Generation, built map[string]int) *generation {
	g := &generation{Source: s, id: gen.ID, member: gen.MemberID, built: built, fatal: make(chan error, 1)}
	for topic, assigned := range gen.Assignments {
		for _, a := range assigned {
			id := pipeline.LaneID{Topic: topic, Partition: int32(a.ID)}
			g.partitions = append(g.partitions, &partition{id: id, start: a.Offset, committed: max(a.Offset, -1)})
		}
	}
	return g
}

// run drives the lanes until the generation ends, or this member has a reason to leave the group: ctx ended, the topics
// changed, or an error. When it returns, all lanes are drained and what they acknowledged is committed.
//
// ended is done when the coordinator starts a rebalance or can't be reached. From then on nobody sends heartbeats;
// commits keep the membership alive until the drain is over.
func (g *generation) run(ctx, ended context.Context, in pipeline.Intake) (leave bool, err error) {
	g.log.Info("partitions assigned", "generation", g.id, "count", len(g.partitions))
	g.m.Assigned(len(g.partitions))
	reading, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(ended, stop)() // at once, even while a commit hangs

	var lanes sync.WaitGroup
	for _, p := range g.partitions {
		lanes.Go(func() { g.serve(reading, p, in) })
	}
	commit := time.NewTicker(g.cfg.Commit)
	defer commit.Stop()
	topics := time.NewTicker(g.cfg.TopicCheck)
	defer topics.Stop()
	for !leave && reading.Err() == nil {
		select {
		case <-reading.Done():
		case err = <-g.fatal:
			leave = true
		case <-commit.C:
			_ = g.commit(false) // logged and counted there; the next one tries again
		case <-topics.C:
			leave = g.topicsChanged(ctx)
		}
	}
	stop()
	g.drain(&lanes, commit)
	if counts, e := g.partitionCounts(context.Background()); e == nil {
		// Looked up before kafka-go joins again: a partition that appears later will be noticed as new.
		for t := range g.built {
			g.built[t] = counts[t]
		}
	}
	for _, p := range g.partitions {
		g.m.LaneClosed(p.id)
	}
	if err == nil {
		select {
		case err = <-g.fatal: // while draining
		default:
		}
	}
	return leave || err != nil || ctx.Err() != nil, err
}

// drain waits for the lanes and commits what they acknowledge: as it comes, every third of a session to stay a member,
// and at the end.
func (g *generation) drain(lanes *sync.WaitGroup, commit *time.Ticker) {
	drained := make(chan struct{})
	go func() {
		lanes.Wait()
		close(drained)
	}()
	alive := time.NewTicker(g.cfg.Session / 3)
	defer alive.Stop()
	for done := false; !done; {
		select {
		case <-drained:
			done = true
		case <-commit.C:
			_ = g.commit(false)
		case <-alive.C:
			_ = g.commit(true)
		}
	}
	began := time.Now()
	for n := 0; time.Since(began) < g.cfg.coordinatorTimeout(); n++ {
		err := g.commit(false)
		if err == nil {
			return
		}
		if errors.Is(err, kafka.UnknownMemberId) || errors.Is(err, kafka.IllegalGeneration) {
			break // the partitions have other owners by now
		}
		pause(context.Background(), backoff(n, g.cfg.RetryMin, time.Second))
	}
	g.log.Warn("the last commit failed; the records since the one before will be read again")
}

// serve runs one partition until reading ends, then drains its lane.
func (g *generation) serve(reading context.Context, p *partition, in pipeline.Intake) {
	f := &fetcher{Source: g.Source, id: p.id, log: g.log.With("lane", p.id.String())}
	f.bytes = int32(min(fetchMax, max(fetchMin, g.cfg.FetchBytes/len(g.partitions))))
	position := p.start
	left, err := f.committedMark(reading, position)
	if err != nil {
		g.fail(reading, err)
		return
	}
	for n := 0; ; n++ {
		from, err := f.startOffset(reading, position, left)
		if err != nil {
			g.fail(reading, err)
			return
		}
		lane, err := in.OpenLane(p.id, from)
		if err != nil {
			g.fail(reading, fmt.Errorf("open lane %s: %w", p.id, err))
			return
		}
		if from != position {
			left = mark{}
		}
		p.open(lane, from, left)
		err = f.feed(reading, lane, p, from)
		f.drain(lane)
		select {
		case <-lane.Failed(): // even while it drained
			err = fmt.Errorf("lane %s failed: %w", p.id, lane.Err())
		default:
		}
		// Records that were abandoned must be read again.
		position = lane.Watermark()
		left = p.markAt(position)
		if errors.Is(err, pipeline.ErrReread) {
			f.log.Info("reading again", "position", position, "why", err)
			continue
		}
		if !errors.Is(err, kafka.OffsetOutOfRange) {
			g.fail(reading, err)
			return
		}
		// The broker refuses the position, so it is judged from there.
		f.log.Warn("position is out of range", "position", position)
		pause(reading, backoff(n, f.cfg.RetryMin, f.cfg.RetryMax))
	}
}

// fail ends the process, unless err only says that reading has ended.
func (g *generation) fail(reading context.Context, err error) {
	if err == nil || reading.Err() != nil && errors.Is(err, reading.Err()) {
		return
	}
	select {
	case g.fatal <- err:
	default: // one is enough
	}
}

// feed fills the lane until ctx ends or something can't be mended by waiting.
func (f *fetcher) feed(ctx context.Context, lane pipeline.Lane, p *partition, from int64) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		select {
		case <-lane.Failed():
			stop(lane.Err()) // serve looks at the lane itself
		case <-ctx.Done():
		}
	}()
	err := f.read(ctx, lane, p, from)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (f *fetcher) read(ctx context.Context, lane pipeline.Lane, p *partition, position int64) error {
	if err := f.warm(ctx, lane, 0, position); err != nil {
		return err
	}
	for {
		c, err := f.fetch(ctx, position, cutter{})
		if err != nil {
			return err
		}
		if f.doubt {
			f.doubt = false
			if same, err := f.holds(ctx, p.latest()); err != nil || !same {
				return cmp.Or(err, error(kafka.OffsetOutOfRange)) // serve finds out what to do
			}
		}
		position = c.next
		// The last stable offset is how far can be read: what an open transaction holds back is not lag of ours.
		lane.Fetched(position, max(position, c.end))
		began := time.Now()
		for _, b := range c.batches {
			f.m.Received(f.id, len(b.Records), b.Bytes)
			p.expect(markOf(b))
			if err := lane.Submit(ctx, b); err != nil {
				return fmt.Errorf("hand over batch: %w", err)
			}
		}
		f.doubt = time.Since(began) > doubtAfter
	}
}

// drain gives the lane its time to finish. The deadline is its own: reading has ended already.
func (f *fetcher) drain(lane pipeline.Lane) {
	ctx, cancel := context.WithTimeout(context.Background(), f.cfg.Drain)
	defer cancel()
	began := time.Now()
	abandoned := lane.Drain(ctx)
	f.m.DrainSeconds(time.Since(began).Seconds())
	f.m.Abandoned(abandoned)
	if abandoned > 0 {
		f.log.Warn("records were given up in a drain and will be read again", "abandoned", abandoned)
	}
}

// open sets the lane to commit for, and what was left before it. A start that isn't what the group has is committed even when it lies lower: the
// position was moved on purpose.
func (p *partition) open(lane pipeline.Lane, from int64, left mark) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lane, p.left, p.pending = lane, left, p.pending[:0]
	if from != p.committed {
		p.committed = -1
	}
}

// expect notes what a batch leaves that is about to be handed over.
func (p *partition) expect(m mark) {
	if m.time == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = append(p.pending, m)
}

// markAt gives what was left before an offset up to which everything is acknowledged.
func (p *partition) markAt(offset int64) mark {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.markAtLocked(offset)
}

func (p *partition) markAtLocked(offset int64) mark {
	n := 0
	for n < len(p.pending) && p.pending[n].next <= offset {
		p.left = p.pending[n]
		n++
	}
	p.pending = append(p.pending[:0], p.pending[n:]...)
	p.left.next = offset
	return p.left
}

// latest gives what the last batch that was handed over left.
func (p *partition) latest() mark {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.pending); n > 0 {
		return p.pending[n-1]
	}
	return p.left
}

// news gives the lane and its watermark when that is news to the group, or in any case when force is set.
func (p *partition) news(force bool) (lane pipeline.Lane, left mark, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lane == nil {
		return nil, mark{}, false
	}
	left = p.markAtLocked(p.lane.Watermark())
	return p.lane, left, left.next > p.committed || force && left.next == p.committed
}

// done notes a commit that succeeded, unless the lane was replaced meanwhile.
func (p *partition) done(lane pipeline.Lane, offset int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lane == lane {
		p.committed = offset
	}
}

// commit sends the watermarks that rose since the last one; with force also those that did not, as a sign of life. Only
// partitions of this generation are in it: brokers don't check that.
func (g *generation) commit(force bool) error {
	type item struct {
		*partition
		lane   pipeline.Lane
		offset int64
	}
	var items []item
	topics := map[string][]offsetcommit.RequestPartition{}
	for _, p := range g.partitions {
		if lane, left, ok := p.news(force); ok {
			items = append(items, item{p, lane, left.next})
			topics[p.id.Topic] = append(topics[p.id.Topic], offsetcommit.RequestPartition{
				PartitionIndex: p.id.Partition, CommittedOffset: left.next, CommittedLeaderEpoch: -1, CommittedMetadata: left.String(),
			})
		}
	}
	if len(items) == 0 {
		return nil
	}
	began := time.Now()
	if err := g.sendCommit(topics); err != nil {
		g.m.CommitError()
		if time.Since(g.logged) >= logEvery {
			g.log.Warn("commit failed, trying again", "err", err)
			g.logged = time.Now()
		}
		return err
	}
	g.m.CommitSeconds(time.Since(began).Seconds())
	for _, i := range items {
		i.done(i.lane, i.offset)
		g.m.Committed(i.id, i.offset)
	}
	return nil
}

// sendCommit commits as this generation's member: the coordinator refuses it once the next generation exists. It goes
// through the transport, which looks the coordinator up each time, and not through kafka-go's Generation, which is
// stuck with a connection that may be dead or lead to a broker that isn't the coordinator any more. The request is
// built here because Client.OffsetCommit claims leader epoch 0 for every record.
func (g *generation) sendCommit(topics map[string][]offsetcommit.RequestPartition) error {
	ctx, cancel := context.WithTimeout(context.Background(), g.cfg.coordinatorTimeout())
	defer cancel()
	req := &offsetcommit.Request{GroupID: g.cfg.Group, GenerationID: g.id, MemberID: g.member, RetentionTimeMs: -1}
	for name, partitions := range topics {
		req.Topics = append(req.Topics, offsetcommit.RequestTopic{Name: name, Partitions: partitions})
	}
	r, err := g.transport.RoundTrip(ctx, g.addr, req)
	if err != nil {
		return err
	}
	n := 0
	for _, t := range r.(*offsetcommit.Response).Topics {
		for _, p := range t.Partitions {
			if p.ErrorCode != 0 {
				return fmt.Errorf("topic %s partition %d: %w", t.Name, p.PartitionIndex, kafka.Error(p.ErrorCode))
			}
			n++
		}
		n -= len(topics[t.Name])
	}
	if n != 0 {
		return errors.New("coordinator answered for other partitions")
	}
	return nil
}

// topicsChanged tells whether the assignment no longer fits the topics: one has more partitions than when the assignment
// was made, one that was missing exists now, or one is gone. Members that learn of it leave and join again, which
// makes the group share out anew whoever its leader is; kafka-go's own watch compares with its first look, which may
// come after the change. A loss is believed at the third look: a broker that just started may not know all topics.
func (g *generation) topicsChanged(ctx context.Context) bool {
	counts, err := g.partitionCounts(ctx)
	if err != nil {
		return false // fetches report what is wrong
	}
	less := false
	for _, t := range g.cfg.Topics {
		if counts[t] > g.built[t] {
			g.log.Info("topic has new partitions, joining the group again", "topic", t, "before", g.built[t], "now", counts[t])
			return true
		}
		less = less || counts[t] < g.built[t]
	}
	if !less {
		g.shrunk = 0
		return false
	}
	g.shrunk++
	if g.shrunk >= 3 {
		g.log.Warn("topics have gone, joining the group again", "before", maps.Clone(g.built), "now", counts)
	}
	return g.shrunk >= 3
}
