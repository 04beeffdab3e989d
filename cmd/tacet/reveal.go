package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/reveal"
)

func newRevealCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reveal",
		Short: "Show single values again, with a grant that somebody else has signed",
		Long: `Reveal opens capsules, in which the pipeline has sealed what it took out of records. The pipeline itself can't.

The tenant's key pair and a key for each person come from keygen. An approver signs a grant for somebody else with grant; that
person asks with open, at a desk where the tenant's private key is. Rates are limited, and what is asked for, granted or not,
is in the audit log before anything is shown.`,
		Example: `  tacet reveal keygen --tenant acme --out acme.key > acme.pub
  tacet reveal keygen --person alice --out alice.key >> approvers.txt
  tacet reveal grant --as alice.key --requester bob+1c2d3e4f+AbCd… --tenant acme --type PHONE --call '[CALL:c1:…]' --purpose fraud --ticket INC-42 > grant
  tacet reveal open --desk desk.yaml --grant grant --as bob.key --key acme.key --from capsules/`,
	}
	return group(cmd, newRevealKeygenCommand(), newRevealGrantCommand(), newRevealOpenCommand())
}

func newRevealKeygenCommand() *cobra.Command {
	var tenant, person, out string
	var classic bool
	cmd := &cobra.Command{
		Use:   "keygen (--tenant ID | --person NAME) --out FILE",
		Short: "Make the key pair of a tenant, or of a person who asks or approves",
		Long: `Keygen writes a private key to a file that only its owner can read, and the public key to standard output.

A tenant's public key belongs into the pipeline's key store, and its private key to the desk and nowhere else. A person's
private key belongs to that person; the public one, with a space and the tenants behind it, to the desk's list of approvers or
of requesters: "alice+1c2d3e4f+AbCd… acme,globex", or "*" for all tenants.`,
		Example: `  tacet reveal keygen --tenant acme --out acme.key > acme.pub
  tacet reveal keygen --person alice --out alice.key`,
		Args: noArgs,
	}
	f := cmd.Flags()
	f.StringVar(&tenant, "tenant", "", "make a tenant's key pair, to which capsules are sealed")
	f.StringVar(&person, "person", "", "make a person's key pair, with which grants and requests are signed: lower-case `NAME`")
	f.StringVarP(&out, "out", "o", "", "`FILE` for the private key; it must not exist")
	f.BoolVar(&classic, "classic", false, "X25519 without ML-KEM-768: smaller capsules, which a quantum computer may open")
	_ = cmd.MarkFlagFilename("out")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case (tenant == "") == (person == ""):
			return usageError(cmd, errors.New("name either a tenant or a person"))
		case out == "":
			return usageError(cmd, errors.New("name a file with --out"))
		case person != "" && classic:
			return usageError(cmd, errors.New("--classic is for tenants' keys"))
		}
		harden()
		if person != "" {
			signer, err := reveal.GenerateSigner(person)
			if err != nil {
				return err
			}
			if err := signer.WriteFile(out); err != nil {
				return fmt.Errorf("write signing key: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), signer.Public())
			return err
		}
		key, err := reveal.GeneratePrivateKey(tenant, classic)
		if err != nil {
			return err
		}
		if err := key.WriteFile(out); err != nil {
			return fmt.Errorf("write reveal key: %w", err)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), key.Public())
		return err
	}
	return cmd
}

func newRevealGrantCommand() *cobra.Command {
	var g reveal.Grant
	var x exported
	var as, begins, hash string
	var valid time.Duration
	cmd := &cobra.Command{
		Use:   "grant --as FILE --requester KEY --tenant ID --purpose WORD --ticket ID (--type TYPE --call TOKEN | --class CLASS …)",
		Short: "Sign a grant for somebody else",
		Long: `Grant writes a signed grant to standard output. It is for one person, one tenant, the types and calls that are named, and a time of
at most 7 days. Nobody can sign a grant for themselves. Purpose and ticket are single words, because the audit log shows them.

With --class it is for an export (tacet export): of a topic's records between --from and --to, or of those in --file, under one policy.`,
		Example: `  tacet reveal grant --as alice.key --requester bob+1c2d3e4f+AbCd… --tenant acme --type PHONE,EMAIL \
    --call '[CALL:c1:bdkqtscmfghjrlnpqsdtckbm]' --purpose fraud --ticket INC-42 --valid 4h > grant
  tacet reveal grant --as alice.key --requester bob+1c2d3e4f+AbCd… --tenant acme --purpose tax_audit --ticket AO-77 \
    --class regulator --policy mctpcgkchjqcgttl --topic billing --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z > grant`,
		Args: noArgs,
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "the approver's signing key `FILE`")
	f.StringVar(&g.Requester, "requester", "", "the public `KEY` of who may see the values")
	f.StringVar(&g.Tenant, "tenant", "", "whose calls they are")
	f.StringSliceVar(&g.Types, "type", nil, "`TYPE` that may be seen, such as PHONE; several with commas")
	f.StringArrayVar(&g.Calls, "call", nil, "`TOKEN` of a call; may be given several times")
	f.StringArrayVar(&g.Names, "name", nil, "only what this alias or `TOKEN` stands for; may be given several times")
	f.StringVar(&g.Purpose, "purpose", "", "why, in one `WORD`")
	f.StringVar(&g.Ticket, "ticket", "", "`ID` of where it is written why")
	f.StringVar(&begins, "begins", "", "`TIME` from which it is valid, as 2026-11-27T09:00:00Z (default now)")
	f.DurationVar(&valid, "valid", 4*time.Hour, "how long it is valid")
	x.flags(f)
	f.StringVar(&x.file, "file", "", "`FILE` of records in place of --from and --to")
	f.StringVar(&hash, "policy", "", "`HASH` of the policy that an export is made under, as tacet check shows it")
	_ = cmd.MarkFlagFilename("as")
	_ = cmd.MarkFlagFilename("file")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if as == "" {
			return usageError(cmd, errors.New("name the approver's signing key with --as"))
		}
		if err := completeGrant(&g, begins, valid); err != nil {
			return usageError(cmd, err)
		}
		if x != (exported{partition: -1}) {
			named, err := x.named(hash)
			if err != nil {
				return err
			}
			g.Export = &named
		}
		harden()
		signer, err := reveal.ReadSigner(as)
		if err != nil {
			return err
		}
		signed, err := g.Sign(signer)
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(signed)
		return err
	}
	return cmd
}

// completeGrant checks what flags gave, and says when the grant is valid.
func completeGrant(g *reveal.Grant, begins string, valid time.Duration) (err error) {
	for _, t := range g.Types {
		if _, known := detectors.ParseType(t); !known {
			return fmt.Errorf("unknown type %q", t)
		}
	}
	g.NotBefore = time.Now()
	if begins != "" {
		if g.NotBefore, err = time.Parse(time.RFC3339, begins); err != nil {
			return fmt.Errorf("%q is not a time such as 2026-11-27T09:00:00Z", begins)
		}
	}
	g.Expires = g.NotBefore.Add(valid)
	g.Requester = strings.TrimSpace(g.Requester)
	return nil
}
