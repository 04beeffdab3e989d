// Package source reads Kafka topics as a member of a consumer group and drives one lane of the engine for each assigned
// partition.
//
// It builds on kafka-go's ConsumerGroup for membership and on its Transport for everything else. The group Reader isn't
// used: it has no hook for revoked partitions and can set another member's offset back.
//
// The promises, and where they are kept:
//
//   - Nothing is committed before it is acknowledged: only a lane's Watermark is ever committed (generation.go).
//   - Nothing is skipped in silence: a position that doesn't exist is an error, or is counted and logged (offsets.go).
//   - Aborted records and transaction markers never come through, and never hold the position back (records.go).
//   - When partitions are taken away, lanes get time to finish and what they finished is committed before the group goes
//     on (generation.go).
package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// Metrics is what a Source reports; *pipeline.Metrics is one. All methods are called by several goroutines.
type Metrics interface {
	Rebalance(reason string)        // a new assignment, by what led to it: start, group, topics, error
	Assigned(n int)                 // partitions owned now
	DrainSeconds(s float64)         // time one lane took to drain
	Abandoned(n int)                // records a drain gave up; their next owner reads them again
	CommitSeconds(s float64)        // time of one commit that succeeded
	CommitError()                   // a commit that failed and will be tried again
	Skipped(reason string, n int64) // records that will never be read: deleted, beyond_end, replaced
	FetchError(topic string)        // an attempt to read that failed and is made again
	Committed(id pipeline.LaneID, offset int64)
	Received(id pipeline.LaneID, records, bytes int)
	LaneClosed(id pipeline.LaneID) // the partition is no longer owned: delete its series
}

// NoMetrics discards what is reported.
type NoMetrics struct{}

// The methods of Metrics.
func (NoMetrics) Rebalance(string)                   {}
func (NoMetrics) Assigned(int)                       {}
func (NoMetrics) DrainSeconds(float64)               {}
func (NoMetrics) Abandoned(int)                      {}
func (NoMetrics) CommitSeconds(float64)              {}
func (NoMetrics) CommitError()                       {}
func (NoMetrics) Skipped(string, int64)              {}
func (NoMetrics) FetchError(string)                  {}
func (NoMetrics) Committed(pipeline.LaneID, int64)   {}
func (NoMetrics) Received(pipeline.LaneID, int, int) {}
func (NoMetrics) LaneClosed(pipeline.LaneID)         {}

// Source is a member of a consumer group. It implements pipeline.Source.
type Source struct {
	cfg       Config
	m         Metrics
	log       *slog.Logger
	addr      net.Addr
	transport *kafka.Transport
	dialer    *kafka.Dialer
	client    *kafka.Client
	blocks    blocks
	late      map[string]bool // topics seen to be missing; written by awaitTopics, while no lane runs
	logged    time.Time       // the last failure to join that was logged; belongs to Run
}

var _ pipeline.Source = (*Source)(nil)

// metadataTTL is the longest a moved leader stays unknown. kafka-go has no way to ask for fresh metadata, it only draws
// its refresh interval between zero and this, and gives each refresh no more time than this.
const metadataTTL = 2 * time.Second

// New checks the configuration. It doesn't connect.
func New(c Config, m Metrics, log *slog.Logger) (*Source, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("configure source: %w", err)
	}
	if c.Transport == nil {
		var err error
		if c.Transport, c.Dialer, err = Connect(ConnectConfig{Brokers: c.Brokers}); err != nil {
			return nil, err
		}
	}
	s := &Source{cfg: c, m: m, log: log.With("group", c.Group), dialer: c.Dialer, blocks: blocks{new(sync.Pool)}, late: map[string]bool{}}
	s.addr = kafka.TCP(c.Brokers...)
	// A transport of our own: one that a sink shares must know other topics than these. Restricting the topics
	// keeps the frequent refresh small on clusters with thousands of them.
	s.transport = &kafka.Transport{
		Dial: c.Transport.Dial, DialTimeout: c.Transport.DialTimeout, IdleTimeout: c.Transport.IdleTimeout,
		ClientID: c.Transport.ClientID, TLS: c.Transport.TLS, SASL: c.Transport.SASL, Resolver: c.Transport.Resolver,
		MetadataTTL: metadataTTL, MetadataTopics: c.Topics,
	}
	s.client = &kafka.Client{Addr: s.addr, Transport: s.transport}
	return s, nil
}

// Run joins the group and reads until ctx ends, OffsetReset says fail, or a lane fails.
func (s *Source) Run(ctx context.Context, in pipeline.Intake) error {
	defer s.transport.CloseIdleConnections()
	defer s.m.Assigned(0)
	var dismissals sync.WaitGroup
	defer dismissals.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	reason := reasonStart
	for turn := rand.N(len(s.cfg.Brokers)); ctx.Err() == nil; turn++ {
		topics := s.awaitTopics(ctx)
		if topics == nil {
			return nil
		}
		member, why, err := s.runMember(ctx, in, topics, reason, turn)
		if err != nil {
			return err
		}
		if reason = why; reason == reasonError {
			if member != "" {
				dismissals.Go(func() { s.dismiss(ctx, member) }) // beside the next attempt, which waits for the former self
			}
			pause(ctx, s.cfg.JoinPause)
		}
	}
	return nil
}

// What led to an assignment: the label values of Metrics.Rebalance.
const (
	reasonStart  = "start"
	reasonGroup  = "group"  // the coordinator ended the one before
	reasonTopics = "topics" // partitions or topics changed
	reasonError  = "error"  // an attempt to join failed
)

// runMember is one membership: from joining with a set of topics to leaving the group because ctx ended, the topics
// changed, an attempt to join failed, or an error that is the end. It returns its last member id and why it ended.
//
// kafka-go asks the first broker of its list that accepts a connection who the coordinator is, always in the same order,
// and a frozen one accepts connections: each membership begins with another broker.
func (s *Source) runMember(ctx context.Context, in pipeline.Intake, topics map[string]int, reason string, turn int) (member, why string, err error) {
	turn %= len(s.cfg.Brokers)
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: s.cfg.Group, Brokers: slices.Concat(s.cfg.Brokers[turn:], s.cfg.Brokers[:turn]), Dialer: s.dialer,
		Topics:            slices.Sorted(maps.Keys(topics)),
		GroupBalancers:    []kafka.GroupBalancer{roundRobin{}},
		HeartbeatInterval: s.cfg.Heartbeat, SessionTimeout: s.cfg.Session, RebalanceTimeout: s.cfg.Rebalance,
		JoinGroupBackoff: s.cfg.JoinPause, Timeout: s.cfg.coordinatorTimeout(),
		StartOffset: kafka.FirstOffset, // only a mark for "none committed"
	})
	if err != nil {
		return "", "", fmt.Errorf("configure consumer group: %w", err)
	}
	defer s.leave(group)
	for {
		gen, err := group.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return member, "", nil
		case errors.Is(err, kafka.InvalidSessionTimeout):
			return "", "", fmt.Errorf("join group %s: %w: the brokers don't allow a session of %v", s.cfg.Group, err, s.cfg.Session)
		case errors.Is(err, kafka.RebalanceInProgress):
			continue // another member came or went in the meantime; kafka-go joins again
		case err != nil:
			if time.Since(s.logged) >= logEvery {
				s.log.Warn("can't join the group, trying again", "err", err)
				s.logged = time.Now()
			}
			return member, reasonError, nil
		}
		member = gen.MemberID
		s.m.Rebalance(reason)
		g := newGeneration(s, gen, topics)
		type outcome struct {
			leave bool
			err   error
		}
		done := make(chan outcome, 1)
		gen.Start(func(ended context.Context) {
			leave, err := g.run(ctx, ended, in)
			done <- outcome{leave, err}
			if leave {
				// Returning now would let kafka-go join again at once; wait until it has been told to leave.
				<-ended.Done()
			}
		})
		if o := <-done; o.leave {
			return member, reasonTopics, o.err
		}
		reason = reasonGroup
	}
}

// dismiss tells the coordinator that this process is no longer the given member, until it has understood. kafka-go
// forgets its member id when an attempt to join fails and joins as somebody new; the partitions of who it was before
// would be nobody's until the session timeout.
func (s *Source) dismiss(ctx context.Context, member string) {
	for n := 0; ctx.Err() == nil; n++ {
		try, cancel := context.WithTimeout(ctx, s.cfg.coordinatorTimeout())
		r, err := s.client.LeaveGroup(try, &kafka.LeaveGroupRequest{
			GroupID: s.cfg.Group, Members: []kafka.LeaveGroupRequestMember{{ID: member}},
		})
		cancel()
		if err == nil {
			err = cmp.Or(r.Error, r.Members[0].Error)
		}
		if err == nil || errors.Is(err, kafka.UnknownMemberId) {
			return
		}
		pause(ctx, backoff(n, s.cfg.RetryMin, s.cfg.JoinPause))
	}
}

// leave leaves the group. kafka-go can't interrupt an attempt to join, which takes as long as the other members drain;
// that is not waited for: the goroutine ends by itself.
func (s *Source) leave(group *kafka.ConsumerGroup) {
	closed := make(chan struct{})
	go func() {
		_ = group.Close() // always nil
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(s.cfg.coordinatorTimeout()):
		s.log.Warn("left without the coordinator's answer; it will notice after the session timeout")
	}
}

// awaitTopics waits until at least one of the topics exists and returns those that do, with their number of
// partitions; nil when ctx ended before. Only existing topics are subscribed to: one that is missing makes kafka-go
// assign nothing at all, and its way to look topics up creates them on clusters that allow it.
func (s *Source) awaitTopics(ctx context.Context) map[string]int {
	logged := -1
	for n := 0; ctx.Err() == nil; n++ {
		counts, err := s.partitionCounts(ctx)
		if err != nil {
			if ctx.Err() == nil && n%20 == 3 {
				s.log.Warn("can't read the list of topics, trying again", "err", err)
			}
			pause(ctx, backoff(n, s.cfg.RetryMin, s.cfg.RetryMax))
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(s.cfg.Topics), func(t string) bool { return counts[t] > 0 })
		for _, t := range missing {
			s.late[t] = true
		}
		if len(missing) > 0 && len(missing) != logged {
			s.log.Warn("topics don't exist yet; reading the others", "missing", missing, "existing", len(counts))
			logged = len(missing)
		}
		if len(counts) > 0 {
			return counts
		}
		pause(ctx, min(s.cfg.TopicCheck, time.Second))
	}
	return nil
}

// partitionCounts gives the number of partitions of the topics that exist, from metadata that is at most metadataTTL
// old.
func (s *Source) partitionCounts(ctx context.Context) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	m, err := s.client.Metadata(ctx, &kafka.MetadataRequest{Topics: s.cfg.Topics})
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	counts := make(map[string]int, len(m.Topics))
	for _, t := range m.Topics {
		switch {
		case errors.Is(t.Error, kafka.UnknownTopicOrPartition):
		case t.Error != nil:
			return nil, fmt.Errorf("read metadata: topic %s: %w", t.Name, t.Error)
		case len(t.Partitions) > 0:
			counts[t.Name] = len(t.Partitions)
		}
	}
	return counts, nil
}
