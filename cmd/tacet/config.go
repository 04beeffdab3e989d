package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
	"github.com/sonexlabs/tacet/sinks/file"
	"github.com/sonexlabs/tacet/sinks/kafka"
)

// config is a configuration file. example.yaml shows every key with its default and says what it does.
type config struct {
	Kafka        kafkaConfig        `yaml:"kafka" required:"say where the brokers are"`
	Source       sourceConfig       `yaml:"source" required:"say what to read"`
	Policy       policyConfig       `yaml:"policy"`
	Instructions instructionsConfig `yaml:"instructions"`
	Detection    detectionConfig    `yaml:"detection"`
	Pseudonym    pseudonymConfig    `yaml:"pseudonym" required:"say where the keys of tokens are"`
	Sinks        []sinkConfig       `yaml:"sinks" required:"name at least one destination"`
	Quarantine   quarantineConfig   `yaml:"quarantine" required:"records that can't be processed must go somewhere"`
	Audit        auditConfig        `yaml:"audit"`
	Rights       rightsConfig       `yaml:"rights"`
	Evidence     evidenceConfig     `yaml:"evidence"`
	Limits       limitsConfig       `yaml:"limits"`
	Admin        adminConfig        `yaml:"admin"`
	Log          logConfig          `yaml:"log"`

	origin provenance
}

// kafkaConfig is how to reach a cluster.
type kafkaConfig struct {
	Brokers  []string   `yaml:"brokers" required:"list host:port of one or more brokers"`
	Insecure bool       `yaml:"insecure"`
	TLS      tlsConfig  `yaml:"tls"`
	SASL     saslConfig `yaml:"sasl"`
	Region   string     `yaml:"region"`
}

type tlsConfig struct {
	Enabled    bool      `yaml:"enabled"`
	CA         path      `yaml:"ca"`
	Cert       path      `yaml:"cert"`
	Key        secretRef `yaml:"key"`
	ServerName string    `yaml:"server_name"`
}

type saslConfig struct {
	Mechanism string          `yaml:"mechanism" oneof:"|plain|scram-sha-256|scram-sha-512|oauthbearer"`
	User      string          `yaml:"user"`
	Password  pipeline.Secret `yaml:"password"`
	Token     secretRef       `yaml:"token"`
}

type sourceConfig struct {
	Group            string        `yaml:"group" required:"name the consumer group"`
	Topics           []topicConfig `yaml:"topics" required:"list the topics to read"`
	Start            string        `yaml:"start" oneof:"earliest|latest"`
	OffsetReset      string        `yaml:"offset_reset" oneof:"fail|earliest|latest"`
	Batch            batchConfig   `yaml:"batch"`
	Warm             warmConfig    `yaml:"warm"`
	FetchBytes       size          `yaml:"fetch_bytes" min:"1MiB" max:"1GiB"`
	CommitInterval   time.Duration `yaml:"commit_interval"`
	DrainTimeout     time.Duration `yaml:"drain_timeout"`
	SessionTimeout   time.Duration `yaml:"session_timeout"`
	RebalanceTimeout time.Duration `yaml:"rebalance_timeout"`
	Heartbeat        time.Duration `yaml:"heartbeat"`
}

type topicConfig struct {
	Name     string `yaml:"name" required:"name the topic"`
	Category string `yaml:"category" required:"say what kind of record it holds"`
	Format   string `yaml:"format" oneof:"json|ndjson|text|log"`
	Tenant   string `yaml:"tenant"`
}

type batchConfig struct {
	Records int  `yaml:"records" min:"1" max:"100000"`
	Bytes   size `yaml:"bytes" min:"1KiB" max:"64MiB"`
}

type warmConfig struct {
	Records int           `yaml:"records" min:"0" max:"1000000"`
	Age     time.Duration `yaml:"age"`
}

type policyConfig struct {
	File    path `yaml:"file"`
	Witness path `yaml:"witness"`
}

type detectionConfig struct {
	Locales  []string        `yaml:"locales"`
	Preset   string          `yaml:"preset" oneof:"balanced|strict|paranoid"`
	Rules    []path          `yaml:"rules"`
	RuleSets map[string]path `yaml:"rule_sets"`
	Deny     []denyConfig    `yaml:"deny"`
	Allow    []allowConfig   `yaml:"allow"`
}

// denyConfig is a list of what is found as a type, wherever it stands.
type denyConfig struct {
	Type  string `yaml:"type" required:"say as what its entries are found: ACCOUNT_ID"`
	File  path   `yaml:"file" required:"name a file with an entry a line"`
	Exact bool   `yaml:"exact"`
}

// allowConfig is a list of values that are no findings. The file's name alone is enough.
type allowConfig struct {
	File  path `yaml:"file" required:"name a file with an entry a line" alone:"true"`
	Exact bool `yaml:"exact"`
}

type pseudonymConfig struct {
	Store           path            `yaml:"store"`
	Witness         path            `yaml:"witness"`
	Create          bool            `yaml:"create"`
	CreateHourly    int             `yaml:"create_hourly" min:"1" max:"1000000"`
	CreateMost      int             `yaml:"create_most" min:"1" max:"1000000"`
	KEK             kekConfig       `yaml:"kek"`
	KEKBefore       kekConfig       `yaml:"kek_before"`
	TTL             time.Duration   `yaml:"ttl"`
	Refresh         time.Duration   `yaml:"refresh"`
	Retry           time.Duration   `yaml:"retry"`
	Retention       retentionConfig `yaml:"retention"`
	InsecureDevKeys bool            `yaml:"insecure_dev_keys"`
}

// kekConfig is the key-encryption key: it wraps the keys in the store.
type kekConfig struct {
	Key    pipeline.Secret `yaml:"key"`
	Vault  vaultConfig     `yaml:"vault"`
	Region string          `yaml:"region"`
}

// vaultConfig is a key of the Transit engine of Vault or OpenBao.
type vaultConfig struct {
	Address   string `yaml:"address"`
	Mount     string `yaml:"mount"`
	Key       string `yaml:"key"`
	Namespace string `yaml:"namespace"`
	Token     path   `yaml:"token"`
	CA        path   `yaml:"ca"`
}

type retentionConfig struct {
	Day   time.Duration `yaml:"day"`
	Month time.Duration `yaml:"month"`
}

// sinkConfig is one destination. A field tagged "for" belongs to that type of sink only.
type sinkConfig struct {
	Name        string        `yaml:"name" required:"name the sink; metrics and logs show the name"`
	Type        string        `yaml:"type" required:"one of: kafka, file, stdout" oneof:"kafka|file|stdout"`
	FlushAfter  time.Duration `yaml:"flush_after"`
	Compression string        `yaml:"compression" oneof:"none|gzip|zstd|snappy|lz4"`
	Class       string        `yaml:"class"`
	Domain      string        `yaml:"domain"`
	Content     string        `yaml:"content" oneof:"records|capsules"`
	Entities    bool          `yaml:"entities"`
	Consent     string        `yaml:"consent"`
	Region      string        `yaml:"region"`

	Topic           string            `yaml:"topic" for:"kafka"`
	Topics          map[string]string `yaml:"topics" for:"kafka"`
	Compacted       bool              `yaml:"compacted" for:"kafka"`
	Kafka           kafkaConfig       `yaml:"kafka" for:"kafka"`
	MaxMessageBytes size              `yaml:"max_message_bytes" for:"kafka" min:"1KiB" max:"1GiB"`

	Directory  path `yaml:"directory" for:"file"`
	MaxRecords int  `yaml:"max_records" for:"file" min:"1" max:"100000000"`
	MaxBytes   size `yaml:"max_bytes" for:"file" min:"4KiB" max:"64GiB"`
}

type quarantineConfig struct {
	Directory path        `yaml:"directory"`
	Topic     string      `yaml:"topic"`
	Kafka     kafkaConfig `yaml:"kafka"`
	PublicKey string      `yaml:"public_key"`
	Region    string      `yaml:"region"`
}

// auditConfig is the log that shows tampering. Without a directory there is none.
type auditConfig struct {
	Directory  path            `yaml:"directory"`
	Name       string          `yaml:"name"`
	Key        pipeline.Secret `yaml:"key"`
	Checkpoint time.Duration   `yaml:"checkpoint"`
	Witness    path            `yaml:"witness"`
	Topic      string          `yaml:"topic"`
	Kafka      kafkaConfig     `yaml:"kafka"`
}

type limitsConfig struct {
	Workers      int           `yaml:"workers" min:"0" max:"256"`
	Memory       size          `yaml:"memory" min:"1MiB"`
	LaneBatches  int           `yaml:"lane_batches" min:"1" max:"10000"`
	RecordBytes  size          `yaml:"record_bytes" min:"1KiB" max:"1GiB"`
	Depth        int           `yaml:"depth" min:"1" max:"10000"`
	Fields       int           `yaml:"fields" min:"1" max:"100000000"`
	RecordTime   time.Duration `yaml:"record_time"`
	StallTimeout time.Duration `yaml:"stall_timeout"`
	Calls        int           `yaml:"calls" min:"1" max:"100000000"`
	CallIdle     time.Duration `yaml:"call_idle"`
	KnownValues  size          `yaml:"known_values" min:"1MiB"`
	RetryFirst   time.Duration `yaml:"retry_first"`
	RetryMost    time.Duration `yaml:"retry_most"`
}

type adminConfig struct {
	Listen string `yaml:"listen"`
	Pprof  bool   `yaml:"pprof"`
}

type logConfig struct {
	Level string `yaml:"level" oneof:"debug|info|warn|error"`
}

// defaultConfig is what holds for every key that a file doesn't give. The packages that use a value say why it is what
// it is.
func defaultConfig() config {
	s, l, k := source.DefaultConfig(), pipeline.DefaultLimits(), keyring.DefaultConfig()
	return config{
		Source: sourceConfig{
			Start:            string(s.Start),
			OffsetReset:      string(s.OffsetReset),
			Batch:            batchConfig{Records: s.BatchRecords, Bytes: size(s.BatchBytes)},
			Warm:             warmConfig{Records: s.WarmRecords, Age: s.WarmAge},
			FetchBytes:       size(s.FetchBytes),
			CommitInterval:   s.Commit,
			DrainTimeout:     s.Drain,
			SessionTimeout:   s.Session,
			RebalanceTimeout: s.Rebalance,
			Heartbeat:        s.Heartbeat,
		},
		Instructions: instructionsConfig{Stale: staleDefault},
		Detection:    detectionConfig{Preset: "balanced"},
		Pseudonym: pseudonymConfig{
			Create: true, CreateHourly: k.CreateHourly, CreateMost: k.CreateMost, TTL: k.TTL, Refresh: k.Refresh, Retry: k.Retry,
			KEK:       kekConfig{Vault: vaultConfig{Mount: "transit"}},
			KEKBefore: kekConfig{Vault: vaultConfig{Mount: "transit"}},
			Retention: retentionConfig{Day: k.Retention.Day, Month: k.Retention.Month},
		},
		Audit:  auditConfig{Checkpoint: audit.DefaultConfig().Every},
		Rights: rightsConfig{Due: dueDefault, Stale: staleDefault},
		Limits: limitsConfig{
			Workers:      0, // one for each core
			Memory:       size(l.MemoryBytes),
			LaneBatches:  l.LaneBatches,
			RecordBytes:  size(l.RecordBytes),
			Depth:        l.Depth,
			Fields:       l.Fields,
			RecordTime:   l.RecordTime,
			StallTimeout: l.StallTimeout,
			Calls:        l.Calls,
			CallIdle:     l.CallIdle,
			KnownValues:  size(l.KnownBytes),
			RetryFirst:   l.RetryFirst,
			RetryMost:    l.RetryMost,
		},
		Admin: adminConfig{Listen: "127.0.0.1:9180"},
		Log:   logConfig{Level: "info"},
	}
}

func (t *topicConfig) setDefaults() { t.Format = "json" }

func (s *sinkConfig) setDefaults() {
	k, f := kafka.DefaultConfig(), file.DefaultConfig()
	s.FlushAfter = 10 * time.Second // how long a record may wait in a file that is not full
	s.Content = string(pipeline.ContentRecords)
	s.MaxMessageBytes = size(k.MaxMessageBytes)
	s.MaxRecords = int(f.MaxRecords)
	s.MaxBytes = size(f.MaxBytes)
}

// loadConfig reads and checks a file. The error is a *configError when the file can be read but not accepted.
func loadConfig(name string) (config, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return config{}, &commandError{err: fmt.Errorf("configuration file %s does not exist", name),
			hints: []string{"name one with --config, or start from: tacet check --example > tacet.yaml"}}
	}
	if err != nil {
		return config{}, fmt.Errorf("read configuration: %w", err)
	}
	return parseConfig(text, name)
}

// parseConfig decodes and checks a configuration. Relative paths in it start at the folder of name.
func parseConfig(text []byte, name string) (config, error) {
	c := defaultConfig()
	d := decodeYAML(text, filepath.Dir(name), &c)
	if len(d.problems) == 0 {
		d.validate(&c)
	}
	if len(d.problems) > 0 {
		slices.SortStableFunc(d.problems, func(a, b problem) int { return a.line - b.line })
		return config{}, &configError{name, d.problems}
	}
	for i := range c.Sinks {
		c.Sinks[i].Region = c.regionOf(c.Sinks[i])
	}
	c.origin = provenance{name, d.lines}
	return c, nil
}

// connect is c in the form the source and the Kafka sinks take.
func (c kafkaConfig) connect() source.ConnectConfig {
	return source.ConnectConfig{
		Brokers: c.Brokers,
		TLS: source.TLS{
			Enabled: c.TLS.Enabled, CA: string(c.TLS.CA), Cert: string(c.TLS.Cert), Key: string(c.TLS.Key),
			ServerName: c.TLS.ServerName,
		},
		SASL: source.SASL{
			Mechanism: c.SASL.Mechanism, User: c.SASL.User, Password: c.SASL.Password, Token: string(c.SASL.Token),
		},
		Insecure: c.Insecure,
	}
}

// reader is c in the form the source takes, without its connection.
func (c config) reader() source.Config {
	s := source.DefaultConfig()
	s.Brokers, s.Group = c.Kafka.Brokers, c.Source.Group
	for _, t := range c.Source.Topics {
		s.Topics = append(s.Topics, t.Name)
	}
	s.Start, s.OffsetReset = source.Start(c.Source.Start), source.Reset(c.Source.OffsetReset)
	s.BatchRecords, s.BatchBytes = c.Source.Batch.Records, int(c.Source.Batch.Bytes)
	s.WarmRecords, s.WarmAge = c.Source.Warm.Records, c.Source.Warm.Age
	s.FetchBytes = int(c.Source.FetchBytes)
	s.Commit, s.Drain = c.Source.CommitInterval, c.Source.DrainTimeout
	s.Session, s.Rebalance, s.Heartbeat = c.Source.SessionTimeout, c.Source.RebalanceTimeout, c.Source.Heartbeat
	return s
}

// kafkaSink is s in the form its sink takes, without the connection.
func (c config) kafkaSink(s sinkConfig) kafka.Config {
	k := kafka.DefaultConfig()
	k.Brokers, k.Topic, k.Topics = c.cluster(s.Kafka).Brokers, s.Topic, s.Topics
	k.Compression, k.MaxMessageBytes = cmp.Or(s.Compression, k.Compression), int(s.MaxMessageBytes)
	return k
}

// view is the form in which records leave for s.
func (s sinkConfig) view() pipeline.View {
	return pipeline.View{Class: s.Class, Domain: s.Domain, Content: pipeline.Content(s.Content), Entities: s.Entities, Consent: s.Consent, Region: s.Region}
}

// fileSink is s in the form its sink takes.
func (s sinkConfig) fileSink() file.Config {
	f := file.DefaultConfig()
	f.Dir, f.MaxRecords, f.MaxBytes = string(s.Directory), int64(s.MaxRecords), int64(s.MaxBytes)
	f.Compression = cmp.Or(s.Compression, f.Compression)
	return f
}

// log is a in the form the audit log takes.
func (a auditConfig) log(key audit.Key) audit.Config {
	c := audit.DefaultConfig()
	c.Dir, c.Name, c.Key, c.Every = string(a.Directory), a.Name, key, a.Checkpoint
	return c
}

// cluster is the one given, or else the source's.
func (c config) cluster(own kafkaConfig) kafkaConfig {
	if len(own.Brokers) == 0 {
		return c.Kafka
	}
	return own
}

// engineLimits is c in the form the engine takes.
func (c limitsConfig) engineLimits() pipeline.Limits {
	l := pipeline.DefaultLimits()
	if c.Workers > 0 {
		l.Workers = c.Workers
	}
	l.MemoryBytes, l.LaneBatches, l.RecordBytes = int64(c.Memory), c.LaneBatches, int(c.RecordBytes)
	l.Depth, l.Fields, l.RecordTime, l.StallTimeout = c.Depth, c.Fields, c.RecordTime, c.StallTimeout
	l.KnownBytes = int64(c.KnownValues)
	l.Calls, l.CallIdle, l.RetryFirst, l.RetryMost = c.Calls, c.CallIdle, c.RetryFirst, c.RetryMost
	return l
}
