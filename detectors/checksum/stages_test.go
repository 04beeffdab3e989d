package checksum

import "testing"

func TestTwoStage(t *testing.T) {
	for number, want := range map[string]bool{
		"36805280109":  true,  // first stage
		"33309240064":  true,  // Lithuania
		"50001010040":  true,  // second stage
		"36805280108":  false, // wrong digit
		"36805280190":  false, // swapped
		"290061371314": true,  // twelve digits
		"3680528010a":  false,
		"3":            false,
		"":             false,
	} {
		if got := TwoStage([]byte(number)); got != want {
			t.Errorf("TwoStage(%q) = %v, want %v", number, got, want)
		}
	}
}
