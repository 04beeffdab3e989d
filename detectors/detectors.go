// Package detectors finds personal data in text.
package detectors

// Role says who speaks a turn.
type Role uint8

// The roles.
const (
	RoleUnknown Role = iota
	RoleAgent
	RoleCustomer
)

// Channel says what kind of text it is.
type Channel uint8

// The channels.
const (
	ChannelUnknown Channel = iota
	ChannelCall
	ChannelChat
	ChannelLog
	ChannelDoc
)

// Finding is one region of a text that holds personal data. Findings of one call of Find are in order of Start and
// don't overlap.
type Finding struct {
	Start, End int // bytes of the text, half-open
	Type       Type
	Confidence float32 // 0 to 1
	Detector   string  // name of the detector, from the catalogue
	Group      int32   // findings of one identifier spread over several places share a number above 0
	// Canonical is the form that written and spoken variants of one identifier share (digits of a phone number, a
	// lower-cased e-mail address). It lies in the Scratch and is valid until the next Find with it.
	Canonical []byte
}

// Input is what is known about a text besides its bytes.
type Input struct {
	Call    *Call // memory of the call it belongs to; nil when the text stands alone
	Role    Role
	Path    []byte // the field's path or key name ("turns[].text", "user_email"); may be nil
	Channel Channel
}

// Options choose what a Set looks for.
type Options struct {
	Locales []string // "in", "uk", "us", "eu", or a country; empty means all. Moves priors, not recall.
	Preset  string   // "balanced" (default), "strict", "paranoid"
}
