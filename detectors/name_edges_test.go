package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The label of the next line of a form is no name.
func TestLabelsAreNoNames(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	const form = "Employer: Badger Freight, supervisor Dale Kowalczyk, 608-555-0182\nPets: 1 dog (Beagle, \"Waffles\")"
	for _, f := range set.Find(nil, []byte(form), Input{Channel: ChannelDoc}, NewScratch()) {
		require.NotRegexp(t, "Pets", form[f.Start:f.End])
	}
}

// Who is greeted where a line begins is a person, whatever the language; where nobody is named, nobody is.
func TestGreeted(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	for text, want := range map[string]string{
		"Beste Marijke,\n\nbedankt voor de brief.":                        "Marijke",
		"Sehr geehrte Frau Quastenberg,\nvielen Dank.":                    "Quastenberg",
		"Ref 12\nSzanowna Pani Wrześniewska,\nw odpowiedzi":               "Wrześniewska",
		"Dear Ozioma Quillfeather,\nthank you for your letter.":           "Ozioma Quillfeather",
		"O contrato da dona Conceição Vilhena está pronto. Ela assina.":   "Conceição Vilhena",
		"CURRICULUM VITAE\n\nAnneliese Okafor-Brandt\nLeeds":              "Anneliese Okafor-Brandt",
		"Dear Customer,\nthank you for your letter.":                      "",
		"Sehr geehrte Damen und Herren,\nvielen Dank.":                    "",
		"Hello World\nand so on":                                          "",
		"Beste kwaliteit, lage prijs.":                                    "",
		"Saludos, Groetjes,\n":                                            "",
		"we said Beste Marijke would be a good title for a book on gifts": "",
	} {
		got := ""
		for _, f := range set.Find(nil, []byte(text), Input{Channel: ChannelDoc}, sc) {
			if f.Type == Person {
				got += text[f.Start:f.End]
			}
		}
		if want == "" {
			require.NotContains(t, got, "Customer", text)
			require.NotRegexp(t, "Damen|World|kwaliteit|Groetjes", got, text)
			continue
		}
		require.Contains(t, got, want, text)
	}
}
