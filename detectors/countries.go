package detectors

// countries lists the identifiers that are known by their form. A new list gets its file and a line here.
var countries = []struct {
	name string // stands in Finding.Detector
	ids  []identifier
}{
	{"at", austria},
	{"be", belgium},
	{"de", germany},
	{"dk", denmark},
	{"es", spain},
	{"fi", finland},
	{"fr", france},
	{"ie", ireland},
	{"it", italy},
	{"lu", luxembourg},
	{"nl", netherlands},
	{"pt", portugal},
	{"se", sweden},
	{"bg", bulgaria},
	{"hr", croatia},
	{"cy", cyprus},
	{"cz", czechia},
	{"ee", estonia},
	{"gr", greece},
	{"hu", hungary},
	{"lv", latvia},
	{"lt", lithuania},
	{"mt", malta},
	{"pl", poland},
	{"ro", romania},
	{"sk", slovakia},
	{"si", slovenia},
	{"eu", euVAT},
	{"us", unitedStates},
	{"uk", unitedKingdom},
	{"in", india},
	{"vehicle", vehicles},
	{"world", world},
	{"bank", banking},
	{"telephony", telephony},
}
