package detectors

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// eachIdentifier runs f for every identifier of the catalogue.
func eachIdentifier(t *testing.T, f func(t *testing.T, id *identifier, forms []form)) {
	t.Helper()
	for _, list := range countries {
		for i := range list.ids {
			id := &list.ids[i]
			t.Run(list.name+"/"+id.name, func(t *testing.T) {
				forms, err := compileForms(id.forms)
				require.NoError(t, err)
				f(t, id, forms)
			})
		}
	}
}

// formOf is the form that a number has.
func formOf(forms []form, number string) *form {
	for i := range forms {
		if forms[i].fits([]byte(number), lettersOf([]byte(number))) {
			return &forms[i]
		}
	}
	return nil
}

func (id *identifier) accepts(number string) bool { return id.check == nil || id.check([]byte(number)) }

func TestIdentifiersAreDescribed(t *testing.T) {
	eachIdentifier(t, func(t *testing.T, id *identifier, forms []form) {
		require.NotEmpty(t, id.authority)
		require.NotEmpty(t, id.digit)
		require.NotEmpty(t, id.words)
		require.Equal(t, strings.ToLower(id.words), id.words)
		require.True(t, id.alone > 0 && id.alone < 1)
		if id.check == nil {
			require.Equal(t, "none", id.digit)
		} else {
			require.True(t, id.broken > 0 && id.broken <= id.alone)
			require.GreaterOrEqual(t, id.broken+0.4, float32(0.5))
		}
	})
}

func TestIdentifierExamplesFit(t *testing.T) {
	eachIdentifier(t, func(t *testing.T, id *identifier, forms []form) {
		examples := strings.Fields(id.examples)
		require.NotEmpty(t, examples)
		for _, number := range examples {
			require.NotNil(t, formOf(forms, number), "form of %s", number)
			require.True(t, id.accepts(number), "check of %s", number)
		}
	})
}

// TestCheckDigitsCatchWrongDigits makes numbers that fit out of the examples and changes every digit of each.
func TestCheckDigitsCatchWrongDigits(t *testing.T) {
	eachIdentifier(t, func(t *testing.T, id *identifier, forms []form) {
		if id.check == nil || id.digit == "none" {
			return
		}
		caught, all := 0, 0
		for _, number := range generate(id, forms, 40) {
			for i := range number {
				if number[i] > '9' {
					continue
				}
				for d := byte('0'); d <= '9'; d++ {
					if wrong := number[:i] + string(d) + number[i+1:]; wrong != number {
						all++
						if !id.accepts(wrong) {
							caught++
						} else if !id.weak {
							t.Errorf("%s passes beside %s", wrong, number)
						}
					}
				}
			}
		}
		require.NotZero(t, all)
		require.Greater(t, float64(caught)/float64(all), 0.5, "%d of %d wrong digits caught", caught, all)
	})
}

// generate gives the examples and up to n more numbers that fit, made from them by changing characters and trying all
// values of two others.
func generate(id *identifier, forms []form, n int) []string {
	r := rand.New(rand.NewPCG(3, 5))
	all := strings.Fields(id.examples)
	examples := len(all)
	change := func(b []byte, f *form) int {
		i := r.IntN(len(b))
		for b[i] > '9' || f.digits>>i&1 == 0 {
			i = (i + 1 + r.IntN(len(b))) % len(b)
		}
		b[i] = byte('0' + r.IntN(10))
		return i
	}
	for try := 0; try < 40*n && len(all) < n+examples; try++ {
		b := []byte(all[r.IntN(len(all))])
		f := formOf(forms, string(b))
		if f == nil || f.digits == 0 {
			continue
		}
		for range 1 + r.IntN(3) {
			change(b, f)
		}
		i, j := change(b, f), change(b, f)
		for k := 0; k < 100 && !id.accepts(string(b)); k++ {
			b[i], b[j] = byte('0'+k/10), byte('0'+k%10)
		}
		if id.accepts(string(b)) {
			all = append(all, string(b))
		}
	}
	return all
}
