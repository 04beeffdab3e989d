package detectors

// cyprus lists the identifiers of Cyprus.
var cyprus = []identifier{
	{
		name: "CY_TIC", authority: "Τμήμα Φορολογίας, Αριθμός Φορολογικής Ταυτότητας (OECD TIN sheet for Cyprus)", digit: "mod 26 letter",
		forms: "99999999 A|999 999 99 A", check: isCYTax,
		words: "αριθμός φορολογικής ταυτότητας, α.φ.τ., αφτ, tax identification code, tic number, cyprus tax number, cypriot tax number",
		alone: 0.5, broken: 0.25, examples: "00123456H 10259033P",
	},
	{
		name: "CY_ID_CARD", authority: "Τμήμα Αρχείου Πληθυσμού και Μετανάστευσης, Ν. 141(I)/2002", digit: "none",
		forms: "9999999999|9999999|999999|99999999",
		words: "δελτίο ταυτότητας, αριθμός ταυτότητας, αρ. ταυτότητας, arithmos taftotitas, cyprus id card, cypriot identity card, kimlik kartı",
		alone: 0.25, examples: "0001234567 1234567",
	},
	{
		name: "CY_SOCIAL_INSURANCE", authority: "Υπηρεσίες Κοινωνικών Ασφαλίσεων, Ν. 59(I)/2010", digit: "none",
		forms: "99999999|9999999|999999",
		words: "αριθμός κοινωνικών ασφαλίσεων, κοινωνικών ασφαλίσεων, α.κ.α., cyprus social insurance, cypriot social insurance",
		alone: 0.25, examples: "1234567 12345678",
	},
	{
		name: "CY_PASSPORT", authority: "Τμήμα Αρχείου Πληθυσμού και Μετανάστευσης: E and six digits, since 2010 K and eight", digit: "none",
		forms: "k99999999|l99999999|e999999",
		words: "κυπριακό διαβατήριο, cyprus passport, cypriot passport",
		alone: 0.3, examples: "K00000413 E123456",
	},
}

// isCYTax checks a Cypriot tax number: eight digits, not beginning with 12, and a letter.
func isCYTax(c []byte) bool {
	if c[0] == '1' && c[1] == '2' {
		return false
	}
	odd := [10]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}
	sum := 0
	for i, d := range c[:8] {
		if i%2 == 0 {
			sum += odd[d-'0']
		} else {
			sum += int(d - '0')
		}
	}
	return c[8] == byte('A'+sum%26)
}
