package detectors

// countries lists the identifiers that are known by their form. A new list gets its file and a line here.
var countries = []struct {
	name string // stands in Finding.Detector
	ids  []identifier
}{
	{"de", germany},
}
