package pipeline

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// What the policy does not know is denied, and counted.

const unknownPolicy = `
tenants: [acme]
classes:
  own: {purpose: analytics, recipient: tenant, basis: contract, clauses: ["5"]}
  ours: {purpose: monitoring, recipient: analytics_monitoring, basis: contract, clauses: ["7"]}
categories:
  account: {clauses: ["2.Account"], for: [own], fields: {tenant_id: keep, plan: keep, "org.country": keep}}
  billing: {clauses: ["2.Billing"], for: [own, ours], fields: {tenant_id: keep, status: keep}}
`

// unknown is a pipeline of two sinks under unknownPolicy.
func unknown(t *testing.T, change func(*Config)) (c Config, own, ours *memorySink, quarantine *simQuarantine) {
	p, err := policy.Parse("p", []byte(unknownPolicy))
	require.NoError(t, err)
	c, own, ours, quarantine = simConfig(t, DefaultLimits()), &memorySink{}, &memorySink{}, &simQuarantine{seen: map[string]int{}}
	c.Policy, c.Quarantine = p, quarantine
	c.Topics = map[string]TopicConfig{"account": {Category: "account", Format: FormatJSON}, "billing": {Category: "billing", Format: FormatJSON}}
	c.Sinks = []SinkConfig{{Name: "own", Sink: own, View: View{Class: "own"}}, {Name: "ours", Sink: ours, View: View{Class: "ours"}}}
	if change != nil {
		change(&c)
	}
	return c, own, ours, quarantine
}

// A field that no rule names does not leave, at whatever depth and under whatever name, and is counted.
//
// clause: 4.Minimisation
func TestClauseUnknownField(t *testing.T) {
	c, own, _, quarantine := unknown(t, nil)
	runRecords(t, c, "account", Record{Value: []byte(`{"tenant_id":"acme","plan":"team","Plan":"canary","org":{"country":"GB","city":"canary"},"org.country":"canary","canary":[{"plan":"canary"}]}`)})
	require.Empty(t, quarantine.all)
	require.Len(t, own.values(), 1)
	require.JSONEq(t, `{"tenant_id":"acme","plan":"team","org":{"country":"GB"}}`, plainOf(t, own.values()[0]))
	require.Equal(t, 4.0, testutil.ToFloat64(c.Metrics.left.WithLabelValues("account", "own", "not_allowed")))
	require.Equal(t, 4.0, testutil.ToFloat64(c.Metrics.fields.WithLabelValues("account")))
}

// A topic has a category that the policy knows, or there is no pipeline; a lane of another topic does not open. What is not for a class does not
// leave for it, and is counted.
//
// clause: 2.Account
func TestClauseUnknownCategory(t *testing.T) {
	for _, category := range []string{"transcript", "canary", ""} {
		c, _, _, _ := unknown(t, func(c *Config) { c.Topics["billing"] = TopicConfig{Category: category, Format: FormatJSON} })
		_, err := New(c)
		require.ErrorContains(t, err, `topic billing: category "`+category+`" is not in the policy`)
	}
	c, own, ours, quarantine := unknown(t, nil)
	e, err := New(c)
	require.NoError(t, err)
	require.NoError(t, e.Run(t.Context(), sourceFunc(func(ctx context.Context, in Intake) error {
		_, err := in.OpenLane(LaneID{Topic: "canary"}, 0)
		require.ErrorContains(t, err, "topic is not configured")
		record := []byte(`{"tenant_id":"acme","plan":"team","status":"paid"}`)
		return errors.Join(submitAll(ctx, in, LaneID{Topic: "account"}, []Record{{Value: record}, {Offset: 1, Value: record}}),
			submitAll(ctx, in, LaneID{Topic: "billing"}, []Record{{Value: record}}))
	})))
	require.Empty(t, quarantine.all)
	require.Len(t, own.values(), 3)
	require.Len(t, ours.values(), 1)
	require.NotContains(t, ours.values()[0], "plan")
	require.Equal(t, 2.0, testutil.ToFloat64(c.Metrics.kept.WithLabelValues("ours", "category")))
	require.Zero(t, testutil.ToFloat64(c.Metrics.kept.WithLabelValues("own", "category")))
}

// A record of a tenant that the policy does not know, or of none, goes to quarantine and nowhere else, and is counted.
//
// clause: 5
func TestClauseUnknownTenant(t *testing.T) {
	c, own, ours, quarantine := unknown(t, nil)
	values := []string{`{"tenant_id":"acme","status":"paid"}`, `{"tenant_id":"globex","status":"paid"}`, `{"tenant_id":"","status":"paid"}`,
		`{"status":"paid"}`, `{"tenant_id":"ACME","status":"paid"}`, `{"tenant_id":["acme"],"status":"paid"}`, `{"tenant_id":"*","status":"paid"}`}
	var all []Record
	for i, v := range values {
		all = append(all, Record{Offset: int64(i), Value: []byte(v)})
	}
	runRecords(t, c, "billing", all...)
	require.Len(t, own.values(), 1)
	require.Len(t, ours.values(), 1)
	require.Len(t, quarantine.all, 6)
	for _, e := range quarantine.all {
		require.Equal(t, ClassTenant, e.Class, "offset %d", e.Offset)
		require.NotContains(t, e.Detail, "globex")
	}
	require.Equal(t, 6.0, testutil.ToFloat64(c.Metrics.dead.WithLabelValues(string(ClassTenant))))
	require.Equal(t, 6.0, testutil.ToFloat64(c.Metrics.records.WithLabelValues("billing", outcomeDead)))

	c, _, _, _ = unknown(t, func(c *Config) {
		c.Topics["billing"] = TopicConfig{Category: "billing", Format: FormatJSON, Tenant: "globex"}
	})
	_, err := New(c)
	require.ErrorContains(t, err, "topic billing: the policy does not know its tenant")
}

// A purpose or a recipient that is none of those of the privacy policy can't be said: not in a policy, and a sink has no other than through its
// class, which the policy knows or there is no pipeline. What changes to such a policy is refused while the old one stays; a refusal of a
// changed file is counted (TestReload of cmd/tacet). A consent or a place for which a tenant's word is missing drops records, and is counted.
//
// clause: 3
// clause: 7
// clause: 8
func TestClauseUnknownPurposeAndRecipient(t *testing.T) {
	for from, to := range map[string][]string{
		"purpose: analytics, ": {"purpose: advertising, ", "purpose: marketing, ", "purpose: canary, ", "purpose: '', ", ""},
		"recipient: tenant, ":  {"recipient: advertiser, ", "recipient: data_broker, ", "recipient: canary, ", "recipient: '', ", ""},
	} {
		for _, with := range to {
			_, err := policy.Parse("p", []byte(strings.Replace(unknownPolicy, from, with, 1)))
			require.ErrorContains(t, err, "classes.own."+strings.Split(from, ":")[0], with)
			require.NotContains(t, err.Error(), "classes.ours")
		}
	}
	c, _, _, _ := unknown(t, func(c *Config) { c.Sinks[1].View.Class = "advertisers" })
	_, err := New(c)
	require.ErrorContains(t, err, `the policy has no sink class "advertisers"`)

	c, own, ours, quarantine := unknown(t, func(c *Config) {
		c.Instructions = instructed(t, "tenant: acme\nversion: 1\nfrom: 2026-01-01\nhome_region: eu\n")
		c.Sinks[0].View.Consent, c.Sinks[1].View.Region = "advertising", "canary"
	})
	e, err := New(c)
	require.NoError(t, err)
	renamed, err := policy.Parse("p", []byte(strings.ReplaceAll(strings.ReplaceAll(unknownPolicy, "ours:", "theirs:"), ", ours]", ", theirs]")))
	require.NoError(t, err)
	require.ErrorContains(t, e.Reload(renamed), `the policy has no sink class "ours"`)
	require.Equal(t, c.Policy.Hash(), e.Policy().Hash())
	runIn(t, e, "billing", Record{Value: []byte(`{"tenant_id":"acme","status":"paid"}`), Time: matrixNoon})
	require.Empty(t, own.values())
	require.Empty(t, ours.values())
	require.Empty(t, quarantine.all)
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.kept.WithLabelValues("own", "consent")))
	require.Equal(t, 1.0, testutil.ToFloat64(c.Metrics.kept.WithLabelValues("ours", "region")))
}
