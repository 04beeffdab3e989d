package codec

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// describe lists the fields of a line as path=text; keys are not shown.
func describe(d *Doc) string {
	var parts []string
	for i, f := range d.Fields() {
		if f.Kind == Line {
			parts = append(parts, fmt.Sprintf("%s=%s", d.Path(i), d.Text(i)))
		}
	}
	return strings.Join(parts, " | ")
}

func TestParseLine(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseLine([]byte(in), All(), DefaultLimits()))
		require.Equal(t, want, describe(&d))
		require.Equal(t, in, string(d.Append(nil, []byte(`"no":"place"`))))
		require.False(t, d.Repaired())
		require.Zero(t, d.Dropped())
	}
	// Plain text.
	f("", "")
	f("  \t", "")
	f("please call Jane Roe back\n", "message=please call Jane Roe back")
	f(" a  b\t\r\n", "message=a  b")
	f("Größe 😀\u00a0ok", "message=Größe 😀\u00a0ok")

	// Pairs.
	f(`ts=2026-03-01T10:00:00Z level=info msg="call ended" user.name=jroe n=-3`,
		"ts=2026-03-01T10:00:00Z | level=info | msg=call ended | user.name=jroe | n=-3")
	f(`login of user=jroe from 192.0.2.7 failed, code=7; retry`, "message=login of | user=jroe | message=from 192.0.2.7 failed, | code=7 | message=retry")
	f(`a=1, b='it is', c="", d='open e="open`, `a=1 | b=it is | c= | d='open | e="open`)
	f(`msg="Jane Roe said x=1 end`, `msg="Jane Roe said | x=1 | message=end`)
	f(`q="a \"b\" \\ \u0041\n" w="C:\dir" s='it\'s'`, "q=a \"b\" \\ A\n | w=C:\\dir | s=it's")
	f(`ran ldapsearch -D cn=admin -w "a b" ok a=1`, `message=ran ldapsearch -D cn=admin -w "a b" ok | a=1`)
	f(`a=1 - b=2 --set c=3 -- d=4 x-y e=5 -1 f=6`, `a=1 | message=- | b=2 | message=--set c=3 -- | d=4 | message=x-y | e=5 | message=-1 | f=6`)
	f(`name='O'Brien' x=1`, `name=O'Brien | x=1`)
	f(`p={"name":"Jane Roe","n":[1]} q=["a b"] r={a b}`, `p={"name":"Jane Roe","n":[1]} | q=["a b"] | r={a | message=b}`)
	f(`p={\"name\": \"Jane Roe\"} x`, `p={\"name\": \"Jane Roe\"} | message=x`)
	f(`p={"n":1,"name":"Jane R`, `p={"n":1,"name":"Jane R`)
	f(`{ ["n"]=> string(8) "Jane Roe" ["s":protected]=> int(1) }`, `message={ ["n"]=> string(8) "Jane Roe" ["s":protected]=> int(1) }`)
	f(`can't read "x1": bad input`, `message=can't read "x1": bad input`)
	f(`call(user=jroe id=7) [x=1] {y=2}`, "message=call( | user=jroe | id=7) | message=[ | x=1] | message={ | y=2}")
	f(`failed "user": "jane", "n": 12, "ok":true} end`, `message=failed | user=jane | n=12 | ok=true | message=} end`)
	f(`a="1",b="x,y";c={"d":1},e=2`, `a=1 | b=x,y | c={"d":1} | e=2`)
	f(`CEF:0|Vendor|Product|1.0|100|Login failed|5|suser=Jane Roe src=192.0.2.7 msg=no such user`,
		`message=CEF:0|Vendor|Product|1.0|100|Login failed|5| | suser=Jane Roe | src=192.0.2.7 | msg=no such user`)
	f("LEEF:2.0|Vendor|Product|1.0|Login|usrName=Jane Roe\tsrc=192.0.2.7", "message=LEEF:2.0|Vendor|Product|1.0|Login| | usrName=Jane Roe | src=192.0.2.7")
	for _, s := range []string{"CEF:", "CEF:x|", "xCEF:0|", "LEEF:2|", "EEF:2.0|", "EF:0|", "xLEEF:2.0|", "LEEF:2.0"} {
		f(s+" user=jroe is kept", "message="+s+" | user=jroe | message=is kept")
	}
	// A number written in groups is one value.
	f("sent to=+44 7700 900123 by=sms", "message=sent | to=+44 7700 900123 | by=sms")
	f("to=(020) 7946 0123, nino=AB 12 34 56 C; iban=GB82 WEST 1234 5698 7654 32 x", "to=(020) 7946 0123 | nino=AB 12 34 56 C | iban=GB82 WEST 1234 5698 7654 32 | message=x")
	f(`{"n":4111 1111 1111 1111, "x":07700 900123}`, `message={ | n=4111 1111 1111 1111 | x=07700 900123 | message=}`)
	f("status=200 12 345 ms level=ERROR GET 12", "status=200 12 345 | message=ms | level=ERROR | message=GET 12")
	f("a=12 34 b=567 890 c=7700  900123 d=7700900 and 123", "a=12 | message=34 | b=567 890 | c=7700 | message=900123 | d=7700900 | message=and 123")

	// So are words with capitals and numbers in a record as programs print it.
	f("Customer(name=Ada Roe, code=D02 X285) made by=(x)", "message=Customer( | name=Ada Roe | code=D02 X285) | message=made | by=(x)")
	f("[user=jroe Logged In] [user=Ada Roe, and more] {a=B C", "message=[ | user=jroe | message=Logged In] [ | user=Ada | message=Roe, and more] { | a=B C")
	f("name=ROE, ADA addr=14 W FAKE ST APT 3B city=YORK name=ROE AD", "name=ROE, ADA | addr=14 W FAKE ST APT 3B | city=YORK | name=ROE AD")
	f("state=OK, Ada called codecs=PCMA, PCMU", "state=OK | message=Ada called | codecs=PCMA, PCMU")
	f("ACD|1|agent=Ada Roe|ani=5|x|wait=1", "message=ACD|1| | agent=Ada Roe | ani=5|x | wait=1")

	// And pairs between semicolons, whose keys and values are of several words, and words in quotes between brackets.
	f("to Server=db1;User Id=ada;Password=plum tree 9; retry=1", "message=to | Server=db1;User Id=ada;Password=plum tree 9; | retry=1")
	f("Server=db1;Uid=ada;Pwd=plum tree 9;", "Server=db1;Uid=ada;Pwd=plum tree 9;")
	f("a=1;b=2 and more; c=3;d", "a=1;b=2 | message=and more; | c=3;d")
	f("a=1;b=x y;c=\"d e\" f=4", "a=1;b=x y;c=\"d | message=e\" | f=4")
	f(`auth=('ada', 's (3) t'), timeout=5 x=('a', b`, "auth=('ada', 's (3) t') | timeout=5 | x=('a' | message=b")

	// The attributes of an element belong to it.
	f(`<Data Name="User" x=1>ada</Data> y=2 <b=c> d=3`, `message=<Data Name="User" x=1>ada</Data> | y=2 | message=< | b=c> | d=3`)

	f(`form-data; name="pin" 4821 x=1`, `message=form-data; name="pin" 4821 | x=1`)

	// Not pairs: nothing that may be one identifier is cut.
	for _, s := range []string{"https://example.com/a?user=jroe&x=1", "x@example.com=1", "1a=b", "a==b", "dGVzdA== next", "password= hunter2",
		"SGVsbG8= x", "a,b=c", "a;b=c", "key : value", "note: x", `"quoted" text`, "é=1", "a\u00a0b=1"} {
		f(s, "message="+s)
	}

	// JSON.
	f(`{"a":"b c"}`, `message={"a":"b c"}`)
	f(`info done {"user":"Jane Roe","n":1} x=1`, `message=info done | message={"user":"Jane Roe","n":1} | x=1`)
	f(`got [{"a":1}] and ["x y"] and [12] and {}`, `message=got | message=[{"a":1}] | message=and | message=["x y"] | message=and [12] and {}`)
	f(`{"a":"b c`, `message={ | a="b c`)

	// Syslog.
	f(`<165>1 2026-10-11T22:14:15.003Z host.example.com app 812 ID47 [ex@32473 iut="3" src="a\"\]b"][y] user=jroe failed`,
		`syslog.timestamp=2026-10-11T22:14:15.003Z | syslog.host=host.example.com | syslog.app=app | syslog.pid=812 | syslog.msgid=ID47 | `+
			`syslog.sd=ex@32473 | syslog.sd.iut=3 | syslog.sd.src=a"]b | syslog.sd=y | user=jroe | message=failed`)
	f("<14>1 - - - - - - \uFEFF{\"a\":1}\n", `message={"a":1}`)
	f("<14>1 - - - - - -", "")
	f(`<14>1 - h - - - [x y] m`, "message=1 - h - - - [x y] m") // no such structured data
	f(`<14>1 2026-10-11T22:14:15Z host app only`, "message=1 2026-10-11T22:14:15Z host app only")
	f(`<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed`, "syslog.timestamp=Oct 11 22:14:15 | syslog.host=mymachine | syslog.app=su | syslog.pid=12 | message='su root' failed")
	f(`Oct  1 02:14:15 mymachine kernel: [12.3] eth0 up`, "syslog.timestamp=Oct  1 02:14:15 | syslog.host=mymachine | syslog.app=kernel | message=[12.3] eth0 up")
	f(`<34>2026-10-11T22:14:15Z mymachine su: failed`, "syslog.timestamp=2026-10-11T22:14:15Z | syslog.host=mymachine | syslog.app=su | message=failed")
	f(`<34>Oct 11 22:14:15 mymachine no tag here`, "syslog.timestamp=Oct 11 22:14:15 | syslog.host=mymachine | message=no tag here")
	f(`Oct 1 02:14:15 mymachine cron: done`, "syslog.timestamp=Oct 1 02:14:15 | syslog.host=mymachine | syslog.app=cron | message=done")
	f(`<34>Oct 11 22:14:15 mymachine CEF:0|a`, "syslog.timestamp=Oct 11 22:14:15 | syslog.host=mymachine | message=CEF:0|a")
	f(`<34>just text`, "message=just text")
	f(`<3456>text`, "message=<3456>text")
	f(`Oct 11 22:14:15 no tag here`, "message=Oct 11 22:14:15 no tag here")
	f(`Oct 111 22:14:15 h a: x`, "message=Oct 111 22:14:15 h a: x")
	f(`Oct 11 22:14-15 h a: x`, "message=Oct 11 22:14-15 h a: x")
	f(`Foo 11 22:14:15 h a: x`, "message=Foo 11 22:14:15 h a: x")
	f(`2026-10-11T22:14:15Z Jane Roe: hello`, "message=2026-10-11T22:14:15Z Jane Roe: hello")

	// Access logs.
	f(`192.0.2.7 - jroe [10/Oct/2026:13:55:36 -0700] "GET /a?b=c HTTP/1.0" 200 2326`,
		"ip=192.0.2.7 | user=jroe | timestamp=10/Oct/2026:13:55:36 -0700 | request=GET /a?b=c HTTP/1.0 | status=200 | bytes=2326")
	f(`2001:db8::1 - - [10/Oct/2026:13:55:36 -0700] "-" 408 - "-" "Mozilla \"5\"" rt=0.1 "192.0.2.9"`,
		`ip=2001:db8::1 | timestamp=10/Oct/2026:13:55:36 -0700 | status=408 | user_agent=Mozilla "5" | rt=0.1 | message="192.0.2.9"`)
	f(`2026-10-11T22:14:15Z stdout F [10/Oct/2026:13:55:36 -0700] "GET / HTTP/1.0" 200 2326`,
		`message=2026-10-11T22:14:15Z stdout F [10/Oct/2026:13:55:36 -0700] "GET / HTTP/1.0" 200 2326`)
	f(`we met [on Monday] "in town" twice`, `message=we met [on Monday] "in town" twice`)
	f(`a b c [d] "e" 200 many`, `message=a b c [d] "e" 200 many`)
}

func TestJoined(t *testing.T) {
	f := func(in string, want bool) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseLine([]byte(in), All(), DefaultLimits()))
		require.Equal(t, want, d.Fields()[len(d.Fields())-1].Joined(), in)
	}
	f("to=+44 7700 900123", true)
	f("status=200 4111 1111 1111 1111", true)
	f("x(name=Ada Roe, b=1) c", false)
	f("x(b=1, name=Ada Roe", true)
	f("id=1 name=van der Berg", true)
	f("lang=de accepted", false)
	f("name=Ada went home", false)
	f("level=info failed", false)
	f("name=[Ada Roe]", true)
	f("filter=(cn=ada roe)", true)
	f("x=[a b=1]", false)
	f("to=+447700900123", false)
	f(`to="+44 7700 900123"`, false)
	f("to +44 7700 900123", false)
}

func TestMinimiseLine(t *testing.T) {
	f := func(paths, in, want string, dropped int) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseLine([]byte(in), mustSelect(t, paths), DefaultLimits()))
		require.Equal(t, want, string(d.Append(nil, nil)))
		require.Equal(t, dropped, d.Dropped())
	}
	f("message", " one a=1 two\n", " one two\n", 1)
	f("message", "a=1 two\n", "two\n", 1)
	f("message", " a=1 b=2 two c=3 \n", " two \n", 3)
	f("a", "one a=1 two\n", "a=1\n", 2)
	f("a c", "a=1, b=2, c=3", "a=1, c=3", 1)
	f("b", `x "a": 1, "b": 2, "c": 3`, `"b": 2`, 3)
	f("user.*", "user.id=7 user.name=x user=y", "user.id=7 user.name=x", 1)
	f("", "a=1 two {\"c\":3}\r\n", "\r\n", 3)
	f("message syslog.app", `<34>Oct 11 22:14:15 mymachine su[12]: user=root failed`, `<34>- - su[-]: failed`, 4)
	f("x", `<34>Oct 11 22:14:15 mymachine su[12]: user=root failed x=1`, `<34>- - -[-]: x=1`, 6)
	f("x", `<34>Oct 11 22:14:15 mymachine su[12]: failed`, `<34>- - -[-]: `, 5)
	f("message syslog.sd.a syslog.sd.c", `<1>1 - - - - - [id a="1" b="2" c="3" d="4"][x d="4"] hi`, `<1>1 - - - - - [- a="1" c="3"][-] hi`, 5)
	f("ip", `192.0.2.7 - jroe [10/Oct/2026:13:55:36 -0700] "GET / HTTP/1.0" 200 2326 "-" "x" a=1`, `192.0.2.7 - - [-] "-" - - "-" "-" `, 7)
}

func TestEditLine(t *testing.T) {
	f := func(in, path, want string, edit func(d *Doc, i int)) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseLine([]byte(in), All(), DefaultLimits()))
		edit(&d, find(t, &d, path, Line))
		require.Equal(t, want, string(d.Append(nil, nil)))
	}
	replace := func(start, end int, with string) func(d *Doc, i int) {
		return func(d *Doc, i int) { d.Replace(i, start, end, []byte(with)) }
	}
	f("call Jane a=1", "message", "call [P] a=1", replace(5, 9, "[P]"))
	f("call Jane a=1", "a", "call Jane a=[N]", replace(0, 1, "[N]"))
	f("call Jane", "message", "call \"\\\uFFFDx\uFFFD", replace(5, 9, "\"\\\nx\xff")) // no new line, no new field
	f(`a="x \"y\" z" b=1`, "a", `a="x \"[\"P\\]\" z" b=1`, replace(3, 4, `["P\]`))
	f(`a='x y' b=1`, "a", `a='x \'"' b=1`, replace(2, 3, `'"`))
	f(`a="x \"y\" z" b=1`, "a", `a="x [P] z" b=1`, replace(2, 5, "[P]"))
	f(`<1>1 - - - - - [x a="v \] w"]`, "syslog.sd.a", `<1>1 - - - - - [x a="v \] [P\]"]`, replace(4, 5, "[P]"))
	f(`<1>1 - - - - - [x a="v"]`, "syslog.sd.a", `<1>1 - - - - - [x a="[P\]\""]`, func(d *Doc, i int) { d.SetString(i, []byte(`[P]"`)) })
	f(`x {"a":"Jane"}`, "message", `y {"a":"Jane"}`, replace(0, 1, "y"))
	f(`{"a":"Jane"}`, "message", `{"a":"[P]"}`, func(d *Doc, i int) { d.SetString(i, []byte(`{"a":"[P]"}`)) })
	f("héllo", "message", "h[X]llo", replace(2, 3, "[X]"))
	f("a=1 b=2 c=3", "b", "a=1 c=3", func(d *Doc, i int) { d.Drop(i) })
	f("a=1 b=2 c=3", "a", "b=2 c=3", func(d *Doc, i int) { d.Drop(i - 1) }) // its Key
	f(`x "k": "v"`, "k", `x "a\"b": "v"`, func(d *Doc, i int) { d.SetString(i-1, []byte(`a"b`)) })
	f("a=1 b=2", "b", "a=1 [K]=2", func(d *Doc, i int) { d.SetString(i-1, []byte("[K]")) })
	f(`192.0.2.7 - jroe [t] "GET /x" 200 1`, "request", `192.0.2.7 - jroe [t] "-" 200 1`, func(d *Doc, i int) { d.Drop(i) })

	var d Doc
	require.NoError(t, d.ParseLine([]byte("a"), All(), DefaultLimits()))
	require.Panics(t, func() { d.SetRaw(0, []byte("{}")) })
}

func TestRepairLine(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseLine([]byte(in), All(), DefaultLimits()))
		require.Equal(t, want, string(d.Append(nil, nil)))
		require.True(t, d.Repaired())
		for i := range d.Fields() {
			require.True(t, utf8.Valid(d.Text(i)))
		}
	}
	f("a\xffb x=\xc3 \"q\"\n", "a\uFFFDb x=\uFFFD \"q\"\n")
	f("\x1b[31mred\x1b[0m\x00 k=\x7f", "\uFFFD[31mred\uFFFD[0m\uFFFD k=\uFFFD")
	f("two\nlines\r\n", "two\uFFFDlines\r\n")
	f("cr\rcr", "cr\uFFFDcr")
	f("csi \u009b1m", "csi \uFFFD1m")
	f(`q="\ud800\u0041"`, "q=\"\uFFFD"+`\u0041"`)
	f("{\"a\":\"\xff\"}", "{\"a\":\"\uFFFD\"}")
	f("\x00k=v", "\uFFFDk=v")
}

func TestLineLimits(t *testing.T) {
	var d Doc
	require.ErrorIs(t, d.ParseLine([]byte("abc"), All(), Limits{Bytes: 2}), ErrSize)
	require.Empty(t, d.Append(nil, nil))
	long := strings.Repeat("a=1 ", 1000)
	require.ErrorIs(t, d.ParseLine([]byte(long), All(), Limits{Fields: 100}), ErrFields)
	require.ErrorIs(t, d.ParseLine([]byte(long), mustSelect(t, ""), Limits{Fields: 100}), ErrFields)
	sd := `<1>1 - - - - - [x` + strings.Repeat(` a="1"`, 1000) + "]"
	require.ErrorIs(t, d.ParseLine([]byte(sd+" x"), All(), Limits{Fields: 100}), ErrFields)
	require.NoError(t, d.ParseLine([]byte(strings.Repeat(`{"a":[{"b": `, 2e4)), All(), DefaultLimits())) // and in time
	require.NoError(t, d.ParseLine([]byte(strings.Repeat(`a='b `, 3e4)), All(), DefaultLimits()))
	require.NoError(t, d.ParseLine([]byte(strings.Repeat("k", 1000)+"=1"), All(), DefaultLimits()))
	require.Equal(t, strings.Repeat("k", 128)+"…", string(d.Path(0)))
}

var syntaxOnly = regexp.MustCompile(`^(<[0-9]{1,3}>(1 )?)?[^A-Za-z0-9\x80-\xff]*$`)

// checkLine holds what is true of any line.
func checkLine(t require.TestingT, src []byte) {
	var d Doc
	require.NoError(t, d.ParseLine(src, All(), DefaultLimits()))
	out := d.Append(nil, nil)
	require.True(t, utf8.Valid(out))
	if !d.Repaired() {
		require.Equal(t, string(src), string(out))
	}
	body := strings.TrimSuffix(strings.TrimSuffix(string(out), "\n"), "\r")
	require.NotContains(t, body, "\n")
	require.Equal(t, -1, strings.IndexFunc(body, func(r rune) bool { return r < ' ' && r != '\t' || 0x7F <= r && r < 0xA0 }))

	// Fields are in order and disjoint, and only syntax is outside of them.
	var outside []byte
	pos := 0
	for i, f := range d.Fields() {
		require.LessOrEqual(t, pos, f.Start)
		require.LessOrEqual(t, f.Start, f.End)
		outside = append(outside, src[pos:f.Start]...)
		pos = f.End
		require.True(t, utf8.Valid(d.Text(i)))
		if f.Kind == Key {
			require.Equal(t, Line, d.Fields()[i+1].Kind)
		}
	}
	outside = append(outside, src[pos:]...)
	require.Regexp(t, syntaxOnly, strings.ReplaceAll(string(outside), "\uFEFF", ""))

	// What is not selected leaves nothing behind, and dropping does what not selecting does.
	var none Doc
	nothing, err := NewSelector(nil)
	require.NoError(t, err)
	require.NoError(t, none.ParseLine(src, nothing, DefaultLimits()))
	require.Regexp(t, syntaxOnly, strings.ReplaceAll(string(none.Append(nil, nil)), "\uFEFF", ""))
	some, err := NewSelector([]string{"message", "a", "syslog.app", "syslog.sd.b", "request"})
	require.NoError(t, err)
	var selected Doc
	require.NoError(t, selected.ParseLine(src, some, DefaultLimits()))
	for i, f := range d.Fields() {
		switch path := string(d.Path(i)); path {
		case "message", "a", "syslog.app", "syslog.sd.b", "request":
		default:
			if f.Kind != Key {
				d.Drop(i)
			}
		}
	}
	require.Equal(t, string(selected.Append(nil, nil)), string(d.Append(nil, nil)))
}

func FuzzParseLine(f *testing.F) {
	for _, s := range []string{
		`<165>1 2026-10-11T22:14:15.003Z host app 812 ID47 [ex@1 b="3" c="a\"]"][y] user=jroe failed a=1`,
		`<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed a=1`,
		`192.0.2.7 - jroe [10/Oct/2026:13:55:36 -0700] "GET /a?b=c HTTP/1.0" 200 2326 "-" "Moz\"" x=1`,
		`ts=1 msg="hi \"there\"" a='b c' "k": "v", d={"e":[1]}, x`, "a\xff\x00\x1b[1m b=\xc3\n", "plain {\"a\":1}\r\n", `<1>1 - - - - - [- b="1"]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkLine(t, src) })
}

func TestLineProperty(t *testing.T) {
	pieces := rapid.SliceOf(rapid.SampledFrom([]string{"<34>", "1 ", "Oct 11 22:14:15 ", "2026-10-11T22:14:15Z ", "host ", "- ", "app[7]: ", "[x@1 a=\"1\" b=\"2\"]", " ",
		"\t", "a=", "b=", `"`, `'`, `\`, `\u00e9`, "=", ",", ";", "{", "}", "[", "]", `{"a":1}`, `"k": `, "word", "192.0.2.7 - - ", `[10/Oct/2026:13:55:36 -0700] "GET /" 200 12`, "é", "\xff", "\x00", "\n", "\r", ":"}))
	rapid.Check(t, func(rt *rapid.T) { checkLine(rt, []byte(strings.Join(pieces.Draw(rt, "line"), ""))) })
}
