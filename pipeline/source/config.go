package source

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
)

// Start says where to begin a partition the group has never committed an offset for.
type Start string

// The values of Start.
const (
	StartEarliest Start = "earliest"
	// StartLatest leaves out what was there when the group first saw the topic. Partitions added to the topic later
	// are read from their first record all the same: nobody has decided to skip those.
	StartLatest Start = "latest"
)

// Reset says what to do when the next offset to read does not exist (any more).
type Reset string

// The values of Reset.
const (
	ResetFail     Reset = "fail" // end with an error: a person decides
	ResetEarliest Reset = "earliest"
	ResetLatest   Reset = "latest"
)

// Config is what a Source needs. DefaultConfig has a value for everything but Brokers, Group and Topics.
type Config struct {
	Brokers []string // host:port, any of the cluster
	Group   string
	Topics  []string

	// Transport and Dialer come from Connect. Both nil means a plain connection, which Connect allows on loopback only.
	Transport *kafka.Transport
	Dialer    *kafka.Dialer

	Start       Start
	OffsetReset Reset

	// BatchRecords is the cut size: no batch crosses a multiple of it. Changing it moves the ranges that sinks group
	// by, so the records since the last commit may be written a second time under other names.
	BatchRecords int
	BatchBytes   int // a batch ends before it holds more, unless a single record is larger
	// FetchBytes bounds what all fetches together may bring at once, as it comes from the wire (compressed). It is shared
	// evenly among the assigned partitions, with at least 64 KiB and at most 1 MiB for each. A larger record still
	// comes through: brokers send at least one batch.
	FetchBytes int

	// WarmRecords and WarmAge bound the window that is read again before the committed offset to rebuild call state:
	// so many offsets, and no record older than WarmAge before the first one to deliver. Zero WarmRecords: no window.
	WarmRecords int
	WarmAge     time.Duration

	Session    time.Duration // silence after which the coordinator takes this member for dead
	Rebalance  time.Duration // how long the coordinator waits for members to come back in a rebalance
	Heartbeat  time.Duration // also how soon a rebalance is noticed
	Drain      time.Duration // how long lanes may work off what they hold when partitions are taken away
	Commit     time.Duration // between commits: what a crash repeats
	FetchWait  time.Duration // how long a broker holds a fetch when there is nothing to read
	Timeout    time.Duration // of one request, beyond the time the broker may hold it
	TopicCheck time.Duration // between looks for new partitions and topics
	JoinPause  time.Duration // after a failed attempt to join the group
	ConfirmEnd time.Duration // how long a position beyond the log's end must stay there until it is believed
	RetryMin   time.Duration // first bound of the random pause between attempts; it doubles
	RetryMax   time.Duration // last bound of that pause
}

// DefaultConfig has the values that suit a cluster in the same region.
func DefaultConfig() Config {
	return Config{
		Start:        StartEarliest,
		OffsetReset:  ResetFail,
		BatchRecords: 500,
		BatchBytes:   1 << 20,
		FetchBytes:   32 << 20,
		WarmRecords:  2000,
		WarmAge:      10 * time.Minute,

		Session:    30 * time.Second, // survives a broker restart and a long pause of the machine
		Rebalance:  30 * time.Second,
		Heartbeat:  3 * time.Second,  // a tenth of Session: several may get lost
		Drain:      12 * time.Second, // below half of Session and Rebalance: room for the last commits
		Commit:     time.Second,
		FetchWait:  500 * time.Millisecond, // short enough that stopping never waits long for a connection
		Timeout:    10 * time.Second,
		TopicCheck: 10 * time.Second, // cached metadata: costs no request
		JoinPause:  time.Second,
		ConfirmEnd: 5 * time.Second, // a new leader may not know yet how far its log is committed
		RetryMin:   50 * time.Millisecond,
		RetryMax:   5 * time.Second,
	}
}

// Validate names everything that is wrong.
func (c Config) Validate() error {
	var errs []error
	bad := func(cond bool, format string, args ...any) {
		if cond {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(len(c.Brokers) == 0, "brokers: at least one address is needed")
	bad(c.Group == "", "group: a name is needed")
	bad(len(c.Topics) == 0, "topics: at least one is needed")
	for i, t := range c.Topics {
		bad(t == "", "topics: entry %d is empty", i+1)
		bad(slices.Contains(c.Topics[:i], t), "topics: %s is named twice", t)
	}
	bad(c.Start != StartEarliest && c.Start != StartLatest, "start: %q is neither earliest nor latest", c.Start)
	bad(c.OffsetReset != ResetFail && c.OffsetReset != ResetEarliest && c.OffsetReset != ResetLatest,
		"offset reset: %q is none of fail, earliest, latest", c.OffsetReset)
	bad((c.Transport == nil) != (c.Dialer == nil), "connection: transport and dialer go together")
	bad(c.BatchRecords < 1, "batch records: must be at least 1")
	bad(c.BatchBytes < 1, "batch bytes: must be at least 1")
	bad(c.FetchBytes < fetchMin, "fetch bytes: must be at least %d", fetchMin)
	bad(c.WarmRecords < 0, "warm records: must not be negative")
	bad(c.WarmRecords > 0 && c.WarmAge <= 0, "warm age: must be positive")
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"session", c.Session}, {"rebalance", c.Rebalance}, {"heartbeat", c.Heartbeat}, {"drain", c.Drain},
		{"commit", c.Commit}, {"fetch wait", c.FetchWait}, {"timeout", c.Timeout}, {"topic check", c.TopicCheck},
		{"join pause", c.JoinPause}, {"confirm end", c.ConfirmEnd}, {"retry min", c.RetryMin},
	} {
		bad(d.value < time.Millisecond, "%s: must be at least 1ms", d.name)
	}
	bad(c.RetryMax < c.RetryMin, "retry max: must not be below retry min")
	bad(c.Heartbeat > c.Session/3, "heartbeat: must be at most a third of session (%v)", c.Session)
	// After the drain there must be time left for the last commit before the coordinator gives the partitions away.
	bad(c.Drain >= min(c.Session, c.Rebalance)/2, "drain: must be below half of session and rebalance (%v)",
		min(c.Session, c.Rebalance))
	return errors.Join(errs...)
}

// coordinatorTimeout bounds a request to the group's coordinator: even one that hangs leaves time for the drain and a
// second attempt within the session.
func (c Config) coordinatorTimeout() time.Duration { return min(5*time.Second, c.Session/4) }
