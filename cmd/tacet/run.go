package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/admin"
)

func newRunCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run --config FILE",
		Short: "Run the pipeline",
		Long: `Run reads the configured topics, redacts every record, and delivers it to every sink, until SIGINT or SIGTERM. It then
finishes what it holds, commits, and exits; a second signal ends it at once: what was not committed is read again.

Logs are JSON lines on standard error. On a terminal a line of rates is shown as well.`,
		Example: `  tacet run --config tacet.yaml
  tacet check --config tacet.yaml --connect && tacet run --config tacet.yaml`,
		Args: noArgs,
	}
	var override bool
	cmd.Flags().BoolVar(&override, "override", false, "let a changed policy or configuration that lets more leave take effect without 14 days' notice; it needs an audit log, which then says so")
	name := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		harden()
		signal.Ignore(syscall.SIGHUP) // until the reloader takes it: whoever asks for a reload of what is just being read must not end the process
		c, err := loadConfig(*name)
		if err != nil {
			return err
		}
		return untilSignal(cmd.Context(), cmd.ErrOrStderr(), func(ctx context.Context) error {
			return runPipeline(ctx, c, override, cmd.OutOrStdout(), cmd.ErrOrStderr())
		})
	}
	return cmd
}

// harden keeps memory, which holds personal data, out of what a crash leaves behind: no core file, and no other process of
// the same user looks in. Of a crash the stack of one goroutine is printed; stacks are names and addresses, without
// contents. The Go runtime prints a panic's value whatever is set; the engine therefore recovers panics itself and logs
// them without the value.
func harden() {
	debug.SetTraceback("single")
	forbidCore()
}

// besides is what the process takes besides the batches in flight and users' lists: calls, models, fetches, the broker client.
const besides = 128 << 20

// tuneMemory lets garbage pile up to the process's bound in place of twice what is live, which is little: collections were a
// tenth of the processor time. GOGC and GOMEMLIMIT in the environment outrank it.
func tuneMemory(l limitsConfig, o detectors.Options) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	most := int64(l.Memory) + besides
	for _, d := range o.Deny {
		most += int64(d.List.Bytes())
	}
	for _, list := range o.Allow {
		most += int64(list.Bytes())
	}
	most += max(0, int64(l.KnownValues)-besides/2) // half of it is meant for calls
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(most)
}

// untilSignal runs f with a context that the first SIGINT or SIGTERM ends. It comes back when f does, or at the second
// signal.
func untilSignal(ctx context.Context, errOut io.Writer, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	ended := make(chan error, 1)
	go func() { ended <- f(ctx) }()
	for stopping := false; ; stopping = true {
		select {
		case err := <-ended:
			return err
		case s := <-signals:
			if stopping {
				return errors.New("ended by a second signal before the work was finished")
			}
			say(errOut, "%v: finishing what is in flight; a second signal ends at once", s)
			cancel()
		}
	}
}

// unlessSignal runs f, and gives it up at the first SIGINT or SIGTERM: f may be waiting for input that never comes.
func unlessSignal(ctx context.Context, f func(context.Context) error) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	ended := make(chan error, 1)
	go func() { ended <- f(ctx) }()
	select {
	case err := <-ended:
		return err
	case s := <-signals:
		return fmt.Errorf("ended by signal: %v", s)
	}
}

// runPipeline runs c until ctx ends.
func runPipeline(ctx context.Context, c config, override bool, out, errOut io.Writer) (err error) {
	screen := newScreen(errOut)
	log := newLogger(screen, c.Log.Level)
	p, err := assemble(ctx, c, out, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err = c.refuse(p.engine.Instructions, time.Now()); err != nil {
		return err
	}
	tuneMemory(c.Limits, p.detection)
	stop, err := serveAdmin(c.Admin, admin.Config{
		Gatherer: p.registry, Health: p.running.Health, Ready: p.ready.check, Status: p.running.Status,
	}, log)
	if err != nil {
		return err
	}
	defer stop()
	reload := newReloader(p, c, override, log)
	if err = reload.resume(); err != nil {
		return err
	}
	// Readiness and rates outlive ctx: while the lanes drain, probes and people still look.
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	var watchers sync.WaitGroup
	watchers.Go(func() { p.ready.watch(background) })
	watchers.Go(func() { reload.watch(background) })
	watchers.Go(func() { screen.showRates(background, p.meter, p.running.Status) })
	defer func() { end(); watchers.Wait() }()
	context.AfterFunc(ctx, p.ready.drain)

	log.Info("started", "version", version(), "policy", p.running.Policy().Hash(), "detectors", p.engine.Detectors.Version(),
		"group", c.Source.Group, "topics", len(c.Source.Topics), "sinks", len(c.Sinks))
	warnOf(c, p, log)
	if err = p.noteStart("start", c); err != nil {
		return err
	}
	sweep := newSweeper(p, c, log)
	watchers.Go(func() { sweep.watch(background) })
	heeding, stopHeeding, err := p.heed(ctx)
	if err == nil {
		// The instructions of a topic are known only now.
		if err = c.refuse(p.engine.Instructions, time.Now()); err == nil {
			watchers.Go(func() { c.watchRoutes(background, p.engine.Instructions, log) })
			err = p.running.Run(heeding, p.reader)
		}
		err = errors.Join(err, stopHeeding())
	} else if ctx.Err() != nil {
		err = nil // told to stop before it began
	}
	if e := p.noteEnd("stop", err); e != nil {
		log.Error("the end is not in the audit log", "error", e)
	}
	if err != nil {
		log.Error("failed", "error", err)
		return fmt.Errorf("run pipeline: %w", err)
	}
	log.Info("ended", "records", p.meter.records.Load(), "bytes", p.meter.bytes.Load())
	return nil
}

// warnOf says what a configuration leaves undone that somebody may count on.
func warnOf(c config, p *program, log *slog.Logger) {
	if c.Pseudonym.InsecureDevKeys {
		log.Warn("tokens are made with a key that everybody knows", "hint", "set pseudonym.store")
	}
	for _, line := range unsupported(p.detection) {
		log.Warn("part of a rule file does not happen", "what", line)
	}
	if c.Policy.Witness == "" {
		log.Warn("a restart is not held against the policy before it", "hint", "set policy.witness")
	}
	if c.Audit.Directory == "" {
		log.Warn("there is no audit log", "hint", "set audit.directory and audit.key")
	}
}

// serveAdmin starts the admin server, unless it is switched off, and gives the function that ends it.
func serveAdmin(c adminConfig, a admin.Config, log *slog.Logger) (stop func(), err error) {
	if c.Listen == "" {
		return func() {}, nil
	}
	a.Listen, a.Pprof = c.Listen, c.Pprof
	server, err := admin.New(a)
	if err != nil {
		return nil, &commandError{err: err, hints: []string{`choose another address with admin.listen; "" switches the server off`}}
	}
	log.Info("listening", "admin", "http://"+server.Addr()+"/")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(ctx); err != nil {
			log.Error("admin server ended", "error", err)
		}
	}()
	return func() { cancel(); <-done }, nil
}

// newLogger logs JSON lines. What is logged by this program holds no part of a record.
func newLogger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // the configuration allows known names only
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}
