package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/audit"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
	"github.com/sonexlabs/tacet/pipeline/source"
)

// The rules about the meaning of keys. Those that hold for any file are in yaml.go.
const (
	ruleBroker       rule = "broker"
	rulePlaintext    rule = "plaintext"
	ruleConnection   rule = "connection"
	ruleMissing      rule = "missing_file"
	rulePolicy       rule = "policy"
	ruleCategory     rule = "category"
	ruleTenant       rule = "tenant"
	ruleTwice        rule = "named_twice"
	ruleSource       rule = "source"
	ruleLimits       rule = "limits"
	ruleLocale       rule = "locale"
	ruleRules        rule = "rules"
	ruleList         rule = "list"
	ruleType         rule = "type"
	ruleKey          rule = "pseudonym_key"
	ruleSinkKey      rule = "other_sinks_key"
	ruleClass        rule = "class"
	ruleSink         rule = "sink"
	ruleLoop         rule = "loop"
	ruleInstructions rule = "instructions"
	ruleView         rule = "view"
	ruleQuarantine   rule = "quarantine"
	rulePublicKey    rule = "public_key"
	ruleAudit        rule = "audit"
	ruleRights       rule = "rights"
	ruleRegion       rule = "region"
	ruleListen       rule = "listen"
	rulePprof        rule = "pprof"
)

// validate checks what decoding alone can't see. It runs only on a file that decoded without a problem.
func (d *document) validate(c *config) {
	d.cluster("kafka", c.Kafka)
	if p := d.policy(c.Policy); p != nil {
		d.topics(c, p)
		d.classes(c, p)
	}
	if len(d.problems) == 0 {
		if err := c.reader().Validate(); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				d.fail(ruleSource, "source", line, "")
			}
		}
	}
	if err := c.Limits.engineLimits().Validate(); err != nil {
		d.fail(ruleLimits, "limits", err.Error(), "")
	}
	d.detection(c.Detection)
	d.pseudonym(c.Pseudonym)
	d.sinks(c)
	d.quarantine(c)
	d.audit(c)
	d.rights(c)
	d.instructions(c)
	d.regions(c)
	d.admin(c.Admin)
}

// cluster checks how a cluster is reached.
func (d *document) cluster(key string, k kafkaConfig) {
	for i, b := range k.Brokers {
		at := fmt.Sprintf("%s.brokers[%d]", key, i)
		if strings.ContainsAny(b, "@/") { // a link, perhaps with a password: not to be shown
			d.fail(ruleBroker, at, "is not host:port", "a user and a password belong into sasl")
			return
		}
		if host, port, err := net.SplitHostPort(b); err != nil || host == "" || port == "" {
			d.fail(ruleBroker, at, fmt.Sprintf("%q is not host:port", b), "")
			return
		}
	}
	if len(k.Brokers) == 0 {
		d.fail(ruleBroker, key+".brokers", "no broker", "list host:port of one or more brokers")
		return
	}
	files := len(d.problems)
	d.exists(key+".tls.ca", k.TLS.CA)
	d.exists(key+".tls.cert", k.TLS.Cert)
	if len(d.problems) > files {
		return
	}
	plain := k.connect()
	plain.Insecure = true
	if _, _, err := source.Connect(plain); err != nil {
		what := strings.TrimPrefix(err.Error(), "connect to Kafka: ")
		d.fail(ruleConnection, key, what, "")
	} else if _, _, err := source.Connect(k.connect()); err != nil {
		d.fail(rulePlaintext, key, "a broker is not on loopback and the connection is not encrypted",
			"set tls.enabled: true, or insecure: true to send everything in clear")
	}
}

func (d *document) exists(key string, name path) {
	if name == "" {
		return
	}
	if _, err := os.Stat(string(name)); err != nil {
		d.fail(ruleMissing, key, fmt.Sprintf("file %s can't be read", name), "relative paths start at the configuration file")
	}
}

// policy reads the policy; nil where it can't be had.
func (d *document) policy(c policyConfig) *policy.Policy {
	d.exists("policy.file", c.File)
	p, err := loadPolicy(c)
	if err != nil {
		if !d.hasRule(ruleMissing) {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				d.fail(rulePolicy, "policy.file", line, "")
			}
		}
		return nil
	}
	if err := pipeline.CheckPolicy(p); err != nil {
		d.fail(rulePolicy, "policy.file", err.Error(), "")
		return nil
	}
	return p
}

// classes checks that the policy has the class of each sink.
func (d *document) classes(c *config, p *policy.Policy) {
	for i, s := range c.Sinks {
		if _, known := p.Class(s.Class); s.Class != "" && !known {
			d.fail(ruleClass, fmt.Sprintf("sinks[%d].class", i), fmt.Sprintf("the policy has no sink class %q", s.Class), "one of: "+strings.Join(classNames(p), ", "))
		}
	}
}

func (d *document) topics(c *config, p *policy.Policy) {
	for i, t := range c.Source.Topics {
		at := fmt.Sprintf("source.topics[%d]", i)
		if slices.ContainsFunc(c.Source.Topics[:i], func(o topicConfig) bool { return o.Name == t.Name }) {
			d.fail(ruleTwice, at+".name", fmt.Sprintf("topic %q is named twice", t.Name), "")
		}
		if _, ok := p.Category(t.Category); !ok {
			d.fail(ruleCategory, at+".category", fmt.Sprintf("the policy has no category %q", t.Category),
				"one of: "+strings.Join(policy.Categories(), ", "))
		}
		lines := t.Format == string(pipeline.FormatText) || t.Format == string(pipeline.FormatLog)
		switch {
		case lines && t.Tenant == "":
			d.fail(ruleTenant, at+".tenant", "is required for lines of text, which carry no tenant_id", "name the tenant of the topic")
		case t.Tenant != "" && !p.Tenant(t.Tenant):
			d.fail(ruleTenant, at+".tenant", fmt.Sprintf("the policy does not know tenant %q", t.Tenant), "")
		}
	}
}

// detection checks locales, and that users' files can be read and hold what they must.
func (d *document) detection(c detectionConfig) {
	for i, name := range c.Locales {
		if _, err := detectors.New(detectors.Options{Locales: []string{name}}); err != nil {
			d.fail(ruleLocale, fmt.Sprintf("detection.locales[%d]", i), fmt.Sprintf("unknown locale %q", name),
				"in, uk, us, eu or a country code; an empty list means all")
		}
	}
	before := len(d.problems)
	for i, name := range c.Rules {
		d.exists(fmt.Sprintf("detection.rules[%d]", i), name)
	}
	if len(d.problems) == before {
		d.rules("detection.rules", c.ruleFiles())
	}
	for _, name := range slices.Sorted(maps.Keys(c.RuleSets)) {
		key := fmt.Sprintf("detection.rule_sets[%s]", name)
		before := len(d.problems)
		if !policy.IsRuleSet(name) {
			d.fail(ruleRules, key, "is no name that an instruction can name", "use letters, digits and . - _ :")
		}
		if c.RuleSets[name] == "" {
			d.fail(ruleMissing, key, "names no file", "")
		} else if d.exists(key, c.RuleSets[name]); len(d.problems) == before {
			d.rules(key, []string{string(c.RuleSets[name])})
		}
	}
	for i, l := range c.Deny {
		at := fmt.Sprintf("detection.deny[%d]", i)
		if _, ok := detectors.ParseType(l.Type); !ok {
			d.fail(ruleType, at+".type", fmt.Sprintf("unknown type %q", l.Type), "one that tacet check lists, such as ACCOUNT_ID, or CUSTOM")
		}
		d.wordList(at+".file", l.File, l.Exact)
	}
	for i, l := range c.Allow {
		at := fmt.Sprintf("detection.allow[%d]", i)
		if d.has(at + ".file") {
			at += ".file"
		}
		d.wordList(at, l.File, l.Exact)
	}
}

// rules checks the files of rules. Each of their problems names its file, line and key.
func (d *document) rules(key string, names []string) {
	_, err := readRules(names)
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		at := key
		for i, name := range names {
			if item := fmt.Sprintf("%s[%d]", key, i); strings.HasPrefix(line, name+":") && d.has(item) {
				at = item
			}
		}
		d.fail(ruleRules, at, line, "")
	}
}

func (d *document) wordList(key string, name path, exact bool) {
	before := len(d.problems)
	if d.exists(key, name); len(d.problems) > before {
		return
	}
	if _, err := readList(string(name), exact, io.Discard); err != nil {
		d.fail(ruleList, key, strings.TrimPrefix(err.Error(), "read list "), "")
	}
}

func (d *document) hasRule(r rule) bool {
	return slices.ContainsFunc(d.problems, func(p problem) bool { return p.rule == r })
}

func (d *document) pseudonym(p pseudonymConfig) {
	switch {
	case p.InsecureDevKeys && p.Store != "":
		d.fail(ruleKey, "pseudonym", "both store and insecure_dev_keys are given", "keep one of them")
	case p.InsecureDevKeys:
	case p.Store == "":
		d.fail(ruleKey, "pseudonym", "no store of keys", "set store: PATH and kek: {key: file:PATH}, then make it with: tacet keys init")
	case p.KEK.Vault.Address != "" && !p.KEK.Key.IsZero():
		d.fail(ruleKey, "pseudonym.kek", "both key and vault are given", "keep one of them")
	case p.KEK.Vault.Address != "":
		d.ring(p)
	case p.KEK.Key.IsZero():
		d.fail(ruleKey, "pseudonym", "no key-encryption key", "set kek: {key: file:PATH} (make one with: openssl rand -base64 48 > PATH)")
	case len(p.KEK.Key.Reveal()) < keyring.KeyLen:
		d.fail(ruleKey, "pseudonym.kek.key", fmt.Sprintf("key is shorter than %d bytes", keyring.KeyLen), "make one with: openssl rand -base64 48")
	default:
		d.ring(p)
	}
}

func (d *document) ring(p pseudonymConfig) {
	d.exists("pseudonym.kek.vault.token", p.KEK.Vault.Token)
	d.exists("pseudonym.kek_before.vault.token", p.KEKBefore.Vault.Token)
	if b := p.KEKBefore; b.Vault.Address != "" && !b.Key.IsZero() {
		d.fail(ruleKey, "pseudonym.kek_before", "both key and vault are given", "keep one of them")
	}
	k, err := p.ring(slog.New(slog.DiscardHandler))
	if err == nil {
		err = k.Validate()
	}
	if err != nil {
		d.fail(ruleKey, "pseudonym", err.Error(), "")
	}
}

func (d *document) sinks(c *config) {
	if len(c.Sinks) == 0 {
		d.fail(ruleSink, "sinks", "no sink", "name at least one destination")
	}
	for i, s := range c.Sinks {
		at := fmt.Sprintf("sinks[%d]", i)
		if slices.ContainsFunc(c.Sinks[:i], func(o sinkConfig) bool { return o.Name == s.Name }) {
			d.fail(ruleTwice, at+".name", fmt.Sprintf("sink %q is named twice", s.Name), "")
		}
		for f := range reflect.TypeFor[sinkConfig]().Fields() {
			name, only := f.Tag.Get("yaml"), f.Tag.Get("for")
			if only != "" && only != s.Type && d.has(at+"."+name) {
				d.fail(ruleSinkKey, at+"."+name, fmt.Sprintf("is a key of %s sinks, this one is %s", only, s.Type), "remove it")
			}
		}
		d.view(at, s)
		before := len(d.problems)
		var err error
		switch s.Type {
		case "kafka":
			if d.has(at + ".kafka") {
				d.cluster(at+".kafka", s.Kafka)
			}
			d.destinations(at, c, s)
			if k := c.kafkaSink(s); len(k.Brokers) > 0 {
				err = k.Validate()
			}
		case "file":
			if err = s.fileSink().Validate(); s.Directory == "" {
				err = errors.New("directory: a file sink needs one")
			}
			if slices.ContainsFunc(c.Sinks[:i], func(o sinkConfig) bool {
				return s.Directory != "" && filepath.Clean(string(o.Directory)) == filepath.Clean(string(s.Directory))
			}) {
				d.fail(ruleTwice, at+".directory", fmt.Sprintf("directory %s is another sink's", s.Directory),
					"each has files of its own, which are removed when the retention of its class is over")
			}
		}
		if err != nil && len(d.problems) == before {
			d.fail(ruleSink, at, err.Error(), "")
		}
	}
}

// view checks the form in which records leave for a sink.
func (d *document) view(at string, s sinkConfig) {
	if s.Content != string(pipeline.ContentCapsules) {
		return
	}
	if s.Domain == "" {
		d.fail(ruleView, at+".domain", "is required for capsules", "name the domain of the sink whose records they belong to: its name, unless it has another")
	}
	if s.Entities {
		d.fail(ruleView, at+".entities", "capsules have none", "remove it")
	}
}

// destinations checks that the records of every topic have one, and that none is a topic that is also read. Names mean the
// same topic within one cluster only.
func (d *document) destinations(at string, c *config, s sinkConfig) {
	loop := func(key, topic string) {
		if c.reads(topic) && !d.has(at+".kafka") {
			d.fail(ruleLoop, key, fmt.Sprintf("topic %q is also read: records would go round in circles", topic), "")
		}
	}
	loop(at+".topic", s.Topic)
	for _, from := range slices.Sorted(maps.Keys(s.Topics)) {
		key := fmt.Sprintf("%s.topics[%s]", at, from)
		if !c.reads(from) {
			d.fail(ruleSink, key, fmt.Sprintf("topic %q is not read", from), "")
		}
		loop(key, s.Topics[from])
	}
	for _, t := range c.Source.Topics {
		if s.Topic == "" && s.Topics[t.Name] == "" {
			d.fail(ruleSink, at, fmt.Sprintf("no destination for topic %q", t.Name), "name it in topics, or set topic for all others")
		}
	}
}

func (c *config) reads(topic string) bool {
	return slices.ContainsFunc(c.Source.Topics, func(t topicConfig) bool { return t.Name == topic })
}

func (d *document) quarantine(c *config) {
	q := c.Quarantine
	switch {
	case q.Directory == "" && q.Topic == "":
		d.fail(ruleQuarantine, "quarantine", "neither directory nor topic is given", "name one or both")
	case d.has("quarantine.kafka") && q.Topic == "":
		d.fail(ruleQuarantine, "quarantine.kafka", "is only for a topic", "remove it or set topic")
	case d.has("quarantine.kafka"):
		d.cluster("quarantine.kafka", q.Kafka)
	case q.Topic != "" && (c.reads(q.Topic) || c.writes(q.Topic)):
		d.fail(ruleLoop, "quarantine.topic", fmt.Sprintf("topic %q is also read or written", q.Topic), "give the quarantine its own")
	}
	if q.PublicKey != "" {
		if _, err := age.ParseX25519Recipient(q.PublicKey); err != nil {
			d.fail(rulePublicKey, "quarantine.public_key", "is not an age public key (age1…)", "make a pair with: age-keygen -o identity.txt")
		}
	}
}

// audit checks that a log has its key, and that what is given belongs to a log.
func (d *document) audit(c *config) {
	a := c.Audit
	if a.Directory == "" {
		if !a.Key.IsZero() || a.Witness != "" || a.Topic != "" || d.has("audit.kafka") {
			d.fail(ruleAudit, "audit", "no directory", "name one for the log, or remove what else is given")
		}
		return
	}
	switch {
	case a.Key.IsZero():
		d.fail(ruleAudit, "audit", "no key", "set key: file:PATH (make one with: tacet audit keygen PATH)")
	case a.Checkpoint == 0:
		d.fail(ruleAudit, "audit.checkpoint", "is 0", "10s is what can be rewritten unseen by who has the host")
	case d.has("audit.kafka") && a.Topic == "":
		d.fail(ruleAudit, "audit.kafka", "is only for a topic", "remove it or set topic")
	case d.has("audit.kafka"):
		d.cluster("audit.kafka", a.Kafka)
	case a.Topic != "" && (c.reads(a.Topic) || c.writes(a.Topic)):
		d.fail(ruleLoop, "audit.topic", fmt.Sprintf("topic %q is also read or written", a.Topic), "give the checkpoints their own")
	}
	key, err := audit.ParseKey(a.Key.Reveal())
	if err != nil && !a.Key.IsZero() {
		d.fail(ruleAudit, "audit.key", err.Error(), "make one with: tacet audit keygen PATH")
	}
	if err == nil && a.Checkpoint > 0 {
		if err := a.log(key).Validate(); err != nil {
			d.fail(ruleAudit, "audit", err.Error(), "")
		}
	}
	if slices.ContainsFunc(c.Sinks, func(s sinkConfig) bool { return s.Name == auditSink }) {
		d.fail(ruleAudit, "audit", fmt.Sprintf("a sink is named %q, as the log's own", auditSink), "give it another name")
	}
}

// writes tells whether a sink on the source's cluster writes to topic.
func (c *config) writes(topic string) bool {
	return slices.ContainsFunc(c.Sinks, func(s sinkConfig) bool {
		return s.Type == "kafka" && (s.Topic == topic || slices.Contains(slices.Collect(maps.Values(s.Topics)), topic))
	})
}

func (d *document) admin(a adminConfig) {
	if a.Listen == "" {
		return
	}
	host, _, err := net.SplitHostPort(a.Listen)
	if err != nil {
		d.fail(ruleListen, "admin.listen", fmt.Sprintf("%q is not host:port", a.Listen), `"" switches the server off`)
		return
	}
	if a.Pprof && host != "localhost" && !net.ParseIP(host).IsLoopback() {
		d.fail(rulePprof, "admin.pprof", "profiles are served on loopback only", "listen on 127.0.0.1 or switch pprof off")
	}
}
