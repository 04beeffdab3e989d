package detectors

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// asCase shows what was found in a text as cases write it.
func asCase(text string, found []Finding) string {
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(text[at:f.Start] + "{{" + f.Type.String() + "|" + text[f.Start:f.End] + "}}")
		at = f.End
	}
	return b.String() + text[at:]
}

// plainText is a case without its marks.
func plainText(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, rest, _ = strings.Cut(rest, "|")
		value, after, _ := strings.Cut(rest, "}}")
		b.WriteString(value)
		s = after
	}
}

// TestTranscripts holds texts that hold whole conversations, in the forms that platforms and people write.
func TestTranscripts(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	for name, text := range map[string]string{
		"lines": "Agent: What's your PIN?\nCustomer: {{PIN|4711}}\nAgent: and the three digits on the back?\nCustomer: {{CARD_CVV|737}}\nAgent: And your memorable word?\n" +
			"Customer: {{PASSWORD|sunflower}}\nAgent: Your name please?\nCustomer: {{PERSON|quattlebaum}}",
		"windows":   "Agent: your memorable word?\r\nCaller: {{PASSWORD|sunflower}}\r\n",
		"one blank": "Agent: your memorable word?\n\nCaller: {{PASSWORD|sunflower}}\n",
		"times of day": "[00:01:03] Agent: can i take the long card number\n[00:01:07] Caller: {{CREDIT_CARD|four one one one one one one one}}\n[00:01:12] Caller: {{CREDIT_CARD|one one one one one one one one}}\n" +
			"[00:01:15] Agent: and the expiry\n[00:01:18] Caller: {{CARD_EXPIRY|oh four twenty eight}}",
		"times behind": "Agent (00:01): your memorable word\nCaller (00:04): {{PASSWORD|sunflower}}\nAgent (00:09): thank you",
		"WebVTT": "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000\n<v Agent>What's your date of birth?\n\n2\n00:00:04.500 --> 00:00:06.000\n<v Customer>{{DATE_OF_BIRTH|4, 5, 81}}\n\n" +
			"3\n00:00:07.000 --> 00:00:09.000\n<v Agent>And the code we just sent?\n\n4\n00:00:09.500 --> 00:00:12.000\n<v Customer>{{OTP|482913}}",
		"SubRip": "1\n00:00:01,000 --> 00:00:04,000\nAgent: your memorable word?\n\n2\n00:00:04,500 --> 00:00:06,000\nCustomer: it's\n{{PASSWORD|sunflower}}\n",
		"goes on": "1\n00:01,000 --> 00:02,000\nAgent: hello\n\n2\n00:02,000 --> 00:03,000\nright\n\n3\n00:03,000 --> 00:04,000\nwhat's your date of birth\n\n" +
			"4\n00:04,000 --> 00:05,000\nCustomer: {{DATE_OF_BIRTH|4, 5, 81}}\n\n5\n00:05,000 --> 00:06,000\nAgent: thanks\n",
		"one line":    "SPEAKER_00: what's the account number SPEAKER_01: {{ACCOUNT_ID|five five seven seven nine nine one one}} SPEAKER_00: and the memorable word SPEAKER_01: {{PASSWORD|sunflower}}",
		"numbered":    "Speaker 1: Who am I speaking with?\nSpeaker 2: {{PERSON|Fenella Dunmore}}\nSpeaker 1: and your memorable word\nSpeaker 2: it's {{PASSWORD|sunflower}}",
		"letters":     "A: what's your surname? B: {{PERSON|Okonkwo}}. A: how do you spell that? B: {{PERSON|O-K-O-N-K-W-O}}. A: and the postcode? B: {{POSTCODE|SY8 1AA}}.",
		"man, woman":  "M: Your memorable word?\nF: {{PASSWORD|sunflower}}",
		"question":    "Q: Mother's maiden name?\nA: {{PASSWORD|Quattlebaum}}",
		"names":       "{{PERSON|Fenella}}: hello there\n{{PERSON|Ngozi}}: hi\n{{PERSON|Fenella}}: what's your pin\n{{PERSON|Ngozi}}: {{PIN|4711}}\n",
		"a head":      "Call: 12 minutes\nQueue: billing\n\nAgent: your memorable word?\nCustomer: {{PASSWORD|sunflower}}\n",
		"a number":    "Caller {{PHONE|07700 900123}}: hello\nAgent: your memorable word?\nCaller {{PHONE|07700 900123}}: {{PASSWORD|sunflower}}\n",
		"brackets":    "[Agent] your memorable word?\n[Customer] {{PASSWORD|sunflower}}\n[Agent] thanks\n",
		"dashes":      "Agent - what's your memorable word?\nCustomer - {{PASSWORD|sunflower}}",
		"columns":     "agent\tand your memorable word?\ncustomer\t{{PASSWORD|sunflower}}\nagent\tthanks",
		"own lines":   "00:01 Agent\nyour memorable word?\n00:04 Customer\n{{PASSWORD|sunflower}}\n",
		"breaks":      "Agent: Your memorable word?<br>Customer: {{PASSWORD|sunflower}}<br>Agent: thanks",
		"HTML":        "<p>Agent: Your memorable word?</p><p>Customer: {{PASSWORD|sunflower}}</p>",
		"Markdown":    "**Agent:** your memorable word?\n**Customer:** {{PASSWORD|sunflower}}\n",
		"a title":     "{{PERSON|Dr Dunmore}}: What's your date of birth?\nPatient: {{DATE_OF_BIRTH|4, 5, 81}}\n{{PERSON|Dr Dunmore}}: And your surname?\nPatient: {{PERSON|quattlebaum}}",
		"no cue":      "Agent: your memorable word?\nCustomer: {{PASSWORD|sunflower}}\n{{EMAIL|asha@example.com}} --> {{EMAIL|kofi@example.com}}\nAgent: thanks\n",
		"languages":   "Mitarbeiter: wie ist Ihr Kennwort?\nKunde: {{PASSWORD|zwetschge}}\n",
		"known again": "Agent: your surname please?\nCustomer: {{PERSON|quattlebaum}}\nAgent: thank you\nCustomer: yes it's {{PERSON|quattlebaum}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, ch := range []Channel{ChannelCall, ChannelChat, ChannelDoc, ChannelUnknown} {
				plain := plainText(text)
				found := set.Find(nil, []byte(plain), Input{Channel: ch}, NewScratch())
				require.Equal(t, text, asCase(plain, found), "channel %d", ch)
			}
		})
	}
}

// TestFormsAreNoTranscripts holds that names of fields are none of speakers, even where a customer and an agent are among them.
func TestFormsAreNoTranscripts(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	for _, text := range []string{
		"Customer: Ngozi Okonkwo\nAgent: Fenella Dunmore\nDate: 4 May 2026",
		"Name: Ngozi\nPhone: 07700 900123\nName: Fenella\nPhone: 07700 900456\n",
		"Order: 12\nStatus: sent",
		"agent: hello",
		"at 10:30 or 11:30: both are fine",
		"http://example.com: and https://example.org: both",
		"",
		":",
		"A:", "::::\n:\n:", "Agent:Customer:Agent:Customer:", "<v >x\n<v >y",
	} {
		require.False(t, set.HoldsConversation([]byte(text)), text)
	}
}

// TestTranscriptKeepsCall holds that a conversation in one text goes on with the call that its record belongs to.
func TestTranscriptKeepsCall(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	call, sc := NewCall(), NewScratch()
	in := Input{Channel: ChannelCall, Call: call, Role: RoleAgent}
	require.Empty(t, set.Find(nil, []byte("and your memorable word"), in, sc))
	in.Role = RoleUnknown
	text := "Customer: sunflower\nAgent: thank you, and your name?\nCustomer: quattlebaum"
	require.Equal(t, "Customer: {{PASSWORD|sunflower}}\nAgent: thank you, and your name?\nCustomer: {{PERSON|quattlebaum}}", asCase(text, set.Find(nil, []byte(text), in, sc)))
	in.Role = RoleAgent
	text = "so that was quattlebaum"
	require.Equal(t, "so that was {{PERSON|quattlebaum}}", asCase(text, set.Find(nil, []byte(text), in, sc)))
}

// TestLinesOfATranscript holds that lines that come one by one in a call have the roles that their speakers have.
func TestLinesOfATranscript(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	call, sc := NewCall(), NewScratch()
	for _, line := range []string{
		"[00:01] Agent: your memorable word\n", "[00:04] Customer: {{PASSWORD|sunflower}}\n", "Agent: and your name\n", "\n", "Caller: {{PERSON|quattlebaum}}\n", "<v Agent>thank you {{PERSON|quattlebaum}}\n",
	} {
		plain := plainText(line)
		require.Equal(t, line, asCase(plain, set.Find(nil, []byte(plain), Input{Channel: ChannelCall, Call: call}, sc)))
	}
}

// TestTranscriptIsExplained holds that the reasons of a turn's findings are theirs.
func TestTranscriptIsExplained(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	text := "Agent: What's your PIN?\nCustomer: 4711\nAgent: and your number, and your mail?\nCustomer: +44 7700 900123, asha@example.com\n"
	found, reasons := set.Explain([]byte(text), Input{Channel: ChannelCall}, NewScratch())
	require.Len(t, found, 3)
	chosen := map[int]Type{}
	for _, r := range reasons {
		if r.Chosen {
			chosen[r.Finding] = r.Type
		}
	}
	require.Equal(t, map[int]Type{0: PIN, 1: Phone, 2: Email}, chosen)
	for _, f := range found {
		require.NotEmpty(t, f.Canonical)
	}
	require.Equal(t, "+447700900123", string(found[1].Canonical))
}

// TestTurnsAreBounded holds that a text of more turns than anybody says is searched whole, and that the memory of it is given up.
func TestTurnsAreBounded(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	text := strings.Repeat("Agent: a\nCaller: b\n", turnsMost) + "Agent: mail?\nCaller: asha@example.com\n"
	sc := NewScratch()
	found := set.Find(nil, []byte(text), Input{Channel: ChannelChat}, sc)
	require.Len(t, found, 1)
	require.Equal(t, Email, found[0].Type)
	require.LessOrEqual(t, cap(sc.transcript.turns), 2*turnsMost)
}

// FuzzTranscript holds that turns and findings of any text are in order, lie within it and don't overlap.
func FuzzTranscript(f *testing.F) {
	set, err := New(Options{})
	require.NoError(f, err)
	f.Add("Agent: your pin?\nCustomer: 4711\nAgent: thanks")
	f.Add("[00:01] A: x? B: y A: z")
	f.Add("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>name?\n\n00:02.000 --> 00:03.000\n<v Customer>Asha")
	f.Add("SPEAKER_00: SPEAKER_01: 4711 SPEAKER_00:")
	sc := NewScratch()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		var tr transcript
		if !set.readTurns([]byte(text), &tr, len(text)%2 == 0) {
			tr.turns = nil
		}
		at := 0
		for _, s := range tr.turns {
			if s.label.end > 0 {
				require.LessOrEqual(t, at, s.label.start)
				require.LessOrEqual(t, s.label.end, s.start)
			}
			require.LessOrEqual(t, at, s.start)
			require.LessOrEqual(t, s.start, s.end)
			require.LessOrEqual(t, s.end, len(text))
			at = s.end
		}
		at = 0
		for _, x := range set.Find(nil, []byte(text), Input{Channel: ChannelChat}, sc) {
			require.LessOrEqual(t, at, x.Start)
			require.Less(t, x.Start, x.End)
			require.LessOrEqual(t, x.End, len(text))
			at = x.End
		}
	})
}
