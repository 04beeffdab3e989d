//go:build goexperiment.jsonv2

package jsonlib

import (
	"bytes"
	"encoding/json/jsontext"
	"strings"
)

func experimental() []engine { return []engine{{"jsontext", withJSONText}} }

// withJSONText streams: values that are kept go over as raw values, the others are skipped.
func withJSONText(paths []string) func(dst, src []byte) ([]byte, error) {
	allowed := tree(paths)
	var (
		out bytes.Buffer
		in  bytes.Reader
	)
	dec, enc := jsontext.NewDecoder(&in), jsontext.NewEncoder(&out)
	var walk func(a allow) error
	walk = func(a allow) error {
		opening, err := dec.ReadToken()
		if err != nil {
			return err
		}
		object := opening.Kind() == '{'
		if err := enc.WriteToken(opening); err != nil {
			return err
		}
		for kind := dec.PeekKind(); kind != '}' && kind != ']'; kind = dec.PeekKind() {
			below, name := a, ""
			if object {
				key, err := dec.ReadToken()
				if err != nil {
					return err
				}
				name = key.String()
				var ok bool
				below, ok = a[name]
				kind = dec.PeekKind()
				if container := kind == '{' || kind == '['; !ok || container != (below != nil) {
					if err := dec.SkipValue(); err != nil {
						return err
					}
					continue
				}
				if err := enc.WriteToken(jsontext.String(name)); err != nil {
					return err
				}
			}
			switch {
			case kind == '{' || kind == '[':
				err = walk(below)
			case name == "text":
				var tok jsontext.Token
				if tok, err = dec.ReadToken(); err == nil {
					err = enc.WriteToken(jsontext.String(alias + tok.String()[3:]))
				}
			default:
				var raw jsontext.Value
				if raw, err = dec.ReadValue(); err == nil {
					err = enc.WriteValue(raw)
				}
			}
			if err != nil {
				return err
			}
		}
		closing, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if enc.StackDepth() == 1 {
			if err := enc.WriteToken(jsontext.String("redaction")); err != nil {
				return err
			}
			if err := enc.WriteValue(jsontext.Value(strings.TrimPrefix(extra, `"redaction":`))); err != nil {
				return err
			}
		}
		return enc.WriteToken(closing)
	}
	return func(dst, src []byte) ([]byte, error) {
		in.Reset(src)
		out.Reset()
		dec.Reset(&in)
		enc.Reset(&out)
		if err := walk(allowed); err != nil {
			return nil, err
		}
		return append(dst, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...), nil
	}
}
