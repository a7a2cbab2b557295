//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium with a profile of its own, in front of one desk.
type browser struct {
	d   *desk
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	expected   []string // addresses that answer 4xx on purpose
}

// browser starts a headless Chromium. The test fails at its end if a page complained in the console: errors,
// blocked content, anything missing.
func (d *desk) browser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the browser tests need Chromium: install the Debian package chromium")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	b := &browser{d: d}
	base, stop := chromedp.NewExecAllocator(context.Background(), options...)
	tab, closeTab := chromedp.NewContext(base, chromedp.WithErrorf(func(string, ...any) {}))
	limited, cancel := context.WithTimeout(tab, 3*time.Minute)
	b.ctx = limited
	t.Cleanup(func() {
		cancel()
		closeTab()
		stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, c := range b.complaints {
			t.Errorf("the browser complains: %s", c)
		}
	})
	b.do(t, chromedp.EmulateViewport(1280, 800))
	if err := chromedp.Listen(b.ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	return b
}

// hear keeps what the console says of our pages; the clients' own pages may say what they like. A page that
// answers 4xx is logged by Chromium as a failed load: that is no complaint where the test expects it.
func (b *browser) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		e := ev.Entry
		theirs := e.URL != "" && !strings.HasPrefix(e.URL, b.d.URL+"/")
		wanted := theirs || e.Source == log.EntrySourceNetwork && slices.ContainsFunc(b.expected, func(prefix string) bool {
			return strings.HasPrefix(e.URL, b.d.URL+prefix)
		})
		if (e.Level == log.EntryLevelError || e.Level == log.EntryLevelWarning) && !wanted {
			b.complaints = append(b.complaints, fmt.Sprintf("%s: %s (%s)", e.Source, e.Text, e.URL))
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, ev.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, fmt.Sprintf("console.%s on a page that should be quiet", ev.Type))
	}
}

// expect says that pages under these paths may answer 4xx.
func (b *browser) expect(paths ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = append(b.expected, paths...)
}

func (b *browser) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		t.Fatalf("browser: %v", err)
	}
}

// turn does what leads to another page and waits until that has loaded.
func (b *browser) turn(t *testing.T, actions ...chromedp.Action[chromedp.Void]) *network.Response {
	t.Helper()
	res, err := chromedp.RunResponse(b.ctx, actions...)
	if err != nil {
		t.Fatalf("browser: %v at %s", err, ask[string](t, b, "location.href"))
	}
	return res
}

func (b *browser) open(t *testing.T, target string) *network.Response {
	t.Helper()
	if strings.HasPrefix(target, "/") {
		target = b.d.URL + target
	}
	return b.turn(t, chromedp.Navigate(target))
}

// ask evaluates an expression in the page.
func ask[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("browser: %s: %v", expression, err)
	}
	return v
}

// until waits for what a page does by itself after it has loaded, such as taking the focus.
func (b *browser) until(t *testing.T, expression string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 250 {
		if ask[bool](t, b, expression) {
			return
		}
		<-tick.C
	}
	t.Fatalf("browser: never %s; the focus is on %s", expression, ask[string](t, b, "document.activeElement.outerHTML.slice(0, 200)"))
}

// has tells whether the page shows what a CSS selector names.
func (b *browser) has(t *testing.T, selector string) bool {
	t.Helper()
	return ask[bool](t, b, fmt.Sprintf("document.querySelector(%q) !== null", selector))
}

// fill types into an input, over what stands there.
func fill(name, value string) chromedp.Action[chromedp.Void] {
	css := fmt.Sprintf("form input[name=%q]", name)
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		over := chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).select()", css))
		if v, err := over(ctx, t); err != nil {
			return v, err
		}
		return chromedp.SendKeys(chromedp.CSS(css), value)(ctx, t)
	}
}

// signIn fills in the sign-in page that is open.
func (b *browser) signIn(t *testing.T, p person) *network.Response {
	t.Helper()
	b.do(t, fill("identifier", p.Email), fill("password", p.Password))
	return b.turn(t, chromedp.Click(chromedp.CSS(`form:has(input[name="password"]) button[type="submit"]`)))
}

// consent presses Allow or Deny on the consent page that is open.
func (b *browser) consent(t *testing.T, choice string) *network.Response {
	t.Helper()
	return b.turn(t, chromedp.Click(chromedp.CSS(fmt.Sprintf(`button[name="consent"][value=%q]`, choice))))
}

// signInAndAllow takes a client's authorize URL and comes back when the client has been answered.
func (b *browser) signInAndAllow(t *testing.T, authorizeURL string, p person) {
	t.Helper()
	if u, ok := strings.CutPrefix(authorizeURL, b.d.URL+"/oauth/authorize?"); !ok {
		t.Fatalf("the client opens %s, not our authorize endpoint", u)
	}
	b.open(t, authorizeURL)
	if b.has(t, `input[name="identifier"]`) {
		b.signIn(t, p)
	}
	if b.has(t, `button[name="consent"]`) {
		b.consent(t, "allow")
	}
	if at := ask[string](t, b, "location.href"); strings.HasPrefix(at, b.d.URL) {
		t.Fatalf("the browser never left for the client; it shows %s: %.600s", at, ask[string](t, b, "document.body.innerText"))
	}
}

// look takes a picture of the page at every width and in both schemes, and fails the test if a phone would
// have to scroll sideways.
func (b *browser) look(t *testing.T, name string) {
	t.Helper()
	for _, width := range []int64{1280, 320} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(t, chromedp.EmulateViewport(width, 800), prefers(scheme))
			if wide := ask[int64](t, b, "document.documentElement.scrollWidth"); wide > width {
				t.Errorf("%s is %d px wide on a screen of %d px", name, wide, width)
			}
			picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatalf("browser: %v", err)
			}
			file := filepath.Join("shots", fmt.Sprintf("%s-%d-%s.png", name, width, scheme))
			if err := os.MkdirAll("shots", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.do(t, chromedp.EmulateViewport(1280, 800), prefers("light"))
}

// prefers sets the colour scheme that the browser asks pages for, and that nothing may move: a picture is not
// taken half way between two colours.
func prefers(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		return chromedp.Void{}, err
	}
}

// scripts switches the page's own JavaScript on or off.
func (b *browser) scripts(t *testing.T, on bool) {
	t.Helper()
	b.do(t, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return chromedp.Void{}, err
	})
}
