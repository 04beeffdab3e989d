// Package codec turns the bytes of a record into fields and back into bytes. What no path selects is left out, what is
// edited is replaced in place, and every other byte stays as it was: digits of numbers, escapes, order of keys, white
// space.
//
// A [Selector] is the allow-list, compiled once. A [Doc] belongs to one worker and is used again and again: ParseJSON or
// ParseLine, then Fields, Text and the edits, then Append. In the steady state none of it allocates.
//
// Nothing here knows what personal data is; but the package holds to these promises, on which those who do rely:
//   - what no path selects does not come out, whatever its syntax;
//   - Text has every character that Append would write for a field, decoded, so nothing hides in an escape;
//   - output is valid UTF-8, and valid JSON where the input was JSON;
//   - errors carry offsets, never bytes of a record.
package codec
