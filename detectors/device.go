package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// deviceWords name what tells one device, or one installation of an app, from all others; see deviceWord.
const deviceWords = "idfa idfv gaid aaid oaid udid ssaid adid android advertising advertiser installation device androidid advertisingid installationid deviceid deviceuuid"

var (
	deviceLeads = wordsOf("android advertising advertiser installation device")
	deviceIDs   = wordsOf("id identifier uuid udid")
	// deviceFields end the names of fields; those of four letters are all of the name.
	deviceFields = [...]string{"deviceid", "deviceuuid", "androidid", "advertisingid", "advertiserid", "installationid", "idfa", "idfv", "gaid", "aaid", "oaid", "udid", "ssaid", "adid"}
)

// deviceWord looks behind token i for the identifier of a device that programs write: "IDFA: EA7583CD-…", "android_id=9774d56d682e549c", "advertising id
// is …".
func (p *pass) deviceWord(i int) {
	if p.is(i, &deviceLeads) {
		if i++; !p.is(i, &deviceIDs) || p.text.Tokens[i].Start-p.text.Tokens[i-1].End != 1 {
			return
		}
	}
	if start, _, ok := p.valueAfter(int(p.text.Tokens[i].End), i); ok {
		p.device(p.pastQuote(start))
	} else if p.codeGap(i) == ' ' {
		p.device(int(p.text.Tokens[i].End) + 1)
	}
}

// namedDevice is deviceWord for a text whose field is named for that.
func (p *pass) namedDevice() {
	if p.path.roles&fieldDevice == 0 {
		return
	}
	for _, h := range p.text.Hot {
		if start := int(p.text.Tokens[h].Start); p.at(start-1) != '-' {
			p.device(start)
		}
	}
}

// isDeviceField says whether a field is named for the identifier of a device.
func isDeviceField(name []byte) bool {
	for _, w := range deviceFields {
		if endsWithFolded(name, w) && (len(w) > 5 || len(name) <= len(w)+1) {
			return true
		}
	}
	return false
}

// device takes what stands at a place for the identifier of a device, if it has the form of one: a UUID, 16 hexadecimal digits and more, or those of Apple's
// in two parts.
func (p *pass) device(start int) {
	end := p.keyEnd(min(start, len(p.b)), "-")
	value := p.b[min(start, end):end]
	digits, dashes, zeros := 0, 0, 0
	for _, c := range value {
		switch {
		case c == '-':
			dashes++
		case !scan.IsHex(c):
			return
		case c == '0':
			zeros++
		case scan.IsDigit(c):
			digits++
		}
	}
	switch {
	case dashes == 0 && (len(value) == 16 || len(value) == 32 || len(value) == 40 || len(value) == 64) && digits+zeros < len(value):
	case dashes == 1 && len(value) == 25 && value[8] == '-':
	case dashes == 4 && len(value) == 36 && value[8] == '-' && value[23] == '-':
	default:
		return
	}
	if digits > 0 && !p.isInert(start) {
		p.add(start, end, DeviceID, 0.75, byDeviceID, p.lower(start, end))
	}
}
