package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// credential is a format known by its beginning: what follows the prefix is at least least bytes of the alphabet.
type credential struct {
	prefix string
	least  int
	extra  string // bytes besides letters and digits that may follow
}

// credentials are the commonest formats, after the issuers' documentation, by first byte.
var credentials = [...]credential{
	{"AGE-SECRET-KEY-1", 58, ""},
	{"AIza", 35, "-_"},       // Google API
	{"AKIA", 12, ""},         // AWS access keys
	{"ASIA", 12, ""},         //
	{"ABIA", 12, ""},         //
	{"ACCA", 12, ""},         //
	{"EAAA", 40, "-_"},       // Square
	{"NRAK-", 27, ""},        // New Relic
	{"PMAK-", 40, "-"},       // Postman
	{"SG.", 40, "._-"},       // SendGrid
	{"dapi", 32, "-"},        // Databricks
	{"dckr_pat_", 20, "-_"},  // Docker
	{"dop_v1_", 40, ""},      // DigitalOcean
	{"dp.pt.", 40, ""},       // Doppler
	{"figd_", 30, "-_"},      // Figma
	{"ghp_", 30, ""},         // GitHub
	{"gho_", 30, ""},         //
	{"ghu_", 30, ""},         //
	{"ghs_", 30, "._-"},      //
	{"ghr_", 30, ""},         //
	{"github_pat_", 22, "_"}, //
	{"glpat-", 20, "-_."},    // GitLab
	{"glc_", 32, "+/="},      // Grafana
	{"glsa_", 32, "_"},       //
	{"gsk_", 40, ""},         // Groq
	{"hf_", 30, ""},          // Hugging Face
	{"hvb.", 60, "-_"},       // HashiCorp Vault
	{"hvs.", 60, "-_"},       //
	{"key-", 32, ""},         // Mailgun
	{"lin_api_", 32, ""},     // Linear
	{"npm_", 36, ""},         // npm
	{"ops_eyJ", 40, "-_=+/"}, // 1Password
	{"phc_", 40, ""},         // PostHog
	{"pk_live_", 16, ""},     // Stripe
	{"pul-", 40, ""},         // Pulumi
	{"pypi-AgE", 40, "-_"},   // PyPI
	{"r8_", 37, ""},          // Replicate
	{"rk_live_", 16, ""},     // Stripe
	{"rk_test_", 16, ""},     //
	{"rubygems_", 48, ""},    // RubyGems
	{"shpat_", 32, ""},       // Shopify
	{"shpca_", 32, ""},       //
	{"shppa_", 32, ""},       //
	{"shpss_", 32, ""},       //
	{"sk-ant-", 20, "-_"},    // Anthropic
	{"sk-proj-", 20, "-_"},   // OpenAI
	{"sk-", 32, "-_"},        //
	{"sk_live_", 16, ""},     // Stripe
	{"sk_test_", 16, ""},     //
	{"sntrys_", 40, "=_+/"},  // Sentry
	{"sq0atp-", 22, "-_"},    // Square
	{"sq0csp-", 40, "-_"},    //
	{"tskey-", 20, "-"},      // Tailscale
	{"whsec_", 24, "+/="},    // Stripe
	{"xai-", 40, ""},         // xAI
	{"xapp-", 20, "-"},       // Slack
	{"xoxa-", 16, "-"},       //
	{"xoxb-", 16, "-"},       //
	{"xoxe-", 16, "-"},       //
	{"xoxe.xox", 20, "-"},    //
	{"xoxp-", 16, "-"},       //
	{"xoxr-", 16, "-"},       //
	{"xoxs-", 16, "-"},       //
	{"ya29.", 20, "-_"},      // Google OAuth
}

// credentialsAt is, for each byte, where the credentials that begin with it start and end in the list.
var credentialsAt = func() (at [256][2]uint8) {
	for i, c := range credentials {
		b := c.prefix[0]
		if at[b][1] == 0 {
			at[b][0] = uint8(i)
		}
		at[b][1] = uint8(i + 1)
	}
	return at
}()

// credentialWords are the first words of credentials, and the words that stand before one.
const credentialWords = "ghp gho ghu ghs ghr github glpat xoxb xoxp xoxa xoxr xoxs xoxe xapp sk rk pk whsec hf npm dckr pypi sg shpat " +
	"shpss shpca shppa dop hvs hvb gsk lin glsa glc figd nrak sqopat pmak sntrys tskey rubygems ya29 sq0atp sq0csp eyj age dp " +
	"key ops pul lsk phc r8 xai begin bearer basic"

// secretWord looks at token i, one of credentialWords.
func (p *pass) secretWord(i int) {
	switch t := &p.text.Tokens[i]; {
	case t.Bits&wordBegin != 0:
		p.pem(i)
	case t.Bits&wordBearer != 0:
		p.bearer(i)
	default:
		p.prefixed(i)
	}
}

// prefixed looks for a credential that begins with token i, and for a JSON web token.
func (p *pass) prefixed(i int) {
	start := int(p.text.Tokens[i].Start)
	if c := p.at(start - 1); c == '_' || c == '-' {
		return // the middle of a name
	}
	rest := p.b[start:]
	if len(rest) > 3 && string(rest[:3]) == "eyJ" {
		p.jwt(start)
		return
	}
	bucket := credentialsAt[rest[0]]
	for k := bucket[0]; k < bucket[1]; k++ {
		c := &credentials[k]
		n := len(c.prefix)
		if len(rest) < n+c.least || string(rest[:n]) != c.prefix {
			continue
		}
		end := p.keyEnd(start+n, c.extra)
		if end-start-n >= c.least {
			p.add(start, end, Secret, 0.97, bySecret, p.verbatim(start, end))
			return
		}
	}
}

// keyMax is the longest credential that is read.
const keyMax = 4096

// keyEnd is where letters, digits and the extra bytes end that begin at i.
func (p *pass) keyEnd(i int, extra string) int {
	for start := i; i < len(p.b) && i-start < keyMax; i++ {
		if c := p.b[i]; !scan.IsDigit(c) && !scan.IsLetter(c) {
			ok := false
			for k := range len(extra) {
				ok = ok || extra[k] == c
			}
			if !ok {
				break
			}
		}
	}
	return i
}

// jwt looks for a token of RFC 7519 at start: two or three parts of base64url, the first two JSON objects.
func (p *pass) jwt(start int) {
	if start < p.keyDone {
		return
	}
	head := p.keyEnd(start, "-_")
	p.keyDone = head
	if head-start < 10 || p.at(head) != '.' || p.at(head+1) != 'e' || p.at(head+2) != 'y' {
		return
	}
	end := p.keyEnd(head+1, "-_")
	if end-head < 8 {
		return
	}
	if p.at(end) == '.' {
		end = p.keyEnd(end+1, "-_")
	}
	p.keyDone = end
	p.add(start, end, Secret, 0.98, bySecret, p.verbatim(start, end))
}

// pem looks for a private key (RFC 7468) whose line of dashes ends with token i, "BEGIN". Without an end line the
// region is as far as the key could go: half a key is still a key.
func (p *pass) pem(i int) {
	start := int(p.text.Tokens[i].Start)
	if start < p.keyDone || start < 5 || string(p.b[start-5:start]) != "-----" {
		return
	}
	private, k := false, i+1
	for ; k < len(p.text.Tokens) && k < i+6; k++ {
		t := &p.text.Tokens[k]
		if p.b[t.Start-1] != ' ' {
			break
		}
		private = private || string(p.bytesOf(t)) == "PRIVATE"
	}
	if !private {
		return
	}
	end := int(p.text.Tokens[k-1].End)
	for end < len(p.b) && isPEMByte(p.b[end]) {
		end++
	}
	p.keyDone = end
	if rest := p.b[end:]; len(rest) > 4 && string(rest[:4]) == "END " {
		for end < len(p.b) && (isPEMByte(p.b[end]) && p.b[end] != '\n') {
			if end++; p.b[end-1] == '-' && p.at(end) != '-' {
				break
			}
		}
	}
	p.add(start-5, end, Secret, 0.99, bySecret, len(p.canon))
}

// isPEMByte says whether c may stand between the first and the last line of a PEM block, also as a JSON string.
func isPEMByte(c byte) bool {
	switch c {
	case '+', '/', '=', '-', '\\', '\n', '\r', ' ', '\t', ':', ',':
		return true
	}
	return scan.IsWordByte(c)
}
