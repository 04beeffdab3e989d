package detectors

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFieldsThatSomebodySays reads values of fields of logs: what people say and write as in a call, what programs say as in a log.
func TestFieldsThatSomebodySays(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	marks := regexp.MustCompile(`\{\{[A-Z_]+\|([^}]*)\}\}`)
	for _, c := range []struct{ path, text string }{
		{"hyp", "my postcode is {{POSTCODE|s w one a two a a}}"},
		{"nlu.queryText", "my booking name is {{PERSON|fitzwilliam}}"},
		{"Transcript[].Content", "I'm calling on behalf of my father {{PERSON|Cuthbert}}, he's at {{ADDRESS|3 Sandpiper Way}}"},
		{"summary", "a late refund of $89.99 for order {{ORDER_ID|AB-771204}}, callback friday"},
		{"value", "my number is {{PHONE|oh seven seven double oh nine hundred two one one}}"},
		{"value", "four four one one rows of seven seven zero zero nine hundred two one one"},
		{"logger.message", "processed 12345678 rows in 99 s"},
		{"agent_id", "{{USERNAME|lqureshi}}"},
		{"call.agent.id", "{{USERNAME|k.mistry}}"},
		{"from_agent", "{{USERNAME|mtrevanion}}"},
		{"user", "yes it's {{PERSON|dorothy achebe}}"},
		{"b_party", "{{PHONE|442079460847}}"},
		{"rows", "442079460847"},
		{"user_agent", "lqureshi"},
		{"agent", "datadog"},
		{"contacts[].profile.name", "{{PERSON|Bartholomew K}}"},
		{"profile.name", "default"},
		{"Agent.RoutingProfile.Name", "Basic"},
		{"location", "shelf 4 of row b"},
		{"profile", "{{PERSON|Lowenna T}}"},
		{"evaluator", "{{PERSON|G. Strand}}"},
		{"holder", "{{PERSON|O O'SHAUGHNESSY}}"},
		{"q931", "Normal Clearing"},
		{"venue", "Lowenna T"},
		{"homeTown", "Lowenna T"},
		{"file_name", "Lowenna T"},
		{"message", "Utime    Timeval"},
		{"free_text", "{{PERSON|Jerome}} sorted it in 2 mins"},
		{"free_text", "sorted it in 2 mins"},
		{"sn", "{{PERSON|Wainfleet}})"},
		{"sn", "Wainfleet"},
		{"uid", "{{USERNAME|asha}})"},
		{"uid", "1004)"},
		{"uid", "{{USERNAME|zbaptiste}},ou=agents"},
		{"q", "{{PERSON|abernathy}} complaint history"},
		{"query", "jenkins pipeline"},
		{"doc_no", "{{ACCOUNT_ID|C4418902}}"},
		{"contract", "v1.2026"},
		{"agent", "{{PERSON|Kofi}}"},
		{"eu_addr", "{{ADDRESS|14 SILVER STREET}}"},
		{"addr", "{{IP_ADDRESS|fe80::1}} dev eth0 up"},
	} {
		text := marks.ReplaceAllString(c.text, "$1")
		require.Equal(t, c.text, show(text, s.Find(nil, []byte(text), Input{Path: []byte(c.path), Channel: ChannelLog}, sc)), c.path)
	}
}
