package detectors

import (
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// credential is a format known by its beginning.
type credential struct {
	prefix string
	least  int    // letters, digits and extra bytes behind the prefix
	extra  string // bytes besides letters and digits that may follow
	most   int    // the longest, where longer ones are common names; 0 is any
}

// credentials are the commonest formats, after the issuers' documentation, by first byte.
var credentials = [...]credential{
	{"A3-", 28, "-", 0}, // 1Password
	{"AGE-SECRET-KEY-1", 58, "", 0},
	{"AIza", 35, "-_", 0}, // Google API
	{"AKCp", 60, "", 0},   // JFrog
	{"AKIA", 12, "", 0},   // AWS access keys
	{"ASIA", 12, "", 0},
	{"ABIA", 12, "", 0},
	{"ACCA", 12, "", 0},
	{"ATATT3", 60, "-_=", 0}, // Atlassian
	{"ATCTT3", 60, "-_=", 0},
	{"ATBB", 32, "", 0},
	{"CFPAT-", 40, "-_", 0},         // Contentful
	{"CLOJARS_", 60, "", 0},         // Clojars
	{"EAAA", 40, "-_", 0},           // Square
	{"EAA", 97, "", 0},              // Facebook
	{"EZAK", 54, "", 0},             // EasyPost
	{"EZTK", 54, "", 0},             //
	{"FLWSECK", 32, "-_", 0},        // Flutterwave
	{"FwoGZXIvYXdz", 80, "+/=", 0},  // AWS session
	{"GOCSPX-", 28, "-_", 0},        // Google OAuth client
	{"GR1348941", 20, "-_", 0},      // GitLab runner
	{"HRKU-", 30, "-_", 0},          // Heroku
	{"IQoJb3JpZ2lu", 80, "+/=", 0},  // AWS session
	{"LTAI", 16, "", 24},            // Alibaba
	{"NRAK-", 27, "", 0},            // New Relic
	{"NRII-", 27, "-_", 0},          //
	{"NRJS-", 19, "", 0},            //
	{"PMAK-", 40, "-", 0},           // Postman
	{"SG.", 40, "._-", 0},           // SendGrid
	{"aio_", 28, "", 0},             // Adafruit
	{"api_org_", 34, "", 0},         // Hugging Face
	{"apify_api_", 30, "", 0},       // Apify
	{"bkua_", 40, "", 0},            // Buildkite
	{"cfat_", 40, "", 0},            // Cloudflare
	{"cfk_", 37, "", 0},             //
	{"cfut_", 40, "", 0},            //
	{"dapi", 32, "-", 40},           // Databricks
	{"dckr_oat_", 20, "-_", 0},      // Docker
	{"dckr_pat_", 20, "-_", 0},      //
	{"doo_v1_", 40, "", 0},          // DigitalOcean
	{"dop_v1_", 40, "", 0},          //
	{"dor_v1_", 40, "", 0},          //
	{"dp.audit.", 40, "", 0},        // Doppler
	{"dp.ct.", 40, "", 0},           //
	{"dp.pt.", 40, "", 0},           //
	{"dp.scim.", 40, "", 0},         //
	{"dp.st.", 40, "._-", 0},        //
	{"dt0c01.", 60, ".", 0},         // Dynatrace
	{"duffel_live_", 40, "-_=", 0},  // Duffel
	{"duffel_test_", 40, "-_=", 0},  //
	{"figd_", 30, "-_", 0},          // Figma
	{"fm1_", 40, "-_+/=,", 0},       // Fly.io
	{"fm1a_", 40, "-_+/=,", 0},      //
	{"fm1r_", 40, "-_+/=,", 0},      //
	{"fm2_", 40, "-_+/=,", 0},       //
	{"fo1_", 40, "-_", 0},           //
	{"ghp_", 30, "", 0},             // GitHub
	{"gho_", 30, "", 0},             //
	{"ghu_", 30, "", 0},             //
	{"ghs_", 30, "._-", 0},          //
	{"ghr_", 30, "", 0},             //
	{"github_pat_", 22, "_", 0},     //
	{"glagent-", 40, "-_", 0},       // GitLab
	{"glcbt-", 20, "-_.", 0},        //
	{"gldt-", 20, "-_.", 0},         //
	{"glft-", 20, "-_.", 0},         //
	{"glimt-", 20, "-_.", 0},        //
	{"gloas-", 40, "-_.", 0},        //
	{"glpat-", 20, "-_.", 0},        //
	{"glptt-", 40, "", 0},           //
	{"glrt-", 20, "-_.", 0},         //
	{"glsoat-", 20, "-_.", 0},       //
	{"glc_", 32, "+/=", 0},          // Grafana
	{"glsa_", 32, "_", 0},           //
	{"gsk_", 40, "", 0},             // Groq
	{"hf_", 30, "", 39},             // Hugging Face
	{"hvb.", 60, "-_", 0},           // HashiCorp Vault
	{"hvr.", 60, "-_", 0},           //
	{"hvs.", 24, "-_", 0},           //
	{"key-", 32, "", 0},             // Mailgun
	{"lin_api_", 32, "", 0},         // Linear
	{"lin_oauth_", 32, "", 0},       //
	{"lsv2_pt_", 32, "_", 0},        // LangSmith
	{"lsv2_sk_", 32, "_", 0},        //
	{"mdb_sa_sk_", 32, "-_", 0},     // MongoDB Atlas
	{"mfa.", 80, "-_", 0},           // Discord
	{"nfp_", 30, "", 0},             // Netlify
	{"npm_", 36, "", 0},             // npm
	{"ntn_", 40, "", 0},             // Notion
	{"nvapi-", 40, "-_", 0},         // NVIDIA
	{"ops_eyJ", 40, "-_=+/", 0},     // 1Password
	{"oy2", 43, "", 43},             // NuGet
	{"p8e-", 32, "", 0},             // Adobe
	{"pat-eu1-", 32, "-", 0},        // HubSpot
	{"pat-na1-", 32, "-", 0},        //
	{"perm-", 40, ".=-", 0},         // YouTrack
	{"perm:", 40, ".=-", 0},         //
	{"phc_", 40, "", 0},             // PostHog
	{"phx_", 40, "", 0},             //
	{"pk_live_", 16, "", 0},         // Stripe
	{"pk_test_", 16, "", 0},         //
	{"pplx-", 40, "", 0},            // Perplexity
	{"pscale_oauth_", 32, "-_.", 0}, // PlanetScale
	{"pscale_pw_", 32, "-_.", 0},    //
	{"pscale_tkn_", 32, "-_.", 0},   //
	{"pul-", 40, "", 0},             // Pulumi
	{"pypi-AgE", 40, "-_", 0},       // PyPI
	{"r8_", 37, "", 0},              // Replicate
	{"rdme_", 60, "", 0},            // ReadMe
	{"rk_live_", 16, "", 0},         // Stripe
	{"rk_prod_", 16, "", 0},         //
	{"rk_test_", 16, "", 0},         //
	{"rpa_", 40, "", 0},             // RunPod
	{"rubygems_", 48, "", 0},        // RubyGems
	{"s.", 24, "", 24},              // HashiCorp Vault
	{"s4t2af-", 64, "", 0},          // 42; behind "s-" or "u-"
	{"s4t2ud-", 64, "", 0},          //
	{"sb_secret_", 20, "-_", 0},     // Supabase
	{"sbp_", 40, "_", 0},            //
	{"secret_", 43, "", 43},         // Notion
	{"sgp_", 40, "_", 0},            // Sourcegraph
	{"sha256~", 43, "-_", 0},        // OpenShift
	{"shippo_live_", 40, "", 0},     // Shippo
	{"shippo_test_", 40, "", 0},     //
	{"shpat_", 32, "", 0},           // Shopify
	{"shpca_", 32, "", 0},           //
	{"shppa_", 32, "", 0},           //
	{"shpss_", 32, "", 0},           //
	{"sk-ant-", 20, "-_", 0},        // Anthropic
	{"sk-proj-", 20, "-_", 0},       // OpenAI
	{"sk-", 32, "-_", 0},            //
	{"sk_live_", 16, "", 0},         // Stripe
	{"sk_prod_", 16, "", 0},         //
	{"sk_test_", 16, "", 0},         //
	{"sl.", 60, "-_.", 0},           // Dropbox
	{"sntrys_", 40, "=_+/", 0},      // Sentry
	{"sntryu_", 40, "", 0},          //
	{"sq0atp-", 22, "-_", 0},        // Square
	{"sq0csp-", 40, "-_", 0},        //
	{"sq0idp-", 22, "-_", 0},        //
	{"tfp_", 40, "-_.", 0},          // Typeform
	{"tskey-", 20, "-", 0},          // Tailscale
	{"v1.0-", 160, "-", 0},          // Cloudflare origin
	{"whsec_", 24, "+/=", 0},        // Stripe
	{"xai-", 40, "", 0},             // xAI
	{"xapp-", 20, "-", 0},           // Slack
	{"xkeysib-", 60, "-", 0},        // Brevo
	{"xoxa-", 16, "-", 0},           // Slack
	{"xoxb-", 16, "-", 0},           //
	{"xoxe-", 16, "-", 0},           //
	{"xoxe.xox", 60, "-", 0},        //
	{"xoxo-", 16, "-", 0},           //
	{"xoxp-", 16, "-", 0},           //
	{"xoxr-", 16, "-", 0},           //
	{"xoxs-", 16, "-", 0},           //
	{"xsmtpsib-", 60, "-", 0},       // Brevo
	{"ya29.", 20, "-_", 0},          // Google OAuth
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

// credentialWords are the words that credentials begin with, and those that stand before one.
var credentialWords = func() string {
	words := []string{"eyj", "begin", "bearer", "basic", "sha", "ssha", "smd"}
	for _, c := range credentials {
		end := 0
		for end < len(c.prefix) && scan.IsLetter(c.prefix[end]) {
			end++
		}
		if word := strings.ToLower(c.prefix[:end]); end < len(c.prefix) && !scan.IsDigit(c.prefix[end]) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}()
