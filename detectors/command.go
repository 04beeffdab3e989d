package detectors

import (
	"bytes"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// tool is a command that takes a password as an argument.
type tool struct {
	name   string
	option string // what stands before the password; nothing where it stands behind the name
	needs  string // words that the line must hold, too
	form   argumentForm
}

// argumentForm is how a password stands behind an option.
type argumentForm uint8

const (
	apart     argumentForm = iota // "-p secret", "-p=secret"
	glued                         // "-psecret", and nothing else
	percent                       // "-U name%secret"
	second                        // "add_user name secret"
	literal                       // "--from-literal=name=secret"
	lastUser                      // no password: the last argument is a user
	namedUser                     // no password: "-u name", "-uname"
)

var tools = [...]tool{
	{name: "mysql", option: "-p", form: glued}, {name: "mysqldump", option: "-p", form: glued}, {name: "mysqladmin", option: "-p", form: glued},
	{name: "mysqlimport", option: "-p", form: glued}, {name: "mysqlshow", option: "-p", form: glued}, {name: "mysqlcheck", option: "-p", form: glued},
	{name: "mariadb", option: "-p", form: glued}, {name: "xtrabackup", option: "-p", form: glued}, {name: "innobackupex", option: "-p", form: glued},
	{name: "mongo", option: "-p"}, {name: "mongosh", option: "-p"}, {name: "mongodump", option: "-p"}, {name: "mongorestore", option: "-p"},
	{name: "mongoexport", option: "-p"}, {name: "mongoimport", option: "-p"}, {name: "mongostat", option: "-p"}, {name: "cqlsh", option: "-p"},
	{name: "redis", option: "-a"}, {name: "redis", option: "auth"}, {name: "redis", option: "AUTH"}, {name: "vsql", option: "-w"},
	{name: "ldapsearch", option: "-w"}, {name: "ldapmodify", option: "-w"}, {name: "ldapadd", option: "-w"}, {name: "ldapdelete", option: "-w"},
	{name: "ldapwhoami", option: "-w"}, {name: "ldapcompare", option: "-w"}, {name: "ldappasswd", option: "-w"}, {name: "ldappasswd", option: "-s"}, {name: "ldappasswd", option: "-a"},
	{name: "docker", option: "-p", needs: "login"}, {name: "podman", option: "-p", needs: "login"}, {name: "nerdctl", option: "-p", needs: "login"},
	{name: "helm", option: "-p", needs: "login"}, {name: "oras", option: "-p", needs: "login"}, {name: "crane", option: "-p", needs: "login"},
	{name: "oc", option: "-p", needs: "login"}, {name: "cf", option: "-p", needs: "login"}, {name: "az", option: "-p", needs: "login"},
	{name: "az", option: "--value", needs: "secret"}, {name: "aws", option: "--value", needs: "SecureString"}, {name: "gh", option: "-b", needs: "secret set"}, {name: "gh", option: "--body", needs: "secret set"},
	{name: "kubectl", option: "--from-literal", needs: "secret", form: literal},
	{name: "smbclient", option: "-U", form: percent}, {name: "rpcclient", option: "-U", form: percent}, {name: "winexe", option: "-U", form: percent}, {name: "net", option: "-U", form: percent},
	{name: "plink", option: "-pw"}, {name: "pscp", option: "-pw"}, {name: "psftp", option: "-pw"}, {name: "psexec", option: "-p"}, {name: "winrs", option: "-p"}, {name: "smbmap", option: "-p"},
	{name: "sqlcmd", option: "-P"}, {name: "bcp", option: "-P"}, {name: "isql", option: "-P"}, {name: "osql", option: "-P"}, {name: "tsql", option: "-P"},
	{name: "unzip", option: "-P"}, {name: "zip", option: "-P"}, {name: "rar", option: "-p", form: glued}, {name: "unrar", option: "-p", form: glued},
	{name: "ipmitool", option: "-P"}, {name: "mosquitto", option: "-P"}, {name: "rdesktop", option: "-p"}, {name: "xfreerdp", option: "/p:", form: glued}, {name: "schtasks", option: "/rp"},
	{name: "snmpget", option: "-c"}, {name: "snmpwalk", option: "-c"}, {name: "snmpbulkwalk", option: "-c"}, {name: "snmpset", option: "-c"}, {name: "snmptrap", option: "-c"},
	{name: "snmpget", option: "-A"}, {name: "snmpwalk", option: "-A"}, {name: "snmpbulkwalk", option: "-A"}, {name: "snmpset", option: "-A"}, {name: "snmptrap", option: "-A"},
	{name: "snmpget", option: "-X"}, {name: "snmpwalk", option: "-X"}, {name: "snmpbulkwalk", option: "-X"}, {name: "snmpset", option: "-X"}, {name: "snmptrap", option: "-X"},
	{name: "openssl", option: "-k"}, {name: "openssl", option: "-K"}, {name: "wpa", form: second},
	{name: "rabbitmqctl", option: "add_user", form: second}, {name: "rabbitmqctl", option: "change_password", form: second}, {name: "rabbitmqctl", option: "authenticate_user", form: second},
	{name: "net", option: "user", form: second},
	{name: "vault", option: "login"}, {name: "sshpass", option: "-p"}, {name: "7z", option: "-p", form: glued}, {name: "7za", option: "-p", form: glued}, {name: "7zr", option: "-p", form: glued},
	{name: "useradd", form: lastUser}, {name: "usermod", form: lastUser}, {name: "userdel", form: lastUser}, {name: "adduser", form: lastUser}, {name: "deluser", form: lastUser}, {name: "kinit", form: lastUser}, {name: "passwd", form: lastUser},
	{name: "sudo", option: "-u", form: namedUser}, {name: "crontab", option: "-u", form: namedUser}, {name: "runuser", option: "-u", form: namedUser},
	{name: "mysql", option: "-u", form: namedUser}, {name: "mysqldump", option: "-u", form: namedUser}, {name: "mysqladmin", option: "-u", form: namedUser}, {name: "mariadb", option: "-u", form: namedUser},
	{name: "psql", option: "-U", form: namedUser}, {name: "pg", option: "-U", form: namedUser}, {name: "sqlcmd", option: "-U", form: namedUser}, {name: "bcp", option: "-U", form: namedUser},
	{name: "mongosh", option: "-u", form: namedUser}, {name: "mongodump", option: "-u", form: namedUser}, {name: "docker", option: "-u", needs: "login", form: namedUser},
	{name: "podman", option: "-u", needs: "login", form: namedUser}, {name: "helm", option: "-u", needs: "login", form: namedUser}, {name: "plink", option: "-l", form: namedUser},
}

const toolWords = "mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mariadb xtrabackup innobackupex mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat cqlsh " +
	"redis vsql ldapsearch ldapmodify ldapadd ldapdelete ldapwhoami ldapcompare ldappasswd docker podman nerdctl helm oras crane oc cf az aws gh kubectl smbclient rpcclient winexe net " +
	"plink pscp psftp psexec winrs smbmap sqlcmd bcp isql osql tsql psql pg unzip zip rar unrar ipmitool mosquitto rdesktop xfreerdp schtasks snmpget snmpwalk snmpbulkwalk snmpset snmptrap openssl wpa rabbitmqctl " +
	"useradd usermod userdel adduser deluser kinit passwd vault crontab runuser"

// GivesPassword says whether the last of some words of a command line is a password or holds one: "mysql", "-u", "root", "-pS3cret".
func GivesPassword(words [][]byte) bool {
	last := len(words) - 1
	if last < 1 || !isOption(words[last]) && !isOption(words[last-1]) {
		return false
	}
	for k, word := range words[:last] {
		name := commandName(word)
		for t := range tools {
			if isWord(name, tools[t].name) && tools[t].isGiven(words[k+1:]) {
				return true
			}
		}
	}
	return false
}

// GivesUser says whether the last of some words of a command line names a user: "userdel", "asha"; "sudo", "-u", "asha"; "mysql", "-uasha". whole says that they are
// all of it.
func GivesUser(words [][]byte, whole bool) bool {
	last := len(words) - 1
	if last < 1 || len(words[last]) == 0 {
		return false
	}
	option := isOption(words[last])
	for k, word := range words[:last] {
		name := commandName(word)
		if k == 0 && !option && isWord(name, "su") && (whole || !slices.ContainsFunc(words[1:last], func(w []byte) bool { return w[0] != '-' || string(w) == "-c" || string(w) == "-s" })) {
			return true // "su - asha -c id"
		}
		for t := range tools {
			n := len(tools[t].option)
			switch {
			case !isWord(name, tools[t].name):
			case tools[t].form == lastUser && whole && !option && k == 0,
				tools[t].form == namedUser && (!option && string(words[last-1]) == tools[t].option || len(words[last]) > n && string(words[last][:n]) == tools[t].option):
				return true
			}
		}
	}
	return false
}

func isOption(word []byte) bool { return len(word) > 1 && (word[0] == '-' || word[0] == '/') }

// commandName is the name of a command as tools have it: "/usr/bin/redis-cli" is of "redis".
func commandName(word []byte) []byte {
	word = word[bytes.LastIndexAny(word, "/\\")+1:]
	if k := bytes.IndexAny(word, "-_."); k >= 0 {
		word = word[:k]
	}
	return word
}

// isGiven says whether the last of the words behind a command's name is the password that t says, or holds it.
func (t *tool) isGiven(words [][]byte) bool {
	value := words[len(words)-1]
	for _, need := range strings.Fields(t.needs) {
		if !slices.ContainsFunc(words, func(w []byte) bool { return string(w) == need }) {
			return false
		}
	}
	switch t.form {
	case glued:
		n := len(t.option)
		return len(value) > n+2 && string(value[:n]) == t.option && !(isDecimal(value[n:]) && len(value) < n+6)
	case apart, percent, literal:
		return len(words) > 1 && string(words[len(words)-2]) == t.option && value[0] != '-' && (t.form != percent || bytes.IndexByte(value, '%') > 0)
	}
	return false
}

// arguments are those of a command line, in a shell's form or as a list: `-u root -p'S3cret pw'`, `"-u", "root", "-pS3cret"`.
type arguments struct {
	b  []byte
	at int // where the next one may begin
}

// next gives the bounds of the next argument that isn't empty, without its outer quotes; start is -1 behind the last. An argument may have a
// quoted part behind its option.
func (a *arguments) next() (start, end int) {
	for {
		for a.at < len(a.b) && (a.b[a.at] <= ' ' && a.b[a.at] != '\n' || a.b[a.at] == ',' || a.b[a.at] == '\\' && a.at+1 < len(a.b) && isQuote(a.b[a.at+1])) {
			a.at++
		}
		if k := a.at; k+3 < len(a.b) && a.b[k] == 'a' && scan.IsDigit(a.b[k+1]) && a.b[k+2] == '=' && a.b[k+3] == '"' {
			a.at += 3 // a1="-u" of auditd
		}
		if a.at >= len(a.b) || isCommandEnd(a.b[a.at]) {
			return -1, -1
		}
		if !isQuote(a.b[a.at]) {
			return a.plain()
		}
		quote := a.b[a.at]
		start = a.at + 1
		for end = start; end < len(a.b) && a.b[end] != quote && a.b[end] != '\n'; end++ {
		}
		a.at = end + 1
		if end > start && a.b[end-1] == '\\' {
			end--
		}
		if end > start {
			return start, end
		}
	}
}

// plain gives the bounds of the argument that begins here without a quote.
func (a *arguments) plain() (start, end int) {
	start, end = a.at, a.at
	for ; end < len(a.b) && a.b[end] > ' '; end++ {
		c := a.b[end]
		if end > start && (c == '\\' && end+1 < len(a.b) && isQuote(a.b[end+1]) || c == '|' || c == ';' && a.b[start] != '-') {
			a.at = len(a.b)
			return start, end
		}
		if !isQuote(c) {
			continue
		}
		if k := bytes.IndexByte(a.b[end+1:], c); k >= 0 && (end-start == 2 && a.b[start] == '-' || a.b[end-1] == '=' || a.b[end-1] == ':') {
			end += 1 + k
			continue
		}
		a.at = len(a.b) // of the text round the command
		return start, end
	}
	a.at = max(end, start+1)
	return start, a.at
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

func isCommandEnd(c byte) bool {
	return c == '\n' || c == '|' || c == '&' || c == ';' || c == '>' || c == '<' || c == ']' || c == ')'
}

// toolPassword looks for the passwords that a command gives behind token i, its name: "mysql -u root -pS3cret", "redis-cli -a S3cret".
func (p *pass) toolPassword(i int) {
	const longest = 512
	from := int(p.text.Tokens[i].End)
	for c := p.at(from); from < len(p.b) && (c == '-' || c == '.' || c == '_' || scan.IsWordByte(c)); c = p.at(from) {
		from++ // "redis-cli", "mongo.exe"
	}
	if c := p.at(from); from >= len(p.b) || c != ' ' && !isQuote(c) && c != '\\' || from-int(p.text.Tokens[i].End) > 16 {
		return
	}
	if isQuote(p.b[from]) {
		from++
	} else if p.b[from] == '\\' {
		from += 2
	}
	line := p.b[min(from, len(p.b)):min(from+longest, len(p.b))]
	all := arguments{b: line}
	for start, _ := all.next(); start >= 0; start, _ = all.next() {
	}
	line = line[:min(all.at, len(line))]
	name := p.bytesOf(&p.text.Tokens[i])
	for k := range tools {
		t := &tools[k]
		if t.form == second && t.option == "" && p.at(int(p.text.Tokens[i].End)) != '_' {
			continue // "wpa passphrase is", which is no command
		}
		if isWord(name, t.name) && bytes.Contains(line, []byte(t.needs)) && bytes.Contains(line, []byte(t.option)) {
			p.toolArguments(arguments{b: line}, from, t)
		}
	}
	if isWord(name, "net") {
		p.netUse(arguments{b: line}, from)
	}
}

// toolArguments looks through the arguments of a command, which begin at a place, for what t says.
func (p *pass) toolArguments(args arguments, from int, t *tool) {
	user, options, plain := -1, false, 0
	for start, end := args.next(); start >= 0; start, end = args.next() {
		value := args.b[start:end]
		if option := len(value) > 0 && value[0] == '-'; option || options {
			options, user = option, start
		} else {
			user = start
			plain++
		}
		if len(value) < len(t.option) || string(value[:len(t.option)]) != t.option {
			continue
		}
		whole := len(value) == len(t.option)
		switch {
		case t.form == lastUser:
			continue
		case t.form == namedUser && !whole:
			p.toolUser(from + start + len(t.option))
			return
		case t.form == glued:
			if !whole {
				p.argument(from+start+len(t.option), from+end, t)
				return
			}
		case t.form == second && t.option == "":
			if start, end = args.next(); start >= 0 {
				p.argument(from+start, from+end, t)
			}
			return
		case t.form == second && whole:
			if start, _ = args.next(); start < 0 {
				return
			}
			name := start
			start, end = args.next()
			if isWord([]byte(t.name), "net") && start >= 0 && args.b[start] != '/' && (!isMixed(args.b[start:end]) || isDecimal(args.b[start:end])) {
				return // "net user growth was"
			}
			p.addUser(from+name, 0.75)
			if start >= 0 && args.b[start] != '/' {
				p.argument(from+start, from+end, t)
			}
			return
		case whole:
			if start, end = args.next(); start < 0 {
				return
			}
			if t.form == namedUser {
				p.toolUser(from + start)
				return
			}
			p.argument(from+start, from+end, t)
		case value[len(t.option)] == '=' && t.form != second:
			p.argument(from+start+len(t.option)+1, from+end, t)
		}
	}
	if t.form == lastUser && user >= 0 && plain < 2 && args.b[user] != '-' && args.b[user] != '/' {
		p.addUser(from+user, 0.7)
	}
}

// toolUser takes the argument at a place for the name of a user, unless it is that of everybody's service.
func (p *pass) toolUser(at int) {
	const least = 3
	if end := p.userEnd(at); end-at >= least && !p.isService(at, end) {
		p.addUser(at, 0.7)
	}
}

// isService says whether a user's name from start to end is a common word or root's: that of a service.
func (p *pass) isService(start, end int) bool {
	first, last := p.tokensOf(start, end)
	return first == last && (isWord(p.b[start:end], "root") || p.set.names != nil && p.set.names.IsCommon(p.text.Tokens[first].Hash))
}

// argument takes the argument from start to end, or the part of it that t says, for a password.
func (p *pass) argument(start, end int, t *tool) {
	const least = 3
	for start < end && isQuote(p.b[start]) {
		start++
	}
	for end > start && isQuote(p.b[end-1]) {
		end--
	}
	mark := byte(0)
	switch t.form {
	case percent:
		mark = '%'
	case literal:
		mark = '='
	}
	if mark != 0 {
		k := bytes.IndexByte(p.b[start:end], mark)
		if k < 0 {
			return
		}
		if t.form == literal && endsInUser(p.b[start:start+k]) {
			p.addUser(start+k+1, 0.75)
			return
		}
		start += k + 1
	}
	value := p.b[start:end]
	if len(value) < least || value[0] == '-' || p.isInert(start) || isPlaceholder(value) || isDummyWord(value) || isDummy(value) ||
		t.form == glued && (isDecimal(value) && len(value) < 6 || isWord(value, "assword")) || t.option != "" && scan.IsLetter(t.option[0]) && t.form == apart && !hasDigit(value) {
		return
	}
	p.add(start, end, Password, 0.8, byCommand, p.verbatim(start, end))
}

// netUse looks for the password of "net use Z: \\host\share secret /user:name" and "… /user:name secret".
func (p *pass) netUse(args arguments, from int) {
	start, end := args.next()
	if start < 0 || !isWord(args.b[start:end], "use") {
		return
	}
	user, share := false, false
	for {
		if start, end = args.next(); start < 0 {
			return
		}
		value := args.b[start:end]
		share = share || value[0] == '\\'
		switch {
		case len(value) > 5 && (equalFold(value, "/user:") || equalFold(value, "/u:")):
			user = true
		case value[0] == '/' || value[0] == '\\' || value[len(value)-1] == ':' || len(value) < 3:
		case share || user:
			p.argument(from+start, from+end, &tool{})
			return
		default:
			return // "net use of funds"
		}
	}
}

// htpasswd looks for the user and the password that a command adds to a file, behind token i: "htpasswd -b file name secret", "htpasswd
// -nb name secret".
func (p *pass) htpasswd(i int) {
	const longest = 512
	from := int(p.text.Tokens[i].End)
	if p.at(from) != ' ' {
		return
	}
	args := arguments{b: p.b[from:min(from+longest, len(p.b))]}
	given, files := false, 1
	for {
		start, end := args.next()
		if start < 0 {
			return
		}
		if value := args.b[start:end]; len(value) > 0 && value[0] == '-' {
			given = given || bytes.IndexByte(value, 'b') > 0
			if bytes.IndexByte(value, 'n') > 0 {
				files = 0
			}
			continue
		}
		if files > 0 {
			files--
			continue
		}
		p.addUser(from+start, 0.75)
		if start, end = args.next(); given && start >= 0 {
			p.argument(from+start, from+end, &tool{})
		}
		return
	}
}

// echoed looks for the password that a command hands on to another behind token i, "echo" or "printf": "echo hunter2 | sudo -S true", "echo
// asha:hunter2 | chpasswd".
func (p *pass) echoed(i int) {
	const longest, least = 256, 3
	from := int(p.text.Tokens[i].End)
	if p.at(from) != ' ' {
		return
	}
	args := arguments{b: p.b[from:min(from+longest, len(p.b))]}
	start, end := args.next()
	for start >= 0 && end > start && args.b[start] == '-' {
		start, end = args.next() // "-n"
	}
	if start < 0 {
		return
	}
	rest := bytes.TrimLeft(args.b[min(args.at, len(args.b)):], " ")
	if len(rest) < 2 || rest[0] != '|' {
		return
	}
	next := arguments{b: bytes.TrimLeft(rest[1:], " ")}
	first, stop := next.next()
	if first < 0 {
		return
	}
	value, reader := args.b[start:end], next.b[first:stop]
	told := false
	for k := range readers {
		told = told || isWord(reader, readers[k].name) && bytes.Contains(next.b, []byte(readers[k].needs)) && (!readers[k].mixed || isMixed(value))
	}
	if !told || len(value) < least || isPlaceholder(value) || isDummyWord(value) || p.isInert(from+start) {
		return
	}
	if k := bytes.IndexByte(value, ':'); k > 0 && isWord(reader, "chpasswd") {
		p.add(from+start, from+start+k, Username, 0.75, byUser, p.lower(from+start, from+start+k))
		start += k + 1
	}
	p.add(from+start, from+end, Password, 0.75, byCommand, p.verbatim(from+start, from+end))
}

// readers are commands that read a password from their input; of mixed ones only what looks like no word is one.
var readers = [...]struct {
	name, needs string
	mixed       bool
}{
	{"sudo", "-S", false}, {"chpasswd", "", false}, {"kinit", "", false}, {"smbpasswd", "", false}, {"cryptsetup", "", false}, {"passwd", "stdin", false},
	{"docker", "stdin", false}, {"podman", "stdin", false}, {"helm", "stdin", false}, {"oras", "stdin", false}, {"gh", "with-token", false}, {"gpg", "passphrase-fd", false},
	{"base64", "", true}, {"openssl", "", true},
}

// slashLogin looks for "name/password@" behind token i, the word before a login of Oracle: "jdbc:oracle:thin:scott/tiger@//db", "sqlplus
// scott/tiger@db".
func (p *pass) slashLogin(i int) {
	at := int(p.text.Tokens[i].End)
	if c := p.at(at); c != ':' && c != ' ' {
		return
	}
	start := at + 1
	slash := p.userEnd(start)
	if slash == start || p.at(slash) != '/' {
		return
	}
	end := slash + 1
	for end < len(p.b) && p.b[end] > ' ' && p.b[end] != '@' && p.b[end] != '/' && p.b[end] != '"' {
		end++
	}
	if p.at(end) != '@' || end-slash < 3 || p.isInert(start) || isPlaceholder(p.b[slash+1:end]) {
		return
	}
	p.add(start, end, Secret, 0.85, byCommand, p.verbatim(start, end))
}

// identified looks for the password of a user that SQL makes or changes, behind token i: "IDENTIFIED BY 'x'", "identified by tiger9",
// "IDENTIFIED WITH mysql_native_password BY 'x'".
func (p *pass) identified(i int) {
	const least, most = 3, 8 // characters; tokens
	tokens := p.text.Tokens
	k := i + 1
	for k < len(tokens) && k < i+most && !isWord(p.bytesOf(&tokens[k]), "by") {
		k++
	}
	if k+1 >= len(tokens) || k == i+most || p.between(i) != gapSpace {
		return
	}
	at := int(tokens[k].End)
	for n := 0; n < 2 && isWord(p.bytesOf(&tokens[k+1]), "password") && p.between(k) == gapSpace && k+2 < len(tokens); n++ {
		k++
		at = int(tokens[k].End)
	}
	quoted := false
	for at < len(p.b) && (p.b[at] == ' ' || p.b[at] == '\\' || p.b[at] == '\'' || p.b[at] == '"') {
		if quoted = quoted || p.b[at] == '\'' || p.b[at] == '"'; quoted && p.b[at] == ' ' {
			break
		}
		at++
	}
	end := at
	for end < len(p.b) && p.b[end] != '\'' && p.b[end] != '"' && p.b[end] != '\n' && p.b[end] != '\\' && (quoted || !scan.IsSpace(p.b[end]) && p.b[end] != ';' && p.b[end] != ')') {
		end++
	}
	value := p.b[at:end]
	if len(value) < least || p.isInert(at) || isPlaceholder(value) && value[0] != '*' || !quoted && (!isMixed(value) || p.is(k+1, &notPasswords)) || isAll(value, "*?") {
		return
	}
	p.add(at, end, Password, 0.85, byCommand, p.verbatim(at, end))
}
