package audit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// publisher gives checkpoints to the witness. One that fails is tried again, until a newer one takes its place: a later checkpoint
// says all that an earlier one did.
type publisher struct {
	publish func(ctx context.Context, signed []byte) error
	log     *slog.Logger
	next    chan []byte // holds the newest
	done    sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
}

const (
	publishFirst = time.Second // pause before a new attempt; it doubles
	publishMost  = time.Minute
	publishLast  = 5 * time.Second // for the last checkpoint, when the log closes
)

func newPublisher(publish func(context.Context, []byte) error, log *slog.Logger) *publisher {
	p := &publisher{publish: publish, log: log, next: make(chan []byte, 1)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	if publish != nil {
		p.done.Go(p.run)
	}
	return p
}

// put is called by one goroutine at a time.
func (p *publisher) put(signed []byte) {
	if p.publish == nil {
		return
	}
	select {
	case <-p.next: // superseded
	default:
	}
	p.next <- signed
}

func (p *publisher) run() {
	pause := publishFirst
	signed, open := <-p.next
	for open {
		err := p.publish(p.ctx, signed)
		if err == nil {
			pause = publishFirst
			signed, open = <-p.next
			continue
		}
		p.log.Warn("checkpoint is not published", "error", err, "again_in", pause)
		t := time.NewTimer(pause)
		select {
		case <-t.C:
			pause = min(2*pause, publishMost)
		case newer, ok := <-p.next:
			if ok {
				signed = newer
			} else {
				_ = p.publish(p.ctx, signed) // the last chance
				open = false
			}
		case <-p.ctx.Done():
			open = false
		}
		t.Stop()
	}
}

func (p *publisher) close() {
	close(p.next)
	t := time.AfterFunc(publishLast, p.cancel)
	p.done.Wait()
	t.Stop()
	p.cancel()
}
