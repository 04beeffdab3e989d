package pipeline

import (
	"errors"
	"fmt"
	"strings"
)

// Error says where something went wrong and what to do. It never carries a payload, a key or a matched value.
type Error struct {
	Op     string // verb phrase, lower case: "decode record"
	Lane   LaneID // zero when not about a lane
	Offset int64  // -1 when not about a record
	Field  string // path of the field, from the policy's own list; "" when unknown
	Err    error
	Hint   string // what the operator can do; may be ""
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Lane.Topic != "" {
		fmt.Fprintf(&b, ": topic %s partition %d", e.Lane.Topic, e.Lane.Partition)
		if e.Offset >= 0 {
			fmt.Fprintf(&b, " offset %d", e.Offset)
		}
	}
	if e.Field != "" {
		fmt.Fprintf(&b, " field %s", e.Field)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", e.Hint)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Permanent marks err as one that no waiting will cure: the records themselves are at fault (too large, refused by the
// destination's schema). Never mark network, authentication (401, 403), throttling (429) or server errors (5xx) so.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// IsPermanent tells whether err was marked by Permanent.
func IsPermanent(err error) bool {
	var p *permanentError
	return errors.As(err, &p)
}

// ErrReread ends a lane whose records waited for a sink when people asked for something: they are to be read again from the watermark, by a
// lane that knows of it.
var ErrReread = errors.New("people asked for something while records waited for a sink: they are to be read again")

type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// Lost marks err as the loss of records that a writer had accepted but not made durable (a failed fsync, say). The lane
// can't go on; the process ends and the records are read again from the committed offset.
func Lost(err error) error {
	if err == nil {
		return nil
	}
	return &lostError{err}
}

// IsLost tells whether err was marked by Lost.
func IsLost(err error) bool {
	var l *lostError
	return errors.As(err, &l)
}
