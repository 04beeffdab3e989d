package pseudonym

import (
	"bytes"
	"strings"
)

// agents are the programs that user agents name, by the mark before their version; the first that is found counts, as browsers
// name those before them, too. Telephones and SIP servers are among them.
var agents = [...]struct{ mark, family string }{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"Edge/", "Edge"}, {"OPR/", "Opera"}, {"Opera/", "Opera"}, {"Vivaldi/", "Vivaldi"},
	{"YaBrowser/", "Yandex"}, {"SamsungBrowser/", "Samsung"}, {"UCBrowser/", "UC"}, {"DuckDuckGo/", "DuckDuckGo"}, {"Electron/", "Electron"},
	{"HeadlessChrome/", "Chrome headless"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Googlebot/", "Googlebot"},
	{"bingbot/", "bingbot"}, {"Chrome/", "Chrome"}, {"MSIE ", "Internet Explorer"}, {"Trident/7.0; rv:", "Internet Explorer"}, {"Version/", "Safari"},
	{"curl/", "curl"}, {"Wget/", "Wget"}, {"python-requests/", "python-requests"}, {"Python-urllib/", "Python-urllib"}, {"aiohttp/", "aiohttp"},
	{"python-httpx/", "python-httpx"}, {"okhttp/", "okhttp"}, {"Go-http-client/", "Go-http-client"}, {"PostmanRuntime/", "Postman"}, {"axios/", "axios"},
	{"node-fetch/", "node-fetch"}, {"undici", "undici"}, {"Apache-HttpClient/", "Apache-HttpClient"}, {"Java/", "Java"}, {"Dart/", "Dart"},
	{"kube-probe/", "kube-probe"}, {"Prometheus/", "Prometheus"}, {"ELB-HealthChecker/", "ELB-HealthChecker"}, {"GoogleHC/", "GoogleHC"},
	{"Asterisk PBX ", "Asterisk"}, {"Asterisk", "Asterisk"}, {"FreeSWITCH", "FreeSWITCH"}, {"FPBX-", "FreePBX"}, {"kamailio", "Kamailio"},
	{"OpenSIPS", "OpenSIPS"}, {"Twilio", "Twilio"}, {"Zoiper", "Zoiper"}, {"Linphone", "Linphone"}, {"MicroSIP/", "MicroSIP"}, {"Bria", "Bria"},
	{"X-Lite", "X-Lite"}, {"Grandstream", "Grandstream"}, {"Yealink", "Yealink"}, {"Polycom", "Polycom"}, {"snom", "snom"}, {"Cisco", "Cisco"},
	{"Mozilla/", "Mozilla"},
}

func agentToVersion(dst, value, _ []byte) ([]byte, bool) { return agentTo(dst, value, true) }
func agentToFamily(dst, value, _ []byte) ([]byte, bool)  { return agentTo(dst, value, false) }

// agentsBy gives the agents whose marks begin with a byte.
var agentsBy = func() (by [256][]int) {
	for i, a := range agents {
		by[a.mark[0]] = append(by[a.mark[0]], i)
	}
	return by
}()

// agentTo appends the family of a user agent and its major version: "Firefox 128". One that isn't known is "other": it may be
// named after its owner.
func agentTo(dst, value []byte, version bool) ([]byte, bool) {
	first, rest := coarseAgent(value)
	for at, c := range value {
		for _, i := range agentsBy[c] {
			if i >= first {
				break
			}
			if mark := agents[i].mark; len(value)-at >= len(mark) && string(value[at:at+len(mark)]) == mark {
				first, rest = i, value[at+len(mark):]
			}
		}
	}
	if first == len(agents) {
		return append(dst, "other"...), len(value) > 0
	}
	dst = append(dst, agents[first].family...)
	if n := digitsAt(rest, 0); version && n > 0 && n <= 4 {
		dst = append(append(dst, ' '), rest[:n]...)
	}
	return dst, true
}

// coarseAgent gives the first agent whose family, and perhaps a version, is all of a value, and the version: such a value was made coarser
// before. Where there is none it gives the number of agents.
func coarseAgent(value []byte) (first int, version []byte) {
	if bytes.IndexByte(value, '/') >= 0 { // as in most values, and in no family
		return len(agents), nil
	}
	for i := range agents {
		rest, found := bytes.CutPrefix(value, []byte(agents[i].family))
		if found && (len(rest) == 0 || rest[0] == ' ' && len(rest) > 1 && digitsAt(rest, 1) == len(rest)-1) {
			return i, rest[min(1, len(rest)):]
		}
	}
	return len(agents), nil
}

// routeWords are the segments of paths that are shown: words of interfaces, none of which is anybody's name.
var routeWords = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`api rest graphql rpc ws socket v app apps web mobile public private internal external static assets
		images img css js fonts files file media docs documents download downloads upload uploads export exports import imports users user
		accounts account customers customer clients client members member people contacts contact profiles profile me self teams team groups
		group orgs organisations organizations tenants tenant companies company agents agent bots bot assistants assistant calls call
		conversations conversation sessions session transcripts transcript recordings recording messages message chats chat threads thread
		inbox emails email sms phone phones numbers number lines line extensions queues queue tickets ticket cases case issues comments
		comment notes note tasks task events event logs log audit alerts alert notifications notification orders order items item products
		product carts cart checkout payments payment invoices invoice billing bills plans plan subscriptions subscription refunds refund
		transactions transaction cards card banks transfers transfer quotes quote prices shipping addresses address locations location
		places search query find list lists index home dashboard admin settings config configuration preferences options status health
		healthz ready readyz live metrics ping version info about help support faq login logout signin signout signup register auth oauth
		authorize token tokens refresh verify verification confirm reset password passwords forgot callback webhooks webhook hooks hook
		integrations integration keys key new edit create update delete remove add get set all batch bulk sync async start stop pause resume
		cancel retry close open archive restore report reports analytics stats statistics summary history latest recent view views preview
		print share feed rss jobs job workflows workflow campaigns campaign surveys survey forms form templates template tags tag categories
		category types type roles role permissions policies policy consent privacy terms legal jobs careers blog posts post articles article
		news pages page en fr de es it hi`) {
		words[w] = true
	}
	return words
}()

// routeParameter stands for a segment that isn't shown.
const routeParameter = ":x"

func urlToRoute(dst, value, _ []byte) ([]byte, bool) {
	_, path, ok := splitURL(value)
	if !ok {
		return dst, false
	}
	return appendRoute(dst, path), true
}

// urlToSite keeps scheme and host before the route. A host may be named after a person or a customer.
func urlToSite(dst, value, _ []byte) ([]byte, bool) {
	site, path, ok := splitURL(value)
	if !ok {
		return dst, false
	}
	scheme, host, found := bytes.Cut(site, []byte("://"))
	if !found {
		scheme, host = nil, site
	}
	switch string(scheme) {
	case "", "http", "https", "ws", "wss", "ftp":
	default:
		return dst, false
	}
	host = host[lastIndex(host, '@')+1:] // the user
	for _, c := range host {
		if !isAlnum(c) && c != '.' && c != '-' && c != ':' && c != '[' && c != ']' {
			return dst, false
		}
	}
	if found {
		dst = append(append(dst, scheme...), "://"...)
	}
	return appendRoute(append(dst, host...), path), true
}

// splitURL cuts a URL or path into scheme and host, and the path without query and fragment.
func splitURL(b []byte) (site, path []byte, ok bool) {
	if i := bytes.IndexAny(b, "?#"); i >= 0 {
		b = b[:i]
	}
	from := 0
	if i := bytes.Index(b, []byte("://")); i >= 0 {
		from = i + 3
	} else if len(b) > 0 && b[0] != '/' && !bytes.HasPrefix(b, []byte("www.")) {
		return nil, nil, false
	}
	i := bytes.IndexByte(b[from:], '/')
	if i < 0 {
		return b, nil, len(b) > 0
	}
	return b[:from+i], b[from+i:], true
}

// appendRoute appends a path with every segment that is no word of interfaces, and no version, as a parameter.
func appendRoute(dst, path []byte) []byte {
	if len(path) == 0 {
		return append(dst, '/')
	}
	for len(path) > 0 {
		path = path[1:]
		dst = append(dst, '/')
		n := bytes.IndexByte(path, '/')
		if n < 0 {
			n = len(path)
		}
		segment := path[:n]
		path = path[n:]
		switch {
		case n == 0:
		case routeWords[string(segment)], n == 2 && segment[0] == 'v' && isDigit(segment[1]):
			dst = append(dst, segment...)
		default:
			dst = append(dst, routeParameter...)
		}
	}
	return dst
}
