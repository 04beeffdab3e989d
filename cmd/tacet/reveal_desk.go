package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/reveal"
)

// deskConfig is the file of a reveal desk: who may ask and approve, how much, and where it is written down. It is not the pipeline's
// configuration, because a desk has no business with the pipeline's keys.
type deskConfig struct {
	Approvers  path             `yaml:"approvers" required:"name the list of who may sign grants"`
	Requesters path             `yaml:"requesters" required:"name the list of who may ask"`
	Audit      deskAuditConfig  `yaml:"audit" required:"say where the audit log is"`
	Limits     deskLimitsConfig `yaml:"limits" required:"say where the limits are kept"`
	Kafka      kafkaConfig      `yaml:"kafka"`
}

type deskAuditConfig struct {
	Directory path            `yaml:"directory" required:"name a directory of the desk's own"`
	Key       pipeline.Secret `yaml:"key" required:"name the key that signs checkpoints"`
	Witness   path            `yaml:"witness"`
}

type deskLimitsConfig struct {
	Directory  path           `yaml:"directory" required:"name a directory that exists"`
	Principal  deskRateConfig `yaml:"principal"`
	Tenant     deskRateConfig `yaml:"tenant"`
	Exports    deskRateConfig `yaml:"exports"` // for each requester and each tenant
	BulkPerDay int            `yaml:"bulk_per_day" min:"1" max:"1000000"`
}

type deskRateConfig struct {
	PerHour int `yaml:"per_hour" min:"1" max:"1000000"`
	Burst   int `yaml:"burst" min:"1" max:"100000"`
}

// loadDesk reads and checks a desk's file.
func loadDesk(name string) (deskConfig, error) {
	if name == "" {
		return deskConfig{}, errors.New("no desk: name its file with --desk")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return deskConfig{}, fmt.Errorf("read desk: %w", err)
	}
	l := reveal.DefaultLimits()
	c := deskConfig{Limits: deskLimitsConfig{
		Principal: deskRateConfig{l.Principal.PerHour, l.Principal.Burst}, Tenant: deskRateConfig{l.Tenant.PerHour, l.Tenant.Burst},
		Exports: deskRateConfig(l.Exports), BulkPerDay: l.BulkPerDay,
	}}
	d := decodeYAML(text, filepath.Dir(name), &c)
	if len(d.problems) == 0 {
		d.exists("approvers", c.Approvers)
		d.exists("requesters", c.Requesters)
		d.exists("limits.directory", c.Limits.Directory)
		if d.has("kafka") {
			d.cluster("kafka", c.Kafka)
		}
	}
	if len(d.problems) > 0 {
		return deskConfig{}, &configError{name, d.problems}
	}
	return c, nil
}

// limits is c in the form package reveal takes.
func (c deskLimitsConfig) limits() reveal.LimitConfig {
	return reveal.LimitConfig{Dir: string(c.Directory), Principal: reveal.Rate(c.Principal), Tenant: reveal.Rate(c.Tenant), Exports: reveal.Rate(c.Exports),
		BulkPerDay: c.BulkPerDay}
}

// openDesk opens the audit log and all else the desk stands on.
func openDesk(c deskConfig, alarm func(reveal.Event)) (desk *reveal.Desk, closeLog func() error, err error) {
	approvers, err := reveal.ReadPeople(string(c.Approvers))
	if err != nil {
		return nil, nil, err
	}
	requesters, err := reveal.ReadPeople(string(c.Requesters))
	if err != nil {
		return nil, nil, err
	}
	limits, err := reveal.NewLimits(c.Limits.limits())
	if err != nil {
		return nil, nil, err
	}
	log, err := openDeskAudit(c.Audit)
	if err != nil {
		return nil, nil, err
	}
	desk, err = reveal.NewDesk(reveal.DeskConfig{
		Approvers: approvers, Requesters: requesters, Limits: limits, Journal: auditJournal{log}, Alarm: alarm, Now: time.Now,
	})
	if err != nil {
		return nil, nil, errors.Join(err, log.Close())
	}
	return desk, log.Close, nil
}

func openDeskAudit(c deskAuditConfig) (*audit.Log, error) {
	cfg := audit.DefaultConfig()
	var err error
	if cfg.Key, err = audit.ParseKey(c.Key.Reveal()); err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	cfg.Dir, cfg.Name = string(c.Directory), "reveal"
	if c.Witness != "" {
		if cfg.Known, err = audit.ReadWitness(string(c.Witness)); err != nil {
			return nil, fmt.Errorf("open audit log: %w", err)
		}
		cfg.Publish = audit.WitnessFile(string(c.Witness))
	}
	return audit.Open(cfg)
}

// auditJournal writes what happens at a desk into the audit log. An event is on disk when Record returns.
type auditJournal struct{ log *audit.Log }

// Record implements reveal.Journal.
func (j auditJournal) Record(e reveal.Event) error {
	entry := audit.Entry{Time: e.Time, Actor: actorOf(e.Requester), Action: e.Action, Tenant: e.Tenant}
	add := func(name, value string) {
		if value != "" {
			entry.Object = append(entry.Object, audit.Attr{Name: name, Value: value})
		}
	}
	add("reason", string(e.Reason))
	add("grant", e.Grant)
	add("requester", e.Requester)
	add("approver", e.Approver)
	add("purpose", e.Purpose)
	add("ticket", e.Ticket)
	add("calls", strings.Join(e.Calls, " "))
	add("proof", e.Proof)
	if x := e.Export; x != nil {
		entry.Policy = x.Policy
		add("class", x.Class)
		add("topic", x.Topic)
		add("partition", strconv.Itoa(int(x.Partition)))
		add("from", x.From)
		add("to", x.To)
		add("file", x.File)
		add("manifest", e.Manifest)
	}
	for _, what := range slices.Sorted(maps.Keys(e.Counts)) {
		entry.Counts = append(entry.Counts, audit.Count{Name: what, N: e.Counts[what]})
	}
	for _, typ := range slices.Sorted(maps.Keys(e.Types)) {
		entry.Counts = append(entry.Counts, audit.Count{Name: typ, N: int64(e.Types[typ])})
	}
	if e.Action == reveal.ActionOpen {
		entry.Counts = append(entry.Counts, audit.Count{Name: "values", N: int64(e.Values)}, audit.Count{Name: "damaged", N: int64(e.Damaged)})
	}
	_, err := j.log.AppendSync(entry)
	return err
}

// actorOf is the name in a public key. Whoever has shown no genuine grant is nobody.
func actorOf(public string) string {
	name, _, _ := strings.Cut(public, "+")
	if name == "" {
		return "unknown"
	}
	return name
}
