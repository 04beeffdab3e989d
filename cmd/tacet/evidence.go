package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// evidence is what a report says: the records of processing of GDPR Art. 30, and the annex to a data protection impact assessment that EDPB
// Guidelines 01/2025, §§130–135, ask for. All of it follows from the policy, the configuration, the store of keys and the audit log.
// It begins with what was not looked at.
type evidence struct {
	Made          time.Time      `json:"made"`
	From          time.Time      `json:"from,omitzero"`
	To            time.Time      `json:"to"`
	Tenant        string         `json:"tenant,omitempty"` // empty for all
	Controller    string         `json:"controller,omitempty"`
	Contact       string         `json:"contact,omitempty"`
	Officer       string         `json:"officer,omitempty"`
	Program       string         `json:"program"`
	Detectors     string         `json:"detectors"`
	Policy        string         `json:"policy"`
	EffectiveFrom time.Time      `json:"effective_from,omitzero"`
	NotLookedAt   []string       `json:"not_looked_at"`
	Unread        []unreadField  `json:"fields_that_leave_unread"`
	Activity      activity       `json:"activity"`
	Processing    []processing   `json:"processing"`
	Categories    []dataCategory `json:"categories_of_data"`
	Transfers     []transfer     `json:"places"`
	Instructions  []instructed   `json:"instructions"`
	Unasked       bool           `json:"texts_without_instruction"`
	Measures      []string       `json:"measures"`
	Assessment    assessment     `json:"assessment"`
	Keys          []keyInventory `json:"keys"`
	Clauses       []clause       `json:"clauses"`
}

// evidenceConfig is who answers for the processing, as reports name it (§§1, 15, 16 of the privacy policy).
type evidenceConfig struct {
	Controller string `yaml:"controller"`
	Contact    string `yaml:"contact"`
	Officer    string `yaml:"officer"` // who looks after data protection
}

// reporting is what the flags of evidence say.
type reporting struct {
	config, tenant, out, fromText, toText string
	from, to                              time.Time
	more                                  []string // logs besides
}

func newEvidenceCommand() *cobra.Command {
	var r reporting
	cmd := &cobra.Command{
		Use:   "evidence --config FILE --out DIR",
		Short: "Write what a data-protection officer asks for: records of processing, the annex to an assessment",
		Long: `Evidence writes one report in three forms, evidence.json, evidence.md and evidence.html, and evidence.note, which signs them with the
key of the audit log. It opens with what was not looked at; then follow what was done in the time, what is processed for whom, by which
clause, where and for how long (GDPR Art. 30), and identifiers, method, secrets and remaining risk (EDPB Guidelines 01/2025, §§130-135).

All of it follows from the policy, the configuration, the store of keys and the audit log. No value of a record is in it, because none is
in those. What they can't say, it says that they can't.`,
		Example: `  tacet evidence --config tacet.yaml --out evidence
  tacet evidence --config tacet.yaml --tenant acme --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z --out acme-q1
  tacet evidence --config tacet.yaml --audit /mnt/instance-2/audit --audit /mnt/desk/audit=desk.pub --out evidence
  tacet evidence verify acme-q1 --key tacet.example.com+1b3d…`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return nil
		},
	}
	name := configFlag(cmd)
	cmd.Flags().StringVar(&r.tenant, "tenant", "", "one tenant's `ID`; all if none is named")
	cmd.Flags().StringVar(&r.fromText, "from", "", "the `TIME` from which on the log is read, as 2026-01-01T00:00:00Z")
	cmd.Flags().StringVar(&r.toText, "to", "", "the `TIME` before which")
	moreLogs(cmd, &r.more)
	cmd.Flags().StringVar(&r.out, "out", "", "`DIR` for the files (required)")
	_ = cmd.MarkFlagDirname("out")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		harden()
		r.config = *name
		if r.out == "" {
			return usageError(cmd, errors.New("--out is required"))
		}
		if err := r.parse(); err != nil {
			return usageError(cmd, err)
		}
		return r.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	cmd.AddCommand(newEvidenceVerifyCommand())
	return cmd
}

func (r *reporting) parse() (err error) {
	for _, t := range []struct {
		text string
		to   *time.Time
	}{{r.fromText, &r.from}, {r.toText, &r.to}} {
		if t.text == "" {
			continue
		}
		if *t.to, err = time.Parse(time.RFC3339, t.text); err != nil {
			return fmt.Errorf("%q is not a time like 2026-03-01T12:00:00Z", t.text)
		}
	}
	if !r.to.IsZero() && !r.from.Before(r.to) {
		return errors.New("--from is not before --to")
	}
	return nil
}

func (r reporting) run(ctx context.Context, out, errOut io.Writer) error {
	c, err := loadConfig(r.config)
	if err != nil {
		return err
	}
	e, err := gatherEvidence(ctx, c, r, time.Now().UTC())
	if err != nil {
		return err
	}
	if r.tenant != "" && len(e.Instructions)+len(e.Keys) == 0 &&
		!slices.ContainsFunc(e.Activity.Control, func(c controlled) bool { return c.Tenant == r.tenant }) && len(e.Activity.Of) == 0 {
		say(errOut, "warning: no instruction, key or entry of the log names tenant %q", r.tenant)
	}
	var signer note.Signer
	if !c.Audit.Key.IsZero() {
		if signer, err = note.NewSigner(strings.TrimSpace(string(c.Audit.Key.Reveal()))); err != nil {
			return errors.New("sign evidence: audit.key is no signing key") // the library's error may quote it
		}
	} else {
		say(errOut, "warning: audit.key is not set: nothing shows whose report it is, and that it is as it was written")
	}
	if err := writeEvidence(r.out, e, signer); err != nil {
		return err
	}
	for _, name := range evidenceFiles {
		fmt.Fprintln(out, filepath.Join(r.out, name))
	}
	if signer != nil {
		fmt.Fprintln(out, filepath.Join(r.out, evidenceNote))
	}
	if len(e.Activity.Problems) > 0 {
		return fmt.Errorf("the audit log is not whole: %s", e.Activity.Problems[0])
	}
	return nil
}

// gatherEvidence reads everything that a report follows from.
func gatherEvidence(ctx context.Context, c config, r reporting, now time.Time) (*evidence, error) {
	p, err := loadPolicy(c.Policy)
	if err != nil {
		return nil, err
	}
	options, err := c.Detection.options()
	if err != nil {
		return nil, err
	}
	set, err := detectors.New(options)
	if err != nil {
		return nil, err
	}
	e := &evidence{Made: now, From: r.from, To: r.to, Tenant: r.tenant, Controller: c.Evidence.Controller, Contact: c.Evidence.Contact, Officer: c.Evidence.Officer,
		Program: version(), Detectors: set.Version(), Policy: p.Hash(), EffectiveFrom: p.EffectiveFrom(), Clauses: clausesOf(p)}
	if e.To.IsZero() {
		e.To = now
	}
	e.describe(c, p)
	if err := e.instructed(ctx, c, set, now); err != nil {
		return nil, err
	}
	if err := e.inventory(c); err != nil {
		return nil, err
	}
	if err := e.read(ctx, c, r.more); err != nil {
		return nil, err
	}
	e.uncovered(c, p, options)
	return e, nil
}

// instructed lists what tenants instructed that is in force, or will be.
func (e *evidence) instructed(ctx context.Context, c config, set *detectors.Set, now time.Time) error {
	e.Instructions, e.Unasked = []instructed{}, c.Instructions.Unasked
	c.Instructions.Topic = "" // as the report says
	told, err := c.instructed(ctx, set, slog.New(slog.DiscardHandler))
	if told == nil {
		return err
	}
	for _, tenant := range told.Tenants() {
		if e.Tenant != "" && e.Tenant != tenant {
			continue
		}
		for _, i := range told.Of(tenant) {
			e.Instructions = append(e.Instructions, instructionOf(i, told.At([]byte(tenant), now) == i))
		}
	}
	return nil
}

// instructed is an instruction in a report.
type instructed struct {
	Tenant     string    `json:"tenant"`
	Version    int       `json:"version"`
	Hash       string    `json:"hash"`
	From       time.Time `json:"from"`
	InForce    bool      `json:"in_force"`
	Recording  bool      `json:"recording"`
	Text       string    `json:"text"`
	Consents   []consent `json:"consents,omitempty"`
	HomeRegion string    `json:"home_region,omitempty"`
	Regions    []string  `json:"regions,omitempty"`
	Safeguard  string    `json:"safeguard,omitempty"`
	Minors     bool      `json:"minors_kept_back"`
	Detection  string    `json:"detection,omitempty"`
}

// consent is policy.Consent in a report.
type consent struct {
	Name     string    `json:"name"`
	ID       string    `json:"id"`
	Granted  time.Time `json:"granted"`
	Expires  time.Time `json:"expires"`
	Document string    `json:"document_sha256"`
}

// clause is policy.Clause in a report.
type clause struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Scope string   `json:"scope"`
	Keeps string   `json:"keeps,omitempty"`
	Why   string   `json:"why,omitempty"`
	By    []string `json:"by,omitempty"`
	Rules int      `json:"rules"` // of the policy, that name it
}

// clausesOf lists all, with how many rules of a policy name them.
func clausesOf(p *policy.Policy) (all []clause) {
	for _, c := range policy.Clauses() {
		shown := clause{ID: c.ID, Title: c.Title, Scope: c.Scope, Keeps: c.Keeps, Why: c.Why, By: c.By}
		for _, name := range policy.Categories() {
			if category, ok := p.Category(name); ok {
				for _, r := range category.Rules {
					if slices.Contains(r.Clauses, c.ID) {
						shown.Rules++
					}
				}
			}
		}
		for _, class := range p.Classes() {
			if slices.Contains(class.Clauses, c.ID) {
				shown.Rules++
			}
		}
		all = append(all, shown)
	}
	return all
}

func instructionOf(i *policy.Instruction, inForce bool) instructed {
	var consents []consent
	for _, c := range i.Consents {
		consents = append(consents, consent(c))
	}
	return instructed{Tenant: i.Tenant, Version: i.Version, Hash: i.Hash(), From: i.From, InForce: inForce, Recording: i.Recording, Text: i.Text,
		Consents: consents, HomeRegion: i.HomeRegion, Regions: i.Regions, Safeguard: i.Safeguard, Minors: i.Minors,
		Detection: i.Detection.String()}
}
