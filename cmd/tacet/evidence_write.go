package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"
)

// evidenceFiles are the forms of a report; evidenceNote signs them.
const evidenceNote = "evidence.note"

var evidenceFiles = []string{"evidence.json", "evidence.md", "evidence.html"}

// writeEvidence writes a report in its three forms, and the note that signs them where there is a key.
func writeEvidence(dir string, e *evidence, signer note.Signer) error {
	var forms [3]bytes.Buffer
	enc := json.NewEncoder(&forms[0])
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	chapters := e.chapters()
	for i := range chapters {
		chapters[i].clean()
	}
	markdown(&forms[1], chapters)
	if err := webPage(&forms[2], chapters); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	// An older note must not stand beside newer files.
	if err := os.Remove(filepath.Join(dir, evidenceNote)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("write evidence: %w", err)
	}
	for i, name := range evidenceFiles {
		if err := os.WriteFile(filepath.Join(dir, name), forms[i].Bytes(), 0o640); err != nil {
			return fmt.Errorf("write evidence: %w", err)
		}
	}
	if signer == nil {
		return nil
	}
	signed, err := note.Sign(&note.Note{Text: evidenceText(forms[0].Bytes(), forms[1].Bytes(), forms[2].Bytes())}, signer)
	if err != nil {
		return errors.New("sign evidence: the key signs nothing")
	}
	if err := os.WriteFile(filepath.Join(dir, evidenceNote), signed, 0o640); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

// evidenceText is what is signed: the hashes of the files, as sha256sum prints them.
func evidenceText(forms ...[]byte) string {
	var b strings.Builder
	b.WriteString("tacet evidence\n\n")
	for i, form := range forms {
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(form), evidenceFiles[i])
	}
	return b.String()
}

// clean puts a space for whatever does not print, such as what would turn the direction of writing.
func (c *chapter) clean() {
	clean := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return ' '
		}, s)
	}
	for _, texts := range append([][]string{c.Text, c.Items, c.Heads}, c.Rows...) {
		for i := range texts {
			texts[i] = clean(texts[i])
		}
	}
	c.Title = clean(c.Title)
}

// markdown writes chapters. What stands in cells is escaped: it can't end its cell or be a link.
func markdown(w io.Writer, chapters []chapter) {
	fmt.Fprint(w, "# Evidence\n")
	escape := strings.NewReplacer(`\`, `\\`, "&", "&amp;", "|", `\|`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", ">", "&gt;", "#", `\#`)
	text := escape.Replace
	for _, s := range chapters {
		fmt.Fprintf(w, "\n## %s\n", text(s.Title))
		for _, t := range s.Text {
			fmt.Fprintf(w, "\n%s\n", text(t))
		}
		if len(s.Items) > 0 {
			fmt.Fprintln(w)
		}
		for _, item := range s.Items {
			fmt.Fprintf(w, "- %s\n", text(item))
		}
		if len(s.Heads) > 0 && len(s.Rows) == 0 {
			fmt.Fprint(w, "\nNone.\n")
		} else if len(s.Heads) > 0 {
			row := func(cells []string) {
				for _, c := range cells {
					fmt.Fprintf(w, "| %s ", c)
				}
				fmt.Fprintln(w, "|")
			}
			fmt.Fprintln(w)
			row(escaped(s.Heads, text))
			row(strings.Split(strings.Repeat("--- ", len(s.Heads)-1)+"---", " "))
			for _, cells := range s.Rows {
				row(escaped(cells, text))
			}
		}
	}
}

func escaped(cells []string, text func(string) string) (out []string) {
	for _, c := range cells {
		out = append(out, text(c))
	}
	return out
}

//go:embed evidence.html.tmpl
var evidencePage string

// webPage writes one page that loads nothing from anywhere.
func webPage(w io.Writer, chapters []chapter) error {
	t, err := template.New("evidence").Parse(evidencePage)
	if err != nil {
		return err
	}
	return t.Execute(w, chapters)
}

func newEvidenceVerifyCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "verify DIR --key PUBLIC",
		Short: "Check that a report is as it was signed",
		Long: `Verify checks the note against the public key, and the three files against the note. It says nothing of whether what the report
says is so.`,
		Example: "  tacet evidence verify evidence --key tacet.example.com+1b3d…",
		Args:    argsOf(1, 1, "name one directory"),
	}
	cmd.Flags().StringVar(&key, "key", "", "the `PUBLIC` half, or a file with it, as tacet audit keygen printed it (required)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if text, err := os.ReadFile(key); err == nil {
			key = string(text)
		}
		verifier, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return usageError(cmd, errors.New("--key is no public key <name>+<hash>+<key>"))
		}
		return verifyEvidence(args[0], verifier, cmd.OutOrStdout())
	}
	return cmd
}

func verifyEvidence(dir string, verifier note.Verifier, out io.Writer) error {
	signed, err := os.ReadFile(filepath.Join(dir, evidenceNote))
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return fmt.Errorf("%s is not signed by this key", filepath.Join(dir, evidenceNote))
	}
	var forms [][]byte
	for _, name := range evidenceFiles {
		form, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("read evidence: %w", err)
		}
		forms = append(forms, form)
	}
	if want := evidenceText(forms...); want != n.Text {
		lines, signedLines := strings.Split(want, "\n"), strings.Split(n.Text, "\n")
		for i := range lines {
			if i >= len(signedLines) || lines[i] != signedLines[i] {
				_, name, _ := strings.Cut(lines[i], "  ")
				return fmt.Errorf("%s is not as it was signed", filepath.Join(dir, name))
			}
		}
		return fmt.Errorf("%s signs something else", filepath.Join(dir, evidenceNote))
	}
	_, err = fmt.Fprintf(out, "%s: as it was signed by %s\n", dir, n.Sigs[0].Name)
	return err
}
