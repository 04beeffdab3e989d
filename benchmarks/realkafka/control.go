package main

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// control is the HTTP endpoint on loopback through which a test breaks the cluster.
type control struct {
	*http.Server
	url string
}

// serveControl answers POST /kill, /stop, /pause, /resume and /start, each with ?node=1. An answer comes when the thing
// has happened: the process has gone, or the started broker is back in the cluster's metadata. A caller that does not
// want to wait for a start hangs up; the broker starts all the same.
func (c *cluster) serveControl() (*control, error) {
	listener, err := net.Listen("tcp", loopback(0))
	if err != nil {
		return nil, fmt.Errorf("open control endpoint: %w", err)
	}
	mux := http.NewServeMux()
	for path, sig := range map[string]syscall.Signal{
		"kill": syscall.SIGKILL, "stop": syscall.SIGTERM, "pause": syscall.SIGSTOP, "resume": syscall.SIGCONT,
	} {
		mux.HandleFunc("POST /"+path, c.handle(func(b *broker, r *http.Request) error {
			return b.signal(r.Context(), sig)
		}))
	}
	mux.HandleFunc("POST /start", c.handle(func(b *broker, r *http.Request) error {
		if err := b.start(); err != nil {
			return err
		}
		return b.waitReady(r.Context(), 1)
	}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return &control{Server: server, url: "http://" + listener.Addr().String()}, nil
}

// handle finds the broker a request names.
func (c *cluster) handle(do func(*broker, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		node, err := strconv.Atoi(r.URL.Query().Get("node"))
		if err != nil || node < 1 || node > len(c.brokers) {
			http.Error(w, fmt.Sprintf("node must be 1 to %d", len(c.brokers)), http.StatusBadRequest)
			return
		}
		if err := do(c.brokers[node-1], r); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
