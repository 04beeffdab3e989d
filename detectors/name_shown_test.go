package detectors

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a document shows to be names are some, though no list has them; labels, firms and places are none.
func TestShownNames(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	for text, want := range map[string][]string{
		"Minutes of the club\nApologies: Quendrith\nThe meeting began at 7.":                           {"Quendrith"},
		"Møtet var kort.\nAfbud: Ragna og Thyrvild\nReferent: Quibbeck":                                {"Ragna", "Thyrvild", "Quibbeck"},
		"I attended with PC 2196 Thornywork.\nLater the file was closed.\nTHORNYWORK 2196":             {"Thornywork", "THORNYWORK"},
		"The keys are at the desk.\n\nMany thanks,\nQuendrith\n":                                       {"Quendrith"},
		"The patient was seen with student Anwynne Pellowick on Friday.":                               {"Anwynne Pellowick"},
		"A note on the visit.\nWitness: Quendrith Vaulx\nIt was said that VAULX had left before.":      {"Quendrith Vaulx", "VAULX"},
		"Present: Quendrith Vaulx\nBoiler: two quotes. Action: QV\nThe QV meter is new. PM to follow.": {"Quendrith Vaulx", "QV"},
		"Las llaves las tiene el fontanero (Quendrio).":                                                {"Quendrio"},
		"Juf Quendrith gaat met pensioen.":                                                             {"Juf Quendrith"},
		"Autorisées : Quendrol (grand-père), à prévenir.":                                              {"Quendrol"},
		"Ich kenne das von meiner Bekannten Quendrit, einem bekannten Gesicht.":                        {"Quendrit"},
		"Notulen ouderraad 4 november\n\nDe kas is gecontroleerd.":                                     nil,
		"Hej,\nhär är listan från styrelsen om hissen.":                                                nil,
		"Name, Vorname: Quendhaupt, Friedeswind\nKasse: keine":                                         {"Friedeswind", "Quendhaupt"},
		"Next of kin: Quendrith Vaulx\nBill to: Accounts":                                              {"Quendrith Vaulx"},
		"Deputy Quiringer served the order on Friday.":                                                 {"Deputy Quiringer"},
		"Hortensia's guest was seeing J. Quolliver | 09:05":                                            {"Hortensia", "J. Quolliver"},
		"Trabajadora social: Quendrith Vaulx\nLa usuaria vive sola.":                                   {"Quendrith Vaulx"},
		"W domu jest Genowefa Quendr. Z Szczygielskim rozmawiano w szkole.":                            {"Genowefa Quendr", "Szczygielskim"},
		"Den avlidne: Sigvard Ljung\nNext of kin               Suresh Quendrith":                       {"Sigvard Ljung", "Suresh Quendrith"},
		"Patientenaufnahme Physiotherapie\n\nKasse: keine":                                             nil,
		"T/C from the support worker at the refuge.\n2021 Senior analyst, water":                       nil,
		"W razie awarii dzwonić do Quendra. Kontakt do Quollichy: 605 000 119.":                        {"Quendra", "Quollichy"},
		"Il faut appeler Microsoft. Hay que llamar a Vodafone o a la oficina.":                         nil,
		"Mon frère est suivi par Vandenbroucke pour un diabète.":                                       {"Vandenbroucke"},
		"O dossiê segue. O agente Quenladim da PSP tomou conta.":                                       {"Quenladim"},
		"Her son Bo has asthma. The partner AG signed.":                                                {"Bo"},
		"At noon Sgt. Quiringer arrived. It was her son. Pink lights.":                                 {"Sgt. Quiringer"},
		"Huisarts: Tjeerd Quekzema\nDe wijkverpleegkundige (Quaaltje) komt vaak.":                      {"Tjeerd Quekzema", "Quaaltje"},
		"Patient: QUENDRITH-BOLD, Araminta      MRN: 00471820":                                         {"QUENDRITH-BOLD", "Araminta"},
		"El repartidor, un tal Quendro, dejó el paquete.":                                              {"Quendro"},
		"Her two children (Quendri, 7, and Quollo, 4) are well. Figure (2, 3) shows it.":               {"Quendri", "Quollo"},
		"The van is sold.\n\nAll our love,\nPosy and Barnaby xx":                                       {"Posy", "Barnaby"},
		"Son conjoint est Gaspard. La grossesse se déroule bien.":                                      {"Gaspard"},
		"Zeugin: Hjördis Quendrith, Tel. folgt":                                                        {"Hjördis Quendrith"},
		"EMERG CONTACT: Lemuel Quendrith (son)":                                                        {"Lemuel Quendrith"},
		"Podopieczny: Dorian Szczygielski, lat 9\nStan liczników: bez zmian":                           {"Dorian Szczygielski"},
		"A motorista Mafalda Estrompa, queixou-se do pescoço.":                                         {"Mafalda Estrompa"},
		"The keys are at the desk.\n\nMany thanks,\nFacilities":                                        nil,
		"The shop that sold it was near Thornywick Quorlby then.":                                      nil,
		"We wrote to the firm of Quorlby Vaulx Ltd about it.":                                          nil,
		"Present: laptop, charger\nAbsent: mouse":                                                      nil,
		"The new PC 2196 Windows machines are here.":                                                   nil,
		"Signed by: Customer Services":                                                                 nil,
	} {
		var got []string
		for _, f := range set.Find(nil, []byte(text), Input{Channel: ChannelDoc}, sc) {
			if f.Type == Person {
				got = append(got, text[f.Start:f.End])
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		require.Equal(t, want, got, text)
	}
}

// What documents write of times, ages and months is no finding.
func TestDocumentsKeep(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	for _, text := range []string{
		"Elle a repris à temps plein en mars après la naissance.",
		"Pelas 22h10 a condutora saiu.",
		"HPI: 67 y/o F brought in by ambulance after a fall",
	} {
		require.Empty(t, set.Find(nil, []byte(text), Input{Channel: ChannelDoc}, NewScratch()), text)
	}
	const chat = "[14/11/2026, 18:02:40] Tolu: what's the new address\n[14/11/2026, 18:03:02] Osric: 22 Lapwing Rise\n[14/11/2026, 18:03:15] Tolu: door code?\n[14/11/2026, 18:04:15] Osric: 0417"
	var got []string
	for _, f := range set.Find(nil, []byte(chat), Input{Channel: ChannelDoc}, NewScratch()) {
		if f.Type != Person && f.Type != Date {
			got = append(got, chat[f.Start:f.End])
		}
	}
	require.Equal(t, []string{"22 Lapwing Rise", "0417"}, got)
}
