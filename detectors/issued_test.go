package detectors

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNumbersNobodyIssues holds numbers of the right form against what issuers exclude beside the check digit.
func TestNumbersNobodyIssues(t *testing.T) {
	never := map[string]string{
		"US_EIN":             "000000001 071234567 891234567",
		"US_MBI":             "1SG4TE5MK73 1EG4LE5MK73 1EG4TE5MI73 0EG4TE5MK73",
		"US_NPI":             "3234567893 0000000006 9999999995",
		"US_DEA":             "IB1234563 NB1234563 M81234563",
		"US_ROUTING":         "000000000 421042111 555555559",
		"UK_NHS":             "0000000000 4444444444",
		"UK_DRIVING_LICENCE": "MORGA600054SM9IJ MORGA650054SM9IJ MORGA663054SM9IJ MORGA601004SM9IJ MORGA601324SM9IJ MO9GA657054SM9IJ",
		"IN_GSTIN":           "00AAPFU0939F1ZW 39ABCDE1234F1ZV",
		"IN_DRIVING_LICENCE": "XX1420110062821 MH1418110062821",
		"IN_PASSPORT":        "Q6932157 J0932157 J6932150",
		"IN_IFSC":            "SBIN1000001",
		"IN_UAN":             "200123456789",
		"VIN":                "1M8GDM9AXKPO42788 11111111111111111 1M8GDM9A1KP042788",
	}
	plates := map[string]string{
		"AA99AA9999": "XX12DE1433 MH00DE1433 MH12IO1433",
		"AA99AAA":    "AB49ABC AB80ABC QB51ABC AB51AIC SW19AND",
		"A999AAA":    "I123BCD",
		"AAA999A":    "ABC123I ABC123Z",
		"9999AAA":    "1500GBP 1234ABC",
	}
	checked := map[string]bool{}
	for _, list := range countries {
		for i := range list.ids {
			id := &list.ids[i]
			forms, err := compileForms(id.forms)
			require.NoError(t, err)
			for _, number := range strings.Fields(never[id.name]) {
				if formOf(forms, number) != nil {
					checked[number] = true
					require.False(t, id.check != nil && id.check([]byte(number)), "%s %s", id.name, number)
				}
			}
			if id.name != "VEHICLE_PLATE" || id.check == nil {
				continue
			}
			for shape, numbers := range plates {
				if strings.Contains("|"+strings.ReplaceAll(id.forms, " ", "")+"|", "|"+shape+"|") {
					for _, number := range strings.Fields(numbers) {
						checked[number] = true
						require.False(t, id.check([]byte(number)), number)
					}
				}
			}
		}
	}
	for _, numbers := range []map[string]string{never, plates} {
		for _, list := range numbers {
			for _, number := range strings.Fields(list) {
				require.True(t, checked[number], number)
			}
		}
	}
}
