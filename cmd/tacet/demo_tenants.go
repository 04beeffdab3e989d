package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// demoTenants are those of the traffic, and what each instructs, so that the same kind of record leaves differently.
var demoTenants = []struct{ name, what, text string }{
	{"acme", "texts for 90 days, recordings, training", `text: standard
recording: true
consents:
  - {name: training, id: DPA-2026-7, granted: 2026-01-01, expires: 2999-01-01, document: 3b7d1c5a90e2f46888aa5d10c7be49f2616f0d3a5e8b92c4d7f1a0b3c6e9d852}
`},
	{"bolt", "texts for 30 days, recordings", "text: short\nrecording: true\n"},
	{"civic", "texts for 30 days, no recordings", "text: short\nrecording: false\n"},
	{"delta", "no texts; recordings", "text: none\nrecording: true\n"},
}

const demoKeys = "tenants.keys"

// instruct signs what the tenants instruct, with a key of this run.
func (d *demo) instruct() error {
	dir := filepath.Join(d.dir, "instructions")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write instructions: %w", err)
	}
	private, public, err := note.GenerateKey(rand.Reader, "demo")
	if err != nil {
		return fmt.Errorf("sign instructions: %w", err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return fmt.Errorf("sign instructions: %w", err)
	}
	files := map[string][]byte{}
	var tenants []string
	for _, t := range demoTenants {
		name := t.name + "-1" + signedSuffix
		text := fmt.Sprintf("tenant: %s\nversion: 1\nfrom: 2026-01-01\n%s", t.name, t.text)
		if files[name], err = policy.SignInstruction(name, []byte(text), signer); err != nil {
			return err
		}
		tenants = append(tenants, t.name)
	}
	files[demoKeys] = []byte(public + " " + strings.Join(tenants, " ") + "\n")
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return fmt.Errorf("write instructions: %w", err)
		}
	}
	return nil
}

// showTenants says who instructed what.
func (d *demo) showTenants(c config) {
	fmt.Fprintf(d.out, "tenants     %s\n", c.Instructions.Directory)
	for _, t := range demoTenants {
		fmt.Fprintf(d.out, "            %-6s %s\n", t.name, t.what)
	}
}

// silent finds a record of a call whose tenant has no text leave.
func silent(records []demoRecord) int {
	return slices.IndexFunc(records, func(r demoRecord) bool {
		return strings.Contains(r.value, `"tenant_id":"delta"`) && strings.Contains(r.value, `"role":"customer"`)
	})
}
