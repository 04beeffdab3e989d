// Package admin serves what operators look at: health, readiness, metrics, profiles, and a console.
package admin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sonexlabs/tacet/pipeline"
)

// Config says what is served, and from where it comes. All functions are called by several goroutines at once; none of
// what they return may hold a part of a record.
type Config struct {
	// Listen is host:port. Port 0 takes a free one, see Addr.
	Listen string
	// Gatherer gives the metrics of the pipeline; the console's totals are read from them, too.
	Gatherer prometheus.Gatherer
	// Health returns why the process should be restarted, nil while it is well. nil means always well.
	Health func() error
	// Ready returns why the process is not ready, nil when it is. Reasons are joined with errors.Join.
	Ready func() error
	// Status is where the lanes stand.
	Status func() pipeline.Status
	// Pprof serves profiles below /debug/pprof/. Heap profiles and traces show the program's own names only, but
	// whoever may take them can slow the process down: refused unless Listen is on loopback.
	Pprof bool
}

// The limits of the server.
const (
	readTimeout     = 5 * time.Second
	writeTimeout    = 2 * time.Minute // a CPU profile takes 30 s unless told otherwise
	idleTimeout     = time.Minute
	shutdownTimeout = 3 * time.Second
	headerBytesMax  = 16 << 10
	scrapesMax      = 4 // at once
)

// Server is the HTTP server. Use New.
type Server struct {
	cfg      Config
	listener net.Listener
	loopback bool
}

// New checks the configuration and takes the address, so that one that is in use is found before anything else starts.
func New(c Config) (*Server, error) {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, fmt.Errorf("serve admin: address %q is not host:port", c.Listen)
	}
	loopback := host == "localhost" || net.ParseIP(host).IsLoopback()
	if c.Pprof && !loopback {
		return nil, errors.New("serve admin: profiles are served on loopback only")
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("serve admin: %w", err)
	}
	return &Server{cfg: c, listener: l, loopback: loopback}, nil
}

// Addr is the address taken, host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Serve answers requests until ctx ends. It may be called once.
func (s *Server) Serve(ctx context.Context) error {
	h := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytesMax,
		ErrorLog:          nil,
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(s.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve admin: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if h.Shutdown(last) != nil {
		_ = h.Close()
	}
	<-ended
	return nil
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.cfg.Gatherer, promhttp.HandlerOpts{
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: scrapesMax,
		Timeout:             readTimeout,
		ErrorHandling:       promhttp.ContinueOnError,
	}))
	mux.HandleFunc("GET /healthz", probe(s.cfg.Health))
	mux.HandleFunc("GET /readyz", probe(s.cfg.Ready))
	mux.HandleFunc("GET /api/status", s.status)
	for path, a := range assets() {
		mux.HandleFunc("GET "+path, a.serve)
	}
	if s.cfg.Pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return s.defend(mux)
}

// defend refuses what no operator sends. A page on the web can make a browser send requests here; on loopback it could
// also read the answers by pointing a name of its own at 127.0.0.1, which the Host header gives away. Off loopback any
// Host goes: probes and scrapers use addresses and service names that can't be known here.
func (s *Server) defend(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-store")
		if s.loopback && !isLoopbackHost(r.Host) {
			http.Error(w, "unknown host", http.StatusMisdirectedRequest)
			return
		}
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			http.Error(w, "requests from other sites are refused", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// probe answers 200 or, with the reasons, 503.
func probe(check func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if check != nil {
			if err := check(); err != nil {
				w.WriteHeader(http.StatusServiceUnavailable)
				fmt.Fprintln(w, err)
				return
			}
		}
		fmt.Fprintln(w, "ok")
	}
}
