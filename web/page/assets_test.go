package page

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func fetch(t *testing.T, url string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	newRenderer(t, Site{}).Assets().ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	return w
}

// TestAssets follows every address in a page: the file is there, its hash is that of its
// content, and a browser may keep it for ever.
func TestAssets(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`"(/assets/([0-9a-f]{16})/[^"]+)"`).FindAllStringSubmatch(draw(t, SignedOut{}).Body.String(), -1)
	if len(found) != 3 {
		t.Fatalf("the page has %d assets, want style, script and icon", len(found))
	}
	for _, m := range found {
		w := fetch(t, m[1])
		sum := sha256.Sum256(w.Body.Bytes())
		if w.Code != http.StatusOK || hex.EncodeToString(sum[:8]) != m[2] {
			t.Errorf("%s: status %d, hash %x", m[1], w.Code, sum[:8])
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control is %q", m[1], got)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: headers are %v", m[1], w.Header())
		}
	}
}

func TestUnknownAssets(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"/assets/", "/assets/frontdesk.css", "/assets/0000000000000000/frontdesk.css", "/assets/../page.go", "/assets/style/1-ground.css"} {
		if w := fetch(t, url); w.Code != http.StatusNotFound || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, headers %v", url, w.Code, w.Header())
		}
	}
}

var (
	darkBlock = regexp.MustCompile(`(?s)prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}`)
	token     = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
)

// TestContrast reads the colours out of the style sheet: text needs 4.5:1 in the light and in the
// dark, what only marks a control's edge 3:1.
func TestContrast(t *testing.T) {
	t.Parallel()
	style := string(newRenderer(t, Site{}).assets["frontdesk.css"].content)
	dark := darkBlock.FindStringSubmatch(style)
	if dark == nil {
		t.Fatal("there are no dark colours")
	}
	light, _, _ := strings.Cut(style, "prefers-color-scheme")
	for scheme, block := range map[string]string{"light": light, "dark": dark[1]} {
		colour := map[string]float64{}
		for _, m := range token.FindAllStringSubmatch(block, -1) {
			colour[m[1]] = luminance(t, m[2])
		}
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"ink", "paper", 4.5},
			{"ink", "card", 4.5},
			{"ink", "brass-soft", 4.5},
			{"ink", "code", 4.5},
			{"soft", "paper", 4.5},
			{"soft", "card", 4.5},
			{"soft", "code", 4.5},
			{"brass", "paper", 4.5},
			{"brass", "card", 4.5},
			{"danger", "danger-soft", 4.5},
			{"ok", "card", 4.5},
			{"ok", "ok-soft", 4.5},
			{"ink", "danger-soft", 4.5},
			{"edge", "card", 3},
			{"edge", "field", 3},
		} {
			front, back := colour[pair.front], colour[pair.back]
			ratio := (math.Max(front, back) + .05) / (math.Min(front, back) + .05)
			if ratio < pair.least {
				t.Errorf("%s: %s on %s is %.2f:1, want %.1f:1", scheme, pair.front, pair.back, ratio, pair.least)
			}
		}
	}
}

// luminance is that of WCAG 2.2, for a colour like #8a5a0b.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(shift uint) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return .2126*channel(16) + .7152*channel(8) + .0722*channel(0)
}
