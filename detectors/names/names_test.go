package names_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

func TestLoad(t *testing.T) {
	m, err := names.Load()
	require.NoError(t, err)
	require.Equal(t, names.TemplateHash(), m.Manifest().Templates, "train the model again: make train")
	var text scan.Text
	var s names.Scratch
	text.Scan([]byte("yes my name is korila venkatesan and i live in chennai"), scan.NewLexicon(nil, 0))
	spans := m.Find(nil, &text, &names.Context{}, &s)
	require.NotEmpty(t, spans)
	require.Equal(t, names.Person, spans[0].Class)
	require.Equal(t, []int{4, 5}, []int{spans[0].First, spans[0].Last})
}
