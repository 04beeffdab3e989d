package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sonexlabs/tacet/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// request is a GET of a path as a browser on this machine sends it, with changes.
func request(s *Server, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:9180"
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	return w
}

func newServer(t *testing.T, c Config) *Server {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Gatherer == nil {
		c.Gatherer = prometheus.NewRegistry()
	}
	s, err := New(c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.listener.Close() })
	return s
}

func TestProbes(t *testing.T) {
	var unwell, busy error
	s := newServer(t, Config{Health: func() error { return unwell }, Ready: func() error { return busy }})
	f := func(path string, code int, body string) {
		t.Helper()
		w := request(s, path)
		require.Equal(t, code, w.Code)
		require.Equal(t, body, w.Body.String())
	}
	f("/healthz", 200, "ok\n")
	f("/readyz", 200, "ok\n")
	unwell = errors.New("wait for worker 1: no progress")
	busy = errors.Join(errors.New("draining"), errors.New("sink a: no answer"))
	f("/healthz", 503, "wait for worker 1: no progress\n")
	f("/readyz", 503, "draining\nsink a: no answer\n")
	require.Equal(t, 200, request(newServer(t, Config{}), "/healthz").Code)
}

func TestMetrics(t *testing.T) {
	r := prometheus.NewRegistry()
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "tacet_test_total", Help: "For this test."})
	r.MustRegister(c)
	c.Add(3)
	s := newServer(t, Config{Gatherer: r})
	require.Contains(t, request(s, "/metrics").Body.String(), "tacet_test_total 3\n")
	open := request(s, "/metrics", func(r *http.Request) { r.Header.Set("Accept", "application/openmetrics-text; version=1.0.0") })
	require.Contains(t, open.Header().Get("Content-Type"), "application/openmetrics-text")
	require.True(t, strings.HasSuffix(open.Body.String(), "# EOF\n"))
}

// The console's numbers are those of the metrics under their real names.
func TestStatus(t *testing.T) {
	r := prometheus.NewRegistry()
	m := pipeline.NewMetrics(r, "v1.2.3", "policyhash")
	lane := pipeline.LaneID{Topic: "calls", Partition: 3}
	m.Received(lane, 10, 1000)
	m.Assigned(4)
	s := newServer(t, Config{Gatherer: r, Ready: func() error { return errors.New("draining") },
		Status: func() pipeline.Status {
			return pipeline.Status{Lanes: []pipeline.LaneStatus{{Topic: "calls", Partition: 3, LagRecords: 7}}, OpenCalls: 5}
		}})
	w := request(s, "/api/status")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var got map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	require.Equal(t, "v1.2.3", got["version"])
	require.Equal(t, "policyhash", got["policy"])
	require.Equal(t, 1000.0, got["source_bytes"])
	require.Equal(t, 4.0, got["assigned_partitions"])
	require.Equal(t, 5.0, got["open_calls"])
	require.Equal(t, "draining", got["not_ready"])
	require.Equal(t, 7.0, got["lanes"].([]any)[0].(map[string]any)["lag_records"])
}

func TestSummarise(t *testing.T) {
	r := prometheus.NewRegistry()
	add := func(name string, n float64, labels ...string) {
		var names, values []string
		for i := 0; i < len(labels); i += 2 {
			names, values = append(names, labels[i]), append(values, labels[i+1])
		}
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: "For this test."}, names)
		var already prometheus.AlreadyRegisteredError
		if err := r.Register(c); errors.As(err, &already) {
			c = already.ExistingCollector.(*prometheus.CounterVec)
		}
		c.WithLabelValues(values...).Add(n)
	}
	add("tacet_records_total", 3, "topic", "a", "outcome", "clean")
	add("tacet_records_total", 4, "topic", "b", "outcome", "clean")
	add("tacet_records_total", 5, "topic", "b", "outcome", "dlq")
	add("tacet_entities_total", 2, "type", "EMAIL")
	add("tacet_entities_total", 0, "type", "PHONE")
	add("tacet_dlq_records_total", 5, "reason", "malformed")
	add("tacet_sink_records_total", 7, "sink", "main")
	add("tacet_sink_bytes_total", 70, "sink", "main")
	add("tacet_sink_retries_total", 1, "sink", "main")
	add("tacet_sink_errors_total", 1, "sink", "main", "class", "transient")
	add("tacet_sink_errors_total", 1, "sink", "main", "class", "permanent")
	families, err := r.Gather()
	require.NoError(t, err)
	st := summarise(families)
	require.Equal(t, map[string]float64{"clean": 7, "dlq": 5}, st.Outcomes)
	require.Equal(t, map[string]float64{"EMAIL": 2}, st.Findings)
	require.Equal(t, map[string]float64{"malformed": 5}, st.Quarantine)
	require.Equal(t, map[string]map[string]float64{"main": {"records": 7, "bytes": 70, "retries": 1, "errors": 2}}, st.Sinks)
}

func TestConsole(t *testing.T) {
	s := newServer(t, Config{})
	page := request(s, "/")
	require.Equal(t, 200, page.Code)
	require.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'none'")
	html := page.Body.String()
	// The page's policy forbids these, so they would not work.
	for _, banned := range []string{"<style", "style=", "onclick", "onload", "http://", "https://"} {
		require.NotContains(t, html, banned)
	}
	require.NotContains(t, strings.ReplaceAll(html, `<script src="console.js" defer></script>`, ""), "<script")
	for _, part := range []string{"console.js", "console.css"} {
		require.Contains(t, html, part)
		require.Equal(t, 200, request(s, "/"+part).Code)
	}
	js := request(s, "/console.js").Body.String()
	for _, banned := range []string{"innerHTML", "eval(", "insertAdjacentHTML", "document.write"} {
		require.NotContains(t, js, banned)
	}
	require.Equal(t, 404, request(s, "/other").Code)
}

func TestRefuses(t *testing.T) {
	s := newServer(t, Config{})
	f := func(code int, change func(*http.Request)) {
		t.Helper()
		w := request(s, "/api/status", change)
		require.Equal(t, code, w.Code)
		require.NotEmpty(t, w.Header().Get("Content-Security-Policy"))
	}
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	f(200, host("localhost:9180"))
	f(200, host("localhost"))
	f(200, host("[::1]:9180"))
	f(200, host("[::1]"))
	f(421, host("rebound.example.com:9180"))
	f(421, host("localhost.example.com"))
	f(421, host("192.0.2.1"))
	f(421, host(""))
	f(405, func(r *http.Request) { r.Method = http.MethodPost })
	f(405, func(r *http.Request) { r.Method = http.MethodDelete })
	site := func(site, mode string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", site); r.Header.Set("Sec-Fetch-Mode", mode) }
	}
	f(200, site("same-origin", "cors"))
	f(200, site("cross-site", "navigate"))
	f(403, site("cross-site", "no-cors"))
	f(403, site("cross-site", "cors"))
}

// Off loopback, scrapers and probes come with addresses and service names.
func TestAnyHostOffLoopback(t *testing.T) {
	s := newServer(t, Config{Listen: "0.0.0.0:0"})
	require.Equal(t, 200, request(s, "/healthz", func(r *http.Request) { r.Host = "tacet.monitoring.svc:9180" }).Code)
}

func TestPprof(t *testing.T) {
	require.Equal(t, 404, request(newServer(t, Config{}), "/debug/pprof/").Code)
	s := newServer(t, Config{Pprof: true})
	require.Equal(t, 200, request(s, "/debug/pprof/").Code)
	require.Equal(t, 200, request(s, "/debug/pprof/heap").Code)
	require.Equal(t, 404, request(s, "/debug/pprof/cmdline").Code, "a command line may hold anything")
	for _, listen := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0"} {
		_, err := New(Config{Listen: listen, Pprof: true})
		require.ErrorContains(t, err, "loopback only")
	}
}

func TestNewRefuses(t *testing.T) {
	_, err := New(Config{Listen: "9180"})
	require.ErrorContains(t, err, "not host:port")
	taken := newServer(t, Config{})
	_, err = New(Config{Listen: taken.Addr()})
	require.ErrorContains(t, err, "serve admin: listen")
}

func TestServe(t *testing.T) {
	s := newServer(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + s.Addr() + "/healthz")
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, "ok\n", string(body))
	cancel()
	require.NoError(t, <-ended)
	_, err = client.Get("http://" + s.Addr() + "/healthz")
	require.Error(t, err)
}
