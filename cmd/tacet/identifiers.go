package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
)

// identifier is what somebody is known by: a type and the forms in which one value may have been found.
type identifier struct {
	typ   string
	raw   string
	forms []string // canonical, each once
}

// typeCall is the type of a call's id.
const typeCall = "CALL_ID"

// identifiersMax bounds what one request is about.
const identifiersMax = 5000

// identifierFlags are the ways to say who is meant, and for whom it is asked.
type identifierFlags struct {
	phones, emails, calls, others []string
	file                          string
	tenant, ticket, by            string
}

// add makes a command take the flags, and nothing beside them.
func (f *identifierFlags) add(cmd *cobra.Command) {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 { // which may be an identifier, so it isn't shown
			return usageError(cmd, errors.New("unexpected argument: name people with --from or a flag"))
		}
		return nil
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "from", "f", "", "`FILE` of identifiers, one a line, each behind its type: PHONE +44 7700 900123; - is standard input")
	flags.StringArrayVar(&f.phones, "phone", nil, "phone `NUMBER`, best in international form; other users may see flags in the list of processes")
	flags.StringArrayVar(&f.emails, "email", nil, "e-mail `ADDRESS`; as --phone")
	flags.StringArrayVar(&f.calls, "call", nil, "`ID` of a call, as in its records; as --phone")
	flags.StringArrayVar(&f.others, "id", nil, "any `TYPE=VALUE`: ACCOUNT_ID=77-1204; as --phone")
	_ = cmd.MarkFlagFilename("from")
	flags.StringVarP(&f.tenant, "tenant", "t", "", "`ID` of the tenant whose records they are (required)")
	flags.StringVar(&f.ticket, "ticket", "", "`REFERENCE` under which the request is known elsewhere; no identifier")
	flags.StringVar(&f.by, "by", "", "`NAME` of who checked the request; no e-mail address")
}

// open gives the configuration and the identifiers of all flags.
func (f *identifierFlags) open(cmd *cobra.Command, name string) (c config, ids []identifier, err error) {
	harden()
	if c, err = loadConfig(name); err != nil {
		return c, nil, err
	}
	if f.tenant == "" {
		return c, nil, usageError(cmd, errors.New("--tenant is required"))
	}
	ids, err = f.read(cmd.InOrStdin())
	return c, ids, err
}

// read gives the identifiers of all flags. Its errors say where one stands, never what it is.
func (f *identifierFlags) read(in io.Reader) ([]identifier, error) {
	var all []identifier
	add := func(where, typ, value string) error {
		id, err := newIdentifier(typ, value)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if all = append(all, id); len(all) > identifiersMax {
			return fmt.Errorf("more than %d identifiers: make several requests", identifiersMax)
		}
		return nil
	}
	var errs []error
	for _, list := range []struct {
		flag, typ string
		values    []string
	}{{"--phone", detectors.Phone.String(), f.phones}, {"--email", detectors.Email.String(), f.emails}, {"--call", typeCall, f.calls}} {
		for _, value := range list.values {
			errs = append(errs, add(list.flag, list.typ, value))
		}
	}
	for _, other := range f.others {
		typ, value, ok := strings.Cut(other, "=")
		if !ok {
			return nil, errors.New("--id: is not TYPE=VALUE")
		}
		errs = append(errs, add("--id", typ, value))
	}
	if f.file != "" {
		errs = append(errs, f.lines(in, add))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("nobody is named: give --from, --phone, --email, --call or --id")
	}
	return all, nil
}

func (f *identifierFlags) lines(in io.Reader, add func(where, typ, value string) error) error {
	name := "standard input"
	if f.file != "-" {
		name = f.file
		file, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("read identifiers: %w", err)
		}
		defer file.Close()
		in = file
	}
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		typ, value, _ := strings.Cut(line, " ")
		if err := add(fmt.Sprintf("%s line %d", name, n), typ, value); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read identifiers from %s: %w", name, err)
	}
	return nil
}

// newIdentifier brings a value into the forms that the pipeline compares. Its errors don't show it.
func newIdentifier(typ, value string) (identifier, error) {
	value = strings.TrimSpace(value)
	if typ == "" || len(typ) > 32 || strings.Trim(typ, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return identifier{}, errors.New("begins with no type, such as PHONE, EMAIL, CALL_ID or ACCOUNT_ID")
	}
	if value == "" || len(value) > 1024 {
		return identifier{}, fmt.Errorf("the %s is empty or longer than 1024 bytes", typ)
	}
	// Under the wrong type it would be nobody's, and the request would be carried out for nobody.
	if name, host, _ := strings.Cut(value, "@"); typ == detectors.Email.String() && (name == "" || host == "") {
		return identifier{}, fmt.Errorf("the value is no %s", typ)
	}
	id := identifier{typ: typ, raw: value}
	for _, form := range append([]string{value}, phoneForms(typ, value)...) {
		id.add(string(pseudonym.Canonical(nil, typ, []byte(form))))
	}
	if len(id.forms) == 0 {
		return identifier{}, fmt.Errorf("the value is no %s", typ)
	}
	return id, nil
}

func (id *identifier) add(form string) {
	if form == "" {
		return
	}
	for _, other := range id.forms {
		if other == form {
			return
		}
	}
	id.forms = append(id.forms, form)
}

// phoneForms are the ways in which one number is said by people who know the country: "+44 7700 900123" is also 447700900123,
// 7700900123 and 07700900123. A detector that doesn't know the country keeps the form that it heard, so all of them are looked for.
func phoneForms(typ, value string) []string {
	if typ != detectors.Phone.String() {
		return nil
	}
	digits := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, value)
	switch {
	case strings.HasPrefix(value, "+"):
	case strings.HasPrefix(digits, "00"):
		digits = digits[2:]
	default:
		return nil
	}
	n := callingCode(digits)
	if n == 0 || len(digits)-n < 5 {
		return nil
	}
	return []string{"+" + digits, digits, digits[n:], "0" + digits[n:]}
}

// nationalPhones counts telephone numbers that don't say their country.
func nationalPhones(ids []identifier) (n int) {
	for _, id := range ids {
		if id.typ == detectors.Phone.String() && id.forms[0][0] != '+' {
			n++
		}
	}
	return n
}

// callingCode gives the length of the country's code that digits begin with, of ITU-T E.164: one digit for zones 1 and 7, two for
// those listed, else three.
func callingCode(digits string) int {
	const two = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
	switch {
	case len(digits) < 4 || digits[0] == '0':
		return 0
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case strings.Contains(two, " "+digits[:2]+" "):
		return 2
	}
	return 3
}
