package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
)

// SealedRecord is what a quarantine entry's Sealed holds, encrypted with age (age-encryption.org/v1) for one X25519
// recipient: the record as it was read. Only the holder of the identity can open it; this program can't.
type SealedRecord struct {
	Key     []byte         `json:"key,omitempty"`
	Value   []byte         `json:"value"`
	Headers []SealedHeader `json:"headers,omitempty"`
}

// SealedHeader is a Header in a SealedRecord.
type SealedHeader struct {
	Key   string `json:"key"`
	Value []byte `json:"value,omitempty"`
}

type sealer struct{ to age.Recipient }

// newSealer returns nil for no recipient.
func newSealer(recipient string) (*sealer, error) {
	if recipient == "" {
		return nil, nil
	}
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return nil, fmt.Errorf("parse the quarantine's public key: %w", err)
	}
	return &sealer{to}, nil
}

func (s *sealer) seal(r *Record) ([]byte, error) {
	rec := SealedRecord{Key: r.Key, Value: r.Value}
	for _, h := range r.Headers {
		rec.Headers = append(rec.Headers, SealedHeader(h))
	}
	plain, err := json.Marshal(rec)
	if err != nil {
		return nil, fmt.Errorf("seal record: %w", err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, s.to)
	if err != nil {
		return nil, fmt.Errorf("seal record: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("seal record: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal record: %w", err)
	}
	return out.Bytes(), nil
}

// Unseal opens what a quarantine entry holds sealed and gives the record its coordinates back. The error says nothing
// of the content.
func Unseal(e Entry, identities ...age.Identity) (Record, error) {
	r, err := age.Decrypt(bytes.NewReader(e.Sealed), identities...)
	if err != nil {
		return Record{}, fmt.Errorf("unseal record: %w", err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return Record{}, fmt.Errorf("unseal record: %w", err)
	}
	var rec SealedRecord
	if json.Unmarshal(plain, &rec) != nil {
		return Record{}, fmt.Errorf("unseal record: content is not a sealed record")
	}
	out := Record{Offset: e.Offset, Time: e.Time, Key: rec.Key, Value: rec.Value}
	for _, h := range rec.Headers {
		out.Headers = append(out.Headers, Header(h))
	}
	return out, nil
}

// entry makes the quarantine entry of a record. detail is this program's own text, without any part of the record.
func (e *Engine) entry(f *flight, r *Record, class Class, detail string) Entry {
	l, entry := f.lane, e.stamp
	entry.Policy = f.bundle.hash
	entry.Topic, entry.Partition, entry.Offset, entry.Time = l.id.Topic, l.id.Partition, r.Offset, r.Time
	entry.Category = l.topic.category
	entry.Class, entry.Detail, entry.Attempts = class, detail, 1
	entry.At = time.Now().UTC()
	if e.seal != nil {
		sealed, err := e.seal.seal(r)
		if err != nil {
			// The coordinates still find the record as long as the input topic keeps it.
			e.log.Error("record not sealed", "topic", l.id.Topic, "partition", l.id.Partition, "offset", r.Offset, "error", err)
		}
		entry.Sealed = sealed
	}
	return entry
}
