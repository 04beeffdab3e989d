package benchmarks

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// latency sends records at an even rate and measures, for each that comes out, the time from just before it was produced to when
// a consumer of the output has it. Producing and consuming are part of it, for copy loop and pipeline alike: the
// difference of the two is what the pipeline adds.
func (k *cluster) latency(ctx context.Context, o options, corpus string, values []message, perSecond float64, move mover) (latency, int, error) {
	seen, err := k.through(ctx, o, corpus, values, perSecond, o.latency, move)
	if err != nil {
		return latency{}, 0, err
	}
	slices.Sort(seen)
	return latency{seen[len(seen)/2], seen[len(seen)*99/100]}, len(seen), nil
}

// capacity is how many records a second get through the pipeline when as many are produced as can be.
func (k *cluster) capacity(ctx context.Context, o options, corpus string, values []message) (float64, error) {
	const length = 4 * time.Second
	seen, err := k.through(ctx, o, corpus, values, 1e9, length, k.pipeline)
	return float64(len(seen)) / length.Seconds(), err
}

// through sends records through a mover and gives the milliseconds each took that came out while they were being sent.
func (k *cluster) through(ctx context.Context, o options, corpus string, values []message, perSecond float64, length time.Duration, move mover) ([]float64, error) {
	in, err := k.newTopic(ctx, o.partitions)
	if err != nil {
		return nil, err
	}
	out, err := k.newTopic(ctx, o.partitions)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var moved atomic.Int64
	moverEnded := make(chan error, 1)
	go func() {
		_, err := move(ctx, in, out, corpus, o.partitions, &moved)
		moverEnded <- err
	}()
	var mu sync.Mutex
	var seen []float64
	var readers sync.WaitGroup
	for p := range o.partitions {
		readers.Go(func() {
			k.follow(ctx, out, p, func(produced time.Time) {
				ms := float64(time.Since(produced).Microseconds()) / 1000
				mu.Lock()
				seen = append(seen, ms)
				mu.Unlock()
			})
		})
	}
	// Get everything going before it counts.
	if err := k.trickle(ctx, in, values, o.partitions, min(perSecond, 20_000), 2*time.Second); err != nil {
		return nil, err
	}
	mu.Lock()
	seen = seen[:0]
	mu.Unlock()
	if err := k.trickle(ctx, in, values, o.partitions, perSecond, length); err != nil {
		return nil, err
	}
	mu.Lock()
	result := slices.Clone(seen)
	mu.Unlock()
	cancel()
	readers.Wait()
	if err := <-moverEnded; err != nil {
		return nil, err
	}
	if len(result) == 0 {
		return nil, errors.New("nothing came out")
	}
	return result, nil
}

// trickle produces records at a rate, in small groups every 5 ms.
func (k *cluster) trickle(ctx context.Context, topic string, values []message, partitions int, perSecond float64, d time.Duration) error {
	start := time.Now()
	sent := 0
	for time.Since(start) < d {
		due := int(perSecond * time.Since(start).Seconds())
		byPartition := make([][]message, partitions)
		for most := sent + 4*chunk; sent < due && sent < most; sent++ {
			m := values[sent%len(values)]
			p := partitionOf(m.key, sent*chunk, partitions)
			byPartition[p] = append(byPartition[p], m)
		}
		var wg sync.WaitGroup
		errs := make([]error, partitions)
		for p, group := range byPartition {
			if len(group) > 0 {
				wg.Go(func() {
					for part := range slices.Chunk(group, chunk) {
						if errs[p] == nil {
							errs[p] = k.produce(ctx, topic, p, part)
						}
					}
				})
			}
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if perSecond < 1e9 {
			time.Sleep(5 * time.Millisecond)
		}
	}
	return nil
}

// follow reads one partition and reports the timestamp of each record.
func (k *cluster) follow(ctx context.Context, topic string, p int, f func(time.Time)) {
	for offset := int64(0); ctx.Err() == nil; {
		r, err := k.client.Fetch(ctx, &kafka.FetchRequest{Topic: topic, Partition: p, Offset: offset, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 500 * time.Millisecond})
		if err != nil || r.Error != nil {
			continue
		}
		for {
			rec, err := r.Records.ReadRecord()
			if errors.Is(err, io.EOF) || err != nil {
				break
			}
			if rec.Offset >= offset {
				offset = rec.Offset + 1
				f(rec.Time)
			}
		}
	}
}

// memory is what the process takes with many open calls.
type memory struct {
	Calls      int     `json:"calls"`
	HeapMB     float64 `json:"heap_mb"`     // in use after a collection, less what was in use before
	ResidentMB float64 `json:"resident_mb"` // most the process had up to then
}

// residentPeak is the most memory the process ever had (VmHWM), which includes whatever ran before.
func residentPeak() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

func heapInUse() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse) / 1e6
}
