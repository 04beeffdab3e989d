// Package syntax reads YAML in bounded time, whoever wrote it. Rules, policies, instructions and configurations are shallow and no wider
// than a person writes; the library's parser takes time with the square of how deep and how wide a file is.
package syntax

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// What a file may have; the default policy is 5 deep and has some 400 keys.
const (
	depthMost     = 64     // brackets in each other; what is nested by indentation pays for it in bytes
	entriesMost   = 16     // entries of lists begun in one line, each in the one before
	keysMost      = 10_000 // of all mappings together
	emptyMost     = 1_000  // keys and entries without a value
	documentsMost = 16     // marks of documents
	blankMost     = 128    // lines with nothing on them, one after the other
)

// Parse is the library's ParseBytes with duplicate keys, for files within these bounds. See Problem for
// what is beyond them.
//
// The library's lexer takes time with the bytes, empty lines aside, and its tokens are all that its parser sees. So they are what is
// counted: a reading of our own could be led to see another file than the parser does.
func Parse(text []byte) (*ast.File, error) {
	if line := manyBlank(text); line > 0 {
		return nil, beyond(line, "more than %d empty lines", blankMost)
	}
	tokens := lexer.Tokenize(string(text))
	if err := check(tokens); err != nil {
		return nil, err
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// Problem says what is wrong with a file that Parse refuses, and in which line. The library's words may have words of the file in them; own tells
// that there are none.
func Problem(err error) (line int, what string, own bool) {
	var at yaml.Error
	if !errors.As(err, &at) {
		return 1, "not valid YAML", true
	}
	line = 1
	if t := at.GetToken(); t != nil && t.Position != nil {
		line = t.Position.Line
	}
	if errors.As(err, new(*boundError)) {
		return line, at.GetMessage(), true
	}
	return line, "not valid YAML: " + at.GetMessage(), false
}

// boundError is the error of a file beyond a bound.
type boundError struct{ yaml.SyntaxError }

func beyond(line int, format string, most int) error {
	at := &token.Token{Position: &token.Position{Line: line, Column: 1}}
	return &boundError{yaml.SyntaxError{Message: fmt.Sprintf(format, most), Token: at}}
}

// manyBlank gives the line where too many empty ones begin, 0 if they don't. The lexer takes each off the end of a literal with a copy of it.
func manyBlank(text []byte) int {
	line, blank, empty := 1, 0, true
	for i, c := range text {
		switch {
		case c == ' ' || c == '\t' || c == '\n' && i > 0 && text[i-1] == '\r':
		case c == '\n' || c == '\r':
			line++
			if !empty {
				blank = 0
			} else if blank++; blank > blankMost {
				return line - blank
			}
			empty = true
		default:
			empty = false
		}
	}
	return 0
}

// check holds the tokens of a file to the bounds.
func check(tokens token.Tokens) error {
	var b bounds
	for _, t := range tokens {
		if t.Type == token.CommentType || t.Type == token.SpaceType {
			continue
		}
		b.count(t)
		at := t.Position.Line
		switch {
		case len(b.flow) > depthMost:
			return beyond(at, "more than %d lists and mappings in each other", depthMost)
		case b.entries > entriesMost:
			return beyond(at, "more than %d lists begun in one line", entriesMost)
		case b.keys > keysMost:
			return beyond(at, "more than %d keys", keysMost)
		case b.empty > emptyMost:
			return beyond(at, "more than %d keys and entries without a value, tags or anchors", emptyMost)
		case b.documents > documentsMost:
			return beyond(at, "more than %d documents", documentsMost)
		}
	}
	return nil
}

// bounds is a walk over the tokens of a file.
type bounds struct {
	flow                            []bracket // open
	entries, keys, empty, documents int
	first, before, last             *token.Token // of the line of the token before; the one before that; that
	key                             *token.Token // before the last colon
}

type bracket struct{ isMapping, hasKey bool } // hasKey: the entry at hand

func (b *bounds) count(t *token.Token) {
	if b.last == nil || t.Position.Line != b.last.Position.Line {
		if b.last != nil && b.leavesEmpty(t) {
			b.empty++
		}
		b.first, b.entries = t, 0
	}
	in := &bracket{}
	if len(b.flow) > 0 {
		in = &b.flow[len(b.flow)-1]
	}
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		b.flow = append(b.flow, bracket{isMapping: t.Type == token.MappingStartType})
	case token.CollectEntryType, token.SequenceEndType, token.MappingEndType:
		if in.isMapping && !in.hasKey && b.last.Type != token.MappingStartType || b.last != nil && b.last.Type == token.MappingValueType {
			b.empty++
		}
		in.hasKey = false
		if t.Type != token.CollectEntryType && len(b.flow) > 0 {
			b.flow = b.flow[:len(b.flow)-1]
		}
	case token.SequenceEntryType:
		b.entries++
	case token.MappingValueType:
		b.keys++
		in.hasKey = true
		odd := isBlock(b.last) || isBlock(b.before) || b.last == nil || b.last.Position.Line != t.Position.Line || b.key != nil && b.key.Position.Line == t.Position.Line
		if len(b.flow) == 0 && odd {
			b.empty++ // a colon that begins a line, is behind a block of text or the second of a line: all may stand for nothing
		}
		if b.key = b.last; b.key == nil {
			b.key = t
		}
	case token.MappingKeyType:
		b.empty += 2 // nobody writes it, and it may stand before no key and no value
	case token.TagType, token.AnchorType:
		b.empty++ // few write them, and both may stand before nothing
	case token.DocumentHeaderType, token.DocumentEndType, token.DirectiveType:
		b.documents++
	}
	b.before, b.last = b.last, t
}

// isBlock says whether t begins a text over several lines.
func isBlock(t *token.Token) bool {
	return t != nil && (t.Type == token.LiteralType || t.Type == token.FoldedType)
}

// leavesEmpty tells whether what the last line ends in has no value, now that t begins another line. The parser puts one in each time, and
// moves all behind it.
func (b *bounds) leavesEmpty(t *token.Token) bool {
	switch b.last.Type {
	case token.SequenceEntryType:
		return t.Position.Column <= b.last.Position.Column
	case token.MappingValueType: // a list may begin right under its key
		isList := t.Type == token.SequenceEntryType && t.Position.Column == b.key.Position.Column
		return t.Position.Column <= b.key.Position.Column && !isList
	}
	return false
}
