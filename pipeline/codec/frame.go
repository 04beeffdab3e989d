package codec

import "bytes"

// The frames of log lines. Each reader gives the offset behind the frame, or false when the line has another form; it
// is strict, because a wrong guess would cut words apart that belong together.

// syslog reads the frame of RFC 5424 or of RFC 3164. The priority may be missing from the latter, as in files.
func (l *lineParser) syslog() (body int, ok bool) {
	p := l.priority()
	if p > 0 {
		if body, ok = l.rfc5424(p); ok {
			return body, true
		}
	}
	if body, ok = l.rfc3164(p); ok {
		return body, true
	}
	return p, p > 0
}

// priority reads "<", up to three digits, ">".
func (l *lineParser) priority() int {
	src := l.src
	if len(src) < 3 || src[0] != '<' {
		return 0
	}
	p := 1
	for p < len(src) && p < 4 && src[p]-'0' <= 9 {
		p++
	}
	if p == 1 || p == len(src) || src[p] != '>' {
		return 0
	}
	return p + 1
}

// word gives the end of the word at p, 0 when there is none or no single space behind it.
func (l *lineParser) word(p int) int {
	start := p
	for p < len(l.src) && l.src[p] > ' ' {
		p++
	}
	if p == start || p == len(l.src) || l.src[p] != ' ' {
		return 0
	}
	return p
}

func (l *lineParser) rfc5424(p int) (body int, ok bool) {
	src, m := l.src, l.mark()
	if p+1 >= len(src) || src[p] != '1' || src[p+1] != ' ' {
		return 0, false
	}
	p += 2
	for _, pt := range [...]part{partTime, partHost, partApp, partPID, partMsgID} {
		end := l.word(p)
		if end == 0 || pt == partTime && src[p] != '-' && src[p]-'0' > 9 {
			l.undo(m)
			return 0, false
		}
		l.column(pt, p, end, 0)
		p = end + 1
	}
	if p = l.structuredData(p); p < 0 || p < len(src) && src[p] != ' ' {
		l.undo(m)
		return 0, false
	}
	if p < len(src) {
		p++
	}
	if bytes.HasPrefix(src[p:], []byte("\uFEFF")) {
		p += 3
	}
	return p, true
}

// structuredData reads "-" or elements [id name="value" …]; -1 when it is neither.
func (l *lineParser) structuredData(p int) int {
	src := l.src
	if p < len(src) && src[p] == '-' {
		return p + 1
	}
	start := p
	for p < len(src) && src[p] == '[' {
		end := sdName(src, p+1)
		if end == p+1 {
			return -1
		}
		l.column(partSD, p+1, end, 0)
		p = end
		for p < len(src) && src[p] == ' ' {
			if len(l.d.fields) > l.d.lim.Fields {
				return -1 // and list gives the error
			}
			k := pair{start: p + 1, key: p + 1, keyEnd: sdName(src, p+1), flags: quoted | sdValue}
			p = k.keyEnd
			if k.key == p || p+1 >= len(src) || src[p] != '=' || src[p+1] != '"' {
				return -1
			}
			k.text, k.textEnd = p+2, closingQuote(src, p+1)
			if k.textEnd == 0 {
				return -1
			}
			k.end = k.textEnd + 1
			l.pair(partSDKey, l.sel.sd, &k)
			p = k.end
		}
		if p == len(src) || src[p] != ']' {
			return -1
		}
		p++
	}
	if p == start {
		return -1
	}
	return p
}

// sdName gives the end of an SD-NAME: printable ASCII but for =, ], " and the space.
func sdName(src []byte, p int) int {
	for p < len(src) && src[p] > ' ' && src[p] < 0x7F && src[p] != '=' && src[p] != ']' && src[p] != '"' {
		p++
	}
	return p
}

// rfc3164 reads TIMESTAMP HOST TAG[PID]: at p. Behind a priority the time may be of RFC 3339 and the tag may be missing.
func (l *lineParser) rfc3164(p int) (body int, ok bool) {
	src, framed := l.src, p > 0
	end := bsdTime(src, p)
	if end == 0 && framed && p < len(src) && src[p]-'0' <= 9 {
		if end = l.word(p); end > 0 && (end-p < 20 || src[p+4] != '-' || src[p+10] != 'T') {
			end = 0
		}
	}
	if end == 0 || end == len(src) || src[end] != ' ' {
		return 0, false
	}
	host := end + 1
	hostEnd := l.word(host)
	if hostEnd == 0 {
		return 0, false
	}
	tag := hostEnd + 1
	tagEnd := tag
	for tagEnd < len(src) && src[tagEnd] > ' ' && src[tagEnd] != ':' && src[tagEnd] != '[' {
		tagEnd++
	}
	pid, pidEnd := 0, 0
	after := tagEnd
	if after < len(src) && src[after] == '[' {
		if n := bytes.IndexByte(src[after:], ']'); n > 0 {
			pid, pidEnd = after+1, after+n
			after = pidEnd + 1
		}
	}
	tagged := tagEnd > tag && after < len(src) && src[after] == ':' && (after+1 == len(src) || src[after+1] == ' ')
	if !tagged && !framed {
		return 0, false
	}
	l.column(partTime, p, end, 0)
	l.column(partHost, host, hostEnd, 0)
	if !tagged {
		return tag, true
	}
	l.column(partApp, tag, tagEnd, 0)
	l.d.program = src[tag:tagEnd]
	l.column(partPID, pid, pidEnd, 0)
	return after + 1, true
}

// bsdTime gives the end of "Jan  2 15:04:05" at p, 0 when it is not there. Some senders write a day of one digit with one
// space.
func bsdTime(src []byte, p int) int {
	if len(src)-p < len("Mmm d hh:mm:ss") || bytes.Index(months, src[p:p+3])%3 != 0 || src[p+3] != ' ' {
		return 0
	}
	p += 4
	if src[p] == ' ' {
		p++
	}
	day := p
	for p < len(src) && p < day+2 && src[p]-'0' <= 9 {
		p++
	}
	const clock = " hh:mm:ss"
	if p == day || len(src)-p < len(clock) {
		return 0
	}
	for i := range len(clock) {
		if c := src[p+i]; clock[i] != c && (clock[i] <= ':' || c-'0' > 9) {
			return 0
		}
	}
	return p + len(clock)
}

var months = []byte("JanFebMarAprMayJunJulAugSepOctNovDec")

// accessLog reads the common log format and, where it goes on so, the combined one:
// ip ident user [time] "request" status bytes "referer" "user agent".
func (l *lineParser) accessLog() (body int, ok bool) {
	src, m := l.src, l.mark()
	ip := l.word(0)
	ident := l.word(ip + 1)
	user := l.word(ident + 1)
	if ip == 0 || !isHost(src[:ip]) || ident == 0 || user == 0 || user+1 == len(src) || src[user+1] != '[' {
		return 0, false
	}
	l.column(partIP, 0, ip, 0)
	l.column(partIdent, ip+1, ident, 0)
	l.column(partUser, ident+1, user, 0)
	p := l.accessTail(user + 1)
	if p < 0 {
		l.undo(m)
		return 0, false
	}
	for _, pt := range [...]part{partReferer, partUserAgent} {
		if p+1 >= len(src) || src[p] != ' ' || src[p+1] != '"' {
			break
		}
		end := closingQuote(src, p+1)
		if end == 0 {
			break
		}
		l.column(pt, p+2, end, quoted)
		p = end + 1
	}
	return p, true
}

// accessTail reads [time] "request" status bytes; -1 when it is not there.
func (l *lineParser) accessTail(p int) int {
	src := l.src
	n := bytes.IndexByte(src[p:], ']')
	if n < 0 || !bytes.HasPrefix(src[p+n:], []byte(`] "`)) {
		return -1
	}
	quote := p + n + 2
	end := closingQuote(src, quote)
	if end == 0 || end+1 == len(src) || src[end+1] != ' ' {
		return -1
	}
	status := end + 2
	statusEnd := l.word(status)
	if statusEnd == 0 {
		return -1
	}
	size := statusEnd + 1
	sizeEnd := size
	for sizeEnd < len(src) && src[sizeEnd] > ' ' {
		sizeEnd++
	}
	if !isCount(src[status:statusEnd]) || !isCount(src[size:sizeEnd]) {
		return -1
	}
	l.column(partAccessTime, p+1, p+n, 0)
	l.column(partRequest, quote+1, end, quoted)
	l.column(partStatus, status, statusEnd, 0)
	l.column(partBytes, size, sizeEnd, 0)
	return sizeEnd
}

// isHost tells what may be an address or a host name; above all it is not a time, the other thing a line starts with.
func isHost(b []byte) bool {
	hasColon := bytes.IndexByte(b, ':') >= 0
	for _, c := range b {
		switch {
		case c-'0' <= 9, c == '.', c == ':', 'a' <= c|0x20 && c|0x20 <= 'f':
		case hasColon:
			return false
		}
	}
	return true
}

// isCount tells digits, or "-".
func isCount(b []byte) bool {
	if len(b) == 1 && b[0] == '-' {
		return true
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}
