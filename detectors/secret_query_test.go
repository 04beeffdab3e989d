package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWithoutAName is about what the files of testdata/cases don't hold because their values go into the generated sets, where they stand alone.
func TestWithoutAName(t *testing.T) {
	s := newSet(t, Options{})
	in := Input{Channel: ChannelLog}
	f := func(text, want string) {
		t.Helper()
		got := ""
		for _, x := range withoutNames(s.Find(nil, []byte(text), in, NewScratch()), nil, false) {
			got += x.Type.String() + " " + text[x.Start:x.End] + "; "
		}
		require.Equal(t, want, got)
	}
	f("totp_seed: JBSWY3DPEHPK3PXP", "SECRET JBSWY3DPEHPK3PXP; ")
	f("2FA secret is JBSW Y3DP EHPK 3PXP", "SECRET JBSW Y3DP EHPK 3PXP; ")
	f("the seed for your authenticator app is jbsw y3dp ehpk 3pxp", "SECRET jbsw y3dp ehpk 3pxp; ")
	f("authenticator: this four word code", "")
	f("password={S3cret;77};encrypt=true", "PASSWORD {S3cret;77}; ")
	f("password={0} for {name}", "")
	f("Authorization: NTLM TlRMTVNTUAADAAAAGAAYAHIAAAAYABgAigAAAA==", "SECRET TlRMTVNTUAADAAAAGAAYAHIAAAAYABgAigAAAA==; ")
	f("GET /callback?code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj", "SECRET SplxlOBeZQQYbYS6WxSbIA; ")
	f("code=getUserByIdV2FromDatabase", "")
	f(`Login incorrect (mschap): [CORP\\asha_r] (from client vpn port 5)`, `USERNAME CORP\\asha_r; `)
	f(`runas /user:CORP\nroe cmd`, `USERNAME CORP\nroe; `)
	f(`runas /user:roe\ndone`, `USERNAME roe; `)
	f("proctitle=6375726C002D750061736861406578616D706C652E636F6D00", "EMAIL 6375726C002D750061736861406578616D706C652E636F6D00; ")
	f("blob 61736861406578616d706c652e636f6d end", "EMAIL 61736861406578616d706c652e636f6d; ")
	f("Tel.: 0221 / 47 10 33", "PHONE 0221 / 47 10 33; ")
	f("ratio 0221 / 47 10 33", "")
	in.Channel = ChannelDoc
	f("write to asha [at] example [dot] com or asha(at)example.com", "EMAIL asha [at] example [dot] com; EMAIL asha(at)example.com; ")
	f("a.roe (at) example.co.uk is best, we met (at) last.fm com", "EMAIL a.roe (at) example.co.uk; ")
}
