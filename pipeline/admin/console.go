package admin

import (
	_ "embed"
	"net/http"
)

//go:embed console.html
var consoleHTML []byte

//go:embed console.js
var consoleJS []byte

//go:embed console.css
var consoleCSS []byte

// asset is a file of the console. Script and style are files of their own because the page's policy forbids inline ones.
type asset struct {
	kind string
	body []byte
}

func assets() map[string]asset {
	return map[string]asset{
		"/{$}":         {"text/html; charset=utf-8", consoleHTML},
		"/console.js":  {"text/javascript; charset=utf-8", consoleJS},
		"/console.css": {"text/css; charset=utf-8", consoleCSS},
	}
}

func (a asset) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", a.kind)
	_, _ = w.Write(a.body) // an error here is a client that went away
}
