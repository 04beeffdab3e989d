package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// tool is a command that takes a password as an argument.
type tool struct {
	name    string
	option  string // what stands before the password
	needs   string // a word that the line must hold, too
	glued   bool   // nothing stands between the two
	percent bool   // the argument is "name%password"
}

var tools = [...]tool{
	{name: "mysql", option: "-p", glued: true}, {name: "mysqldump", option: "-p", glued: true}, {name: "mysqladmin", option: "-p", glued: true},
	{name: "mariadb", option: "-p", glued: true}, {name: "mongo", option: "-p"}, {name: "mongosh", option: "-p"}, {name: "mongodump", option: "-p"},
	{name: "redis", option: "-a"}, {name: "ldapsearch", option: "-w"}, {name: "ldapmodify", option: "-w"}, {name: "ldapadd", option: "-w"},
	{name: "docker", option: "-p", needs: "login"}, {name: "podman", option: "-p", needs: "login"}, {name: "helm", option: "-p", needs: "login"}, {name: "az", option: "-p", needs: "login"},
	{name: "smbclient", option: "-U", percent: true}, {name: "rpcclient", option: "-U", percent: true}, {name: "plink", option: "-pw"}, {name: "pscp", option: "-pw"},
	{name: "sqlcmd", option: "-P"}, {name: "bcp", option: "-P"}, {name: "isql", option: "-P"}, {name: "unzip", option: "-P"}, {name: "zip", option: "-P"},
}

const toolWords = "mysql mysqldump mysqladmin mariadb mongo mongosh mongodump redis ldapsearch ldapmodify ldapadd docker podman helm az smbclient rpcclient plink pscp sqlcmd bcp isql unzip zip"

// toolPassword looks for the password that a command gives behind token i, its name: "mysql -u root -pS3cret", "redis-cli -a S3cret".
func (p *pass) toolPassword(i int) {
	const longest = 1024
	from := int(p.text.Tokens[i].End)
	if c := p.at(from); c != ' ' && c != '-' && c != '.' {
		return
	}
	line := p.b[from:min(from+longest, len(p.b))]
	if k := bytes.IndexByte(line, '\n'); k >= 0 {
		line = line[:k]
	}
	name := p.bytesOf(&p.text.Tokens[i])
	for k := range tools {
		t := &tools[k]
		if !isWord(name, t.name) || !bytes.Contains(line, []byte(t.needs)) {
			continue
		}
		for at := 0; ; {
			k := bytes.Index(line[at:], []byte(t.option))
			if k < 0 {
				return
			}
			at += k + len(t.option)
			if line[max(at-len(t.option)-1, 0)] == ' ' && at < len(line) && (line[at] == ' ') != t.glued {
				p.argument(from+at, t)
				return
			}
		}
	}
}

// argument takes the argument at a place for a password.
func (p *pass) argument(at int, t *tool) {
	const least = 4
	if !t.glued {
		at++
	}
	if at >= len(p.b) || p.b[at] == '-' || p.isInert(at) {
		return
	}
	end, quoted := p.valueEnd(at)
	if quoted {
		at++
	}
	if t.percent {
		k := bytes.IndexByte(p.b[at:end], '%')
		if k < 0 {
			return
		}
		at += k + 1
	}
	value := p.b[at:end]
	if len(value) < least || isPlaceholder(value) || isDummyWord(value) || isDummy(value) || isDecimal(value) && t.glued || t.glued && isWord(value, "assword") {
		return
	}
	p.add(at, end, Password, 0.8, byCommand, p.verbatim(at, end))
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
