package oauth

import (
	"strings"
	"testing"
)

// TestLongNames: both ends of a name stay, and it is cut in one place, however often it is.
func TestLongNames(t *testing.T) {
	want := strings.Repeat("a", 39) + "…" + strings.Repeat("z", 40)
	if got := cleanName(strings.Repeat("a", 100) + strings.Repeat("z", 100)); got != want {
		t.Errorf("%q", got)
	}
}
