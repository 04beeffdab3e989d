package reveal

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Export is what is to leave as a whole: the records of one tenant in a topic between two places, or in a file, as the policy has them leave
// for a sink class.
type Export struct {
	Class     string `json:"class"`
	Policy    string `json:"policy"` // hash of the one that says what leaves
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`      // of the topic; -1 for all, and for a file
	From      string `json:"from,omitempty"` // an offset, or a time such as 2026-03-01T00:00:00Z
	To        string `json:"to,omitempty"`   // likewise, not included
	File      string `json:"file,omitempty"` // SHA-256 of the file, in hexadecimal, in place of from and to
}

// The bounds of what an export names. Topics' are Kafka's.
const (
	topicLenMax = 249
	placeLenMax = 40
)

// check looks at an export by itself. All of it may be shown anywhere.
func (x *Export) check() error {
	sum, err := hex.DecodeString(x.File)
	switch {
	case !isSlug(x.Class):
		return errors.New("an export is for a sink class")
	case !isSlug(x.Policy):
		return errors.New("an export is made under a policy: name its hash")
	case !isTopic(x.Topic):
		return errors.New("an export is of a topic's records")
	case x.Partition < -1:
		return errors.New("partitions are counted from 0")
	case x.File == "" && (!isPlace(x.From) || !isPlace(x.To)):
		return errors.New("say from where to where, by offsets or by times such as 2026-03-01T00:00:00Z, or which file")
	case x.File != "" && (x.From != "" || x.To != "" || x.Partition != -1):
		return errors.New("a file is exported as a whole")
	case x.File != "" && (err != nil || len(sum) != 32 || x.File != strings.ToLower(x.File)):
		return errors.New("a file is named by its SHA-256, 64 hexadecimal digits")
	}
	return nil
}

func isTopic(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= topicLenMax
}

// isPlace tells an offset or a time.
func isPlace(s string) bool {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s == strconv.FormatInt(max(n, 0), 10)
	}
	_, err := time.Parse(time.RFC3339, s)
	return err == nil && len(s) <= placeLenMax
}

// The actions of events of exports.
const (
	ActionExport        = "export.open"    // records were about to be read and written
	ActionExportDone    = "export.done"    // they were written
	ActionExportFailed  = "export.failed"  // they were not, or not all; what was written is gone
	ActionExportRefused = "export.refused" // nothing was read
)

// ExportRequest is what somebody asks to have exported.
type ExportRequest struct {
	Grant           []byte
	As              *Signer // the requester
	Tenant          string
	Purpose, Ticket string
	Export          Export
}

// Exporting is an export that the journal knows of. Done or Failed ends it.
type Exporting struct {
	Grant Grant
	desk  *Desk
	event Event
}

// Export allows an export or refuses it. Either way the journal has an entry on disk before it returns. How many values there are to be in
// it nobody can know before, so the rate limit counts exports, of which each is one stretch of records that somebody else named; one that then
// fails counts, too.
func (d *Desk) Export(r ExportRequest) (*Exporting, error) {
	e := Event{Time: d.cfg.Now().UTC()}
	switch {
	case r.As == nil || !isTenant([]byte(r.Tenant)):
		return nil, errors.New("export: a requester and a tenant are needed")
	case !isSlug(r.Purpose) || !isSlug(r.Ticket):
		return nil, errors.New("export: purpose and ticket are a word each, of letters, digits, dots, dashes and underscores: the audit log shows them")
	}
	if err := r.Export.check(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	e.Tenant, e.Purpose, e.Ticket, e.Export = r.Tenant, r.Purpose, r.Ticket, &r.Export
	if d.cfg.Requesters.may(r.As.Public(), r.Tenant) {
		e.Requester = r.As.Public() // its key is there, so it is them
	}
	g, err := d.exportable(&r, &e)
	if err != nil {
		return nil, d.refused(e, ActionExportRefused, err)
	}
	e.Action = ActionExport
	if err := d.cfg.Journal.Record(e); err != nil {
		return nil, fmt.Errorf("write audit entry, so nothing is exported: %w", err)
	}
	return &Exporting{g, d, e}, nil
}

// exportable checks the grant, and fills in the event as far as it gets.
func (d *Desk) exportable(r *ExportRequest, e *Event) (Grant, error) {
	now, err := d.seen(e)
	if err != nil {
		return Grant{}, err
	}
	if len(r.Grant) == 0 {
		return Grant{}, refuse(ReasonNone, "there is no grant")
	}
	g, err := d.genuine(r.Grant, e)
	if err != nil {
		return Grant{}, err
	}
	if err := g.holds(r.As, r.Tenant, now); err != nil {
		return Grant{}, err
	}
	switch {
	case g.Export == nil:
		return Grant{}, refuse(ReasonKind, "the grant is for single values, not for an export")
	case r.Purpose != g.Purpose || r.Ticket != g.Ticket:
		return Grant{}, refuse(ReasonPurpose, "the grant is for another purpose or case")
	case r.Export != *g.Export:
		return Grant{}, refuse(ReasonExport, "the grant is for other records, another class or another policy")
	}
	text, err := json.Marshal(struct {
		Grant  string    `json:"grant"`
		Export Export    `json:"export"`
		At     time.Time `json:"at"`
	}{g.ID, r.Export, e.Time})
	if err != nil {
		return Grant{}, err
	}
	if e.Proof, err = g.proof(r.As, "tacet export request v1\n"+string(text)+"\n"); err != nil {
		return Grant{}, err
	}
	return g, limited(d.cfg.Limits.takeExport(e.Time, g.Requester, g.Tenant))
}

// Done puts into the journal what was exported, before anybody gets it. counts are records, by what became of them.
func (x *Exporting) Done(counts map[string]int64, manifest string) error {
	return x.end(ActionExportDone, counts, manifest)
}

// Failed puts into the journal that nothing was.
func (x *Exporting) Failed() error { return x.end(ActionExportFailed, nil, "") }

func (x *Exporting) end(action string, counts map[string]int64, manifest string) error {
	e := x.event
	e.Time, e.Action, e.Counts, e.Manifest = x.desk.cfg.Now().UTC(), action, counts, manifest
	if err := x.desk.cfg.Journal.Record(e); err != nil {
		return fmt.Errorf("write audit entry: %w", err)
	}
	return nil
}
