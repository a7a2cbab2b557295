package oauth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/store"
)

// origin serves one document and counts how often.
type origin struct {
	url    string
	served atomic.Int32
	answer func(w http.ResponseWriter, url string)
}

func newOrigin(t *testing.T) *origin {
	o := &origin{answer: documentOf(nil)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.served.Add(1)
		o.answer(w, o.url)
	}))
	t.Cleanup(s.Close)
	o.url = s.URL + "/client.json"
	return o
}

// documentOf answers with a good document and changes to it.
func documentOf(change map[string]any) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, id string) {
		d := map[string]any{
			"client_id": id, "client_name": "Claude Code", "redirect_uris": []string{testCallback},
			"grant_types": []string{"authorization_code", "refresh_token"}, "token_endpoint_auth_method": "none",
		}
		for name, value := range change {
			if d[name] = value; value == nil {
				delete(d, name)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "max-age=600")
		_ = json.NewEncoder(w).Encode(d)
	}
}

// visit sends a signed-in person to authorize as the client.
func (h *house) visit(id string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", h.authorizeURL(url.Values{"client_id": {id}}), nil)
	r.AddCookie(h.cookie)
	h.pages.asked, h.pages.status = ConsentRequest{}, 0
	return h.do(r)
}

func TestDocumentGetsIn(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	h.visit(o.url)
	if h.pages.asked.Client == nil || h.pages.asked.Client.Name != "Claude Code" || !h.pages.asked.Local {
		t.Fatalf("not asked: %d %s", h.pages.status, h.pages.said)
	}
	if got := Origin(h.pages.asked.Client); got == "" || !strings.Contains(o.url, got) {
		t.Errorf("origin %q", got)
	}
	w := h.postConsent(t, "allow")
	to, _ := url.Parse(w.Header().Get("Location"))
	w = h.post("/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "client_id": {o.url},
		"redirect_uri": {testCallback}, "code_verifier": {testVerifier},
	})
	h.tokens(t, w)
	if n := o.served.Load(); n != 1 {
		t.Errorf("the document was fetched %d times", n)
	}
}

// postConsent answers the page that was asked last.
func (h *house) postConsent(t *testing.T, answer string) *httptest.ResponseRecorder {
	t.Helper()
	form := url.Values{"token": {h.pages.asked.Token}, "consent": {answer}}
	r := httptest.NewRequest("POST", h.pages.asked.Action, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(h.cookie)
	return h.do(r)
}

func TestDocumentsThatAreRefused(t *testing.T) {
	many := make([]string, maxRedirects+1)
	for i := range many {
		many[i] = testCallback
	}
	for name, change := range map[string]map[string]any{
		"another id": {"client_id": "https://evil.example/client.json"}, "no id": {"client_id": nil}, "no name": {"client_name": nil},
		"no redirects": {"redirect_uris": nil}, "empty redirects": {"redirect_uris": []string{}}, "too many": {"redirect_uris": many},
		"javascript": {"redirect_uris": []string{"javascript:alert(1)"}}, "http": {"redirect_uris": []string{"http://example.com/cb"}},
		"a secret": {"client_secret": "s"}, "a null secret": {"client_secret": json.RawMessage("null")},
		"secret basic": {"token_endpoint_auth_method": "client_secret_basic"}, "secret post": {"token_endpoint_auth_method": "client_secret_post"},
		"only keys": {"token_endpoint_auth_method": "private_key_jwt"}, "other grants": {"grant_types": []string{"implicit"}},
		"types": {"redirect_uris": "http://127.0.0.1/"}, "deep": {"x": json.RawMessage(strings.Repeat("[", 40) + strings.Repeat("]", 40))},
		"javascript link": {"client_uri": "javascript:alert(1)"}, "long name": {"client_name": strings.Repeat("x", maxText+1)},
	} {
		h, o := newHouse(t), newOrigin(t)
		o.answer = documentOf(change)
		if w := h.visit(o.url); w.Code != http.StatusBadRequest || h.pages.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
		if _, err := h.Store.Client(t.Context(), o.url); err == nil {
			t.Errorf("%s: was kept", name)
		}
	}
}

func TestChatGPTsDocument(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	o.answer = documentOf(map[string]any{
		"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_methods_supported": []string{"none", "private_key_jwt"},
	})
	if h.visit(o.url); h.pages.asked.Client == nil || h.pages.asked.Client.AuthMethod != "none" {
		t.Fatalf("refused: %s", h.pages.said)
	}
}

func TestDocumentURLs(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{
		"https://example.com", "https://example.com/", "https://example.com/a/../b", "https://example.com/./a", "https://u@example.com/a",
		"https://example.com/a#b", "https:///a", "https://127.0.0.1/a", "https://[::1]/a", "http://example.com/a", "https://10.0.0.1/a",
		"https://169.254.169.254/latest/meta-data", "https://example.com/a b",
	} {
		if w := h.visit(id); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", id, w.Code)
		}
	}
}

func TestDocumentIsCached(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	for range 3 {
		h.visit(o.url)
	}
	if n := o.served.Load(); n != 1 {
		t.Fatalf("fetched %d times while fresh", n)
	}
	h.clock.at = h.clock.at.Add(11 * time.Minute) // the document says ten
	o.answer = documentOf(map[string]any{"client_name": "Renamed"})
	if h.visit(o.url); o.served.Load() != 2 || h.pages.asked.Client.Name != "Renamed" {
		t.Fatalf("fetched %d times, %q", o.served.Load(), h.pages.asked.Client.Name)
	}
	h.clock.at = h.clock.at.Add(11 * time.Minute)
	o.answer = func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusInternalServerError) }
	if h.visit(o.url); h.pages.asked.Client == nil {
		t.Fatal("the stale copy is not used while the origin is down")
	}
	if h.visit(o.url); o.served.Load() != 3 {
		t.Fatalf("an origin that is down was asked %d times", o.served.Load())
	}
}

func TestFreshness(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": minFresh, "no-store": minFresh, "no-cache, max-age=600": minFresh, "max-age=1": minFresh, "max-age=600": 10 * time.Minute,
		"public, MAX-AGE=3600": time.Hour, "max-age=999999": maxFresh, "max-age=-1": minFresh, "max-age=x": minFresh, `max-age="120"`: 2 * time.Minute,
	} {
		if got := freshness(http.Header{"Cache-Control": {header}}); got != want {
			t.Errorf("%q: %s", header, got)
		}
	}
}

func TestBlockedDocument(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	err := h.Store.CreateClient(t.Context(), &store.Client{ID: o.url, Name: "x", Source: store.FromDocument, Blocked: true})
	if err != nil {
		t.Fatal(err)
	}
	if w := h.visit(o.url); w.Code != http.StatusBadRequest || o.served.Load() != 0 {
		t.Errorf("%d, fetched %d times", w.Code, o.served.Load())
	}
}

func TestDocumentsOff(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	h.Documents = false
	if w := h.visit(o.url); w.Code != http.StatusBadRequest || o.served.Load() != 0 {
		t.Errorf("%d, fetched %d times", w.Code, o.served.Load())
	}
}

func TestDocumentsCountAsRegistrations(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	h.Server.registers = limiterOf(h, 2)
	codes := []int{}
	for i := range 4 {
		codes = append(codes, h.visit(fmt.Sprintf("%s?%d", o.url, i)).Code)
	}
	if codes[3] != http.StatusTooManyRequests || codes[0] == http.StatusTooManyRequests {
		t.Errorf("%v", codes)
	}
}
