package reveal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestMain makes this binary a process of its own that takes from limits, for the test that needs several.
func TestMain(m *testing.M) {
	if dir := os.Getenv("REVEAL_LIMITS_DIR"); dir != "" {
		takeUntilRefused(dir)
		return
	}
	os.Exit(m.Run())
}

func testLimits(dir string) LimitConfig {
	return LimitConfig{Dir: dir, Principal: Rate{60, 20}, Tenant: Rate{120, 50}, Exports: Rate{6, 3}, BulkPerDay: 30}
}

// limitsFull gives limits whose buckets are full at the time of the clock.
func limitsFull(t testing.TB, c *clock, cfg LimitConfig) *Limits {
	t.Helper()
	l, err := NewLimits(cfg)
	require.NoError(t, err)
	_, created, err := l.seen(c.at.Add(-2000 * time.Hour))
	require.NoError(t, err)
	require.True(t, created)
	return l
}

func TestLimitsBeginEmptyAndFill(t *testing.T) {
	c := newClock()
	l, err := NewLimits(testLimits(t.TempDir()))
	require.NoError(t, err)
	take := func(who string, n int) error { _, err := l.take(c.at, who, "acme", n); return err }
	var wait *waitError
	require.ErrorAs(t, take("bob", 1), &wait)
	require.Equal(t, time.Minute, wait.wait, "a value a minute")
	c.advance(time.Minute - 1)
	require.NoError(t, must2(l.seen(c.at)))
	require.ErrorAs(t, take("bob", 1), &wait)
	require.EqualError(t, wait, "rate limits begin empty, and these have not been there for long enough: try again in 1s", "rounded up")
	c.advance(1)
	require.NoError(t, take("bob", 1))
	require.ErrorAs(t, take("bob", 1), &wait)
	require.EqualError(t, wait, "the rate limit is used up: try again in 1m0s")
	require.EqualError(t, l.takeExport(c.at, "bob", "acme"), "rate limits begin empty, and these have not been there for long enough: try again in 9m0s")
	require.NoError(t, take("carol", 1), "who comes first has a bucket that filled since the state was made")

	c.advance(1000 * time.Hour)
	require.NoError(t, take("bob", 20), "no more than a burst gathers")
	require.ErrorAs(t, take("bob", 1), &wait)
	require.ErrorIs(t, take("carol", 21), errTooMany)
	require.NoError(t, take("carol", 20))
	require.ErrorAs(t, take("dave", 11), &wait, "the tenant's bucket is shared")
	require.NoError(t, take("dave", 10))
	_, err = l.take(c.at, "dave", "globex", 10)
	require.NoError(t, err, "what was refused for the tenant was not taken from the requester")
}

func must2(_ time.Time, _ bool, err error) error { return err }

func TestDeletedLimitsGiveNothing(t *testing.T) {
	c := newClock()
	cfg := testLimits(t.TempDir())
	l := limitsFull(t, c, cfg)
	_, err := l.take(c.at, "bob", "acme", 20)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(cfg.Dir, stateFile)))
	var wait *waitError
	_, err = l.take(c.at, "bob", "acme", 1)
	require.ErrorAs(t, err, &wait)
}

func TestLimitsKnowAClockThatWentBack(t *testing.T) {
	c := newClock()
	cfg := testLimits(t.TempDir())
	l := limitsFull(t, c, cfg)
	require.NoError(t, must2(l.seen(c.at)))
	at, _, err := l.seen(c.at.Add(-clockBack))
	require.NoError(t, err)
	require.Equal(t, c.at, at, "a correction counts as no time")
	_, _, err = l.seen(c.at.Add(-clockBack - 1))
	require.ErrorIs(t, err, errClock)
	_, err = l.take(c.at.Add(-time.Hour), "bob", "acme", 1)
	require.ErrorIs(t, err, errClock)
	again, err := NewLimits(cfg)
	require.NoError(t, err)
	_, _, err = again.seen(c.at.Add(-time.Hour))
	require.ErrorIs(t, err, errClock, "also after a restart")
}

func TestBulkIsNoticed(t *testing.T) {
	c := newClock()
	l := limitsFull(t, c, testLimits(t.TempDir()))
	take := func(who string, n int) bool {
		t.Helper()
		bulk, err := l.take(c.at, who, "acme", n)
		require.NoError(t, err)
		return bulk
	}
	require.False(t, take("bob", 20))
	require.False(t, take("carol", 10))
	require.True(t, take("dave", 1), "31 values of one tenant")
	c.advance(15 * time.Hour)
	require.False(t, take("bob", 20), "the next day")
	c.advance(time.Hour / 2)
	require.True(t, take("bob", 11))
}

func TestDamagedLimitsAreRefused(t *testing.T) {
	c := newClock()
	cfg := testLimits(t.TempDir())
	l := limitsFull(t, c, cfg)
	_, err := l.take(c.at, "bob", "acme", 3)
	require.NoError(t, err)
	name := filepath.Join(cfg.Dir, stateFile)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	f := func(text string) {
		t.Helper()
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		_, err = l.take(c.at, "bob", "acme", 1)
		require.ErrorContains(t, err, "damaged")
	}
	f("")
	f("null")
	f("{}")
	f(string(text) + "{}")
	f(strings.Replace(string(text), `"version": 1`, `"version": 2`, 1))
	f(strings.Replace(string(text), `"clock"`, `"clocks"`, 1))
	for _, part := range []struct{ name, value string }{{"created", `"0001-01-01T00:00:00Z"`}, {"clock", `"2001-01-01T00:00:00Z"`}, {"buckets", "null"}, {"days", "null"}} {
		var whole map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(text, &whole))
		whole[part.name] = json.RawMessage(part.value)
		spoiled, err := json.Marshal(whole)
		require.NoError(t, err)
		f(string(spoiled))
	}
	for i := range len(text) - 2 {
		f(string(text[:i]))
	}
	require.NoError(t, os.WriteFile(name, text, 0o600))
	_, err = l.take(c.at, "bob", "acme", 1)
	require.NoError(t, err)
	entries, err := os.ReadDir(cfg.Dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "no temporary file stays")
	require.NoError(t, os.Remove(name))
	require.NoError(t, os.Mkdir(name, 0o700))
	_, err = l.take(c.at, "bob", "acme", 1)
	require.Error(t, err, "one that can't be read is not one that isn't there")
	_, _, err = l.seen(c.at)
	require.Error(t, err)
	require.NoError(t, os.Remove(name))
	require.NoError(t, os.WriteFile(name, text, 0o600))

	_, err = NewLimits(testLimits(filepath.Join(cfg.Dir, "none")))
	require.Error(t, err)
	_, err = NewLimits(testLimits(name))
	require.ErrorContains(t, err, "not a directory")
	for _, spoil := range []func(*LimitConfig){func(c *LimitConfig) { c.Dir = "" }, func(c *LimitConfig) { c.Principal.Burst = 0 }, func(c *LimitConfig) { c.BulkPerDay = 0 },
		func(c *LimitConfig) { c.Principal.Burst = burstMax + 1 }, func(c *LimitConfig) { c.Tenant.PerHour = 0 }, func(c *LimitConfig) { c.Exports.PerHour = 0 }} {
		bad := testLimits("x")
		require.NoError(t, bad.Validate())
		spoil(&bad)
		require.Error(t, bad.Validate())
	}
}

// Whatever is asked, when, by whom and across which restarts: in every span of time a requester and a tenant get at most a
// burst and what the rate gives in that span.
func TestLimitsHoldInEverySpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "limits")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		rate := func(name string) Rate {
			return Rate{rapid.IntRange(1, 7200).Draw(t, name+" per hour"), rapid.IntRange(1, 50).Draw(t, name+" burst")}
		}
		cfg := LimitConfig{Dir: dir, Principal: rate("principal"), Tenant: rate("tenant"), Exports: Rate{1, 1}, BulkPerDay: 10}
		l, err := NewLimits(cfg)
		require.NoError(t, err)
		c := newClock()
		type taken struct {
			at time.Time
			n  int
		}
		got := map[string][]taken{}
		require.NoError(t, must2(l.seen(c.at)))
		start := c.at
		highest := c.at
		t.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) {},
			"wait": func(t *rapid.T) {
				c.advance(time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "wait")))
			},
			"correct": func(t *rapid.T) {
				c.advance(-time.Duration(rapid.Int64Range(0, int64(clockBack)).Draw(t, "back")))
				if c.at.Before(highest.Add(-clockBack)) {
					c.at = highest.Add(-clockBack)
				}
			},
			"restart": func(t *rapid.T) {
				l, err = NewLimits(cfg)
				require.NoError(t, err)
			},
			"take": func(t *rapid.T) {
				who, tenant := rapid.SampledFrom([]string{"bob", "carol"}).Draw(t, "who"), rapid.SampledFrom([]string{"acme", "globex"}).Draw(t, "tenant")
				n := rapid.IntRange(1, 60).Draw(t, "n")
				if c.at.After(highest) {
					highest = c.at
				}
				require.NoError(t, must2(l.seen(c.at))) // as a desk does: a refusal alone keeps no time
				_, err := l.take(c.at, who, tenant, n)
				var wait *waitError
				switch {
				case err == nil:
					got[who] = append(got[who], taken{highest, n})
					got[tenant] = append(got[tenant], taken{highest, n})
				case errors.Is(err, errTooMany):
					require.True(t, n > cfg.Principal.Burst || n > cfg.Tenant.Burst)
				default:
					require.ErrorAs(t, err, &wait)
					require.Positive(t, wait.wait)
				}
			},
		})
		for who, all := range got {
			r := cfg.Principal
			if who == "acme" || who == "globex" {
				r = cfg.Tenant
			}
			each := time.Hour / time.Duration(r.PerHour)
			for i := range all {
				sum := 0
				for _, k := range all[i:] {
					sum += k.n
					require.LessOrEqual(t, sum, r.Burst+int(k.at.Sub(all[i].at)/each), "%s from %v to %v", who, all[i].at, k.at)
				}
			}
			sum := 0
			for _, k := range all { // and nothing was there at the start
				sum += k.n
				require.LessOrEqual(t, sum, int(k.at.Sub(start)/each), "%s since the start", who)
			}
		}
	})
}

// takeUntilRefused is another process: it waits for a line, then takes single values until none is left, and prints how many.
func takeUntilRefused(dir string) {
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	l, err := NewLimits(testLimits(dir))
	for n := 0; err == nil; n++ {
		var bulk bool
		if bulk, err = l.take(newClock().at, "bob", "acme", 1); err != nil {
			var wait *waitError
			if errors.As(err, &wait) {
				fmt.Println(n)
			}
		}
		_ = bulk
	}
}

func TestProcessesShareLimits(t *testing.T) {
	const processes, threads = 4, 4
	dir := t.TempDir()
	cfg := testLimits(dir)
	l := limitsFull(t, newClock(), cfg)
	self, err := os.Executable()
	require.NoError(t, err)
	outs := make([]strings.Builder, processes)
	var children []*exec.Cmd
	var gates []io.Closer
	for i := range processes {
		child := exec.Command(self)
		child.Env = append(os.Environ(), "REVEAL_LIMITS_DIR="+dir)
		child.Stdout, child.Stderr = &outs[i], os.Stderr
		gate, err := child.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		children, gates = append(children, child), append(gates, gate)
	}
	for _, gate := range gates {
		require.NoError(t, gate.Close())
	}
	var wg sync.WaitGroup
	counts := make([]int, threads)
	for i := range threads {
		wg.Go(func() {
			for {
				if _, err := l.take(newClock().at, "bob", "acme", 1); err != nil {
					return
				}
				counts[i]++
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range counts {
		sum += n
	}
	for i, child := range children {
		require.NoError(t, child.Wait())
		n, err := strconv.Atoi(strings.TrimSpace(outs[i].String()))
		require.NoError(t, err)
		sum += n
	}
	require.Equal(t, cfg.Principal.Burst, sum, "all of them together get one burst")
}
