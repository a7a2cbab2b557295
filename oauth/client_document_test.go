package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"frontdesk/internal/outbound"
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
	if got := DocumentHost(h.pages.asked.Client); got == "" || !strings.Contains(o.url, got) {
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
		"secret expiry": {"client_secret_expires_at": 0}, "secret jwt": {"token_endpoint_auth_method": "client_secret_jwt"},
		"invisible name": {"client_name": "\u200b\u202e\u3164"}, "name type": {"client_name": 1}, "data": {"redirect_uris": []string{"data:text/html,x"}},
		"file": {"redirect_uris": []string{"file:///etc/passwd"}}, "user": {"redirect_uris": []string{"https://u@example.com/cb"}},
		"fragment": {"redirect_uris": []string{"https://example.com/cb#x"}}, "wildcard": {"redirect_uris": []string{"https://*.example.com/cb"}},
		"line break": {"redirect_uris": []string{"https://example.com/cb\r\nX: y"}}, "unicode host": {"redirect_uris": []string{"https://ехample.com/cb"}},
		"relative": {"redirect_uris": []string{"/cb"}}, "intent": {"redirect_uris": []string{"intent://x#Intent;end"}}, "empty uri": {"redirect_uris": []string{""}},
		"one bad of two": {"redirect_uris": []string{testCallback, "http://10.0.0.1/cb"}}, "long uri": {"redirect_uris": []string{"https://a.example/" + strings.Repeat("x", maxURI)}},
		"vbscript link": {"policy_uri": "vbscript:x"}, "data logo": {"logo_uri": "data:image/png;base64,AA"}, "file terms": {"tos_uri": "file:///x"},
		"no key":        {"token_endpoint_auth_method": "private_key_jwt", "jwks": map[string]any{"keys": []any{}}},
		"both keys":     {"token_endpoint_auth_method": "private_key_jwt", "jwks": map[string]any{"keys": []any{}}, "jwks_uri": "https://a.example/jwks"},
		"http keys":     {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://a.example/jwks"},
		"metadata keys": {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://169.254.169.254/jwks"},
		"file keys":     {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "file:///etc/jwks"},
		"secret keys":   {"token_endpoint_auth_method": "private_key_jwt", "jwks": map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AA"}}}},
		"algorithm":     {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://a.example/jwks", "token_endpoint_auth_signing_alg": "none"},
		"application":   {"application_type": "browser"}, "response": {"response_types": []string{"token"}}, "contacts": {"contacts": make([]string, maxContacts+1)},
		"control": {"software_id": "a\x00b"}, "tls": {"token_endpoint_auth_method": "tls_client_auth"},
		"method": {"token_endpoint_auth_method": nil, "token_endpoint_auth_methods_supported": []string{"client_secret_basic"}},
	} {
		h, o := newHouse(t), newOrigin(t)
		o.answer = documentOf(change)
		if w := h.visit(o.url); w.Code != http.StatusBadRequest || h.pages.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
		}
		if c, err := h.Store.Client(t.Context(), o.url); err != nil || usable(c) || c.Trouble == "" {
			t.Errorf("%s: was kept, or is not known as refused: %+v, %v", name, c, err)
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

// A client that has keys, and does not say that it comes without them, comes with them.
func TestDocumentOfKeysAlone(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	k := newKeyPair(t, jose.ES256, "1")
	o.answer = documentOf(map[string]any{
		"token_endpoint_auth_method": nil, "token_endpoint_auth_methods_supported": []string{"private_key_jwt"}, "jwks": json.RawMessage(jwksOf(t, k)),
	})
	c, err := h.client(t.Context(), httptest.NewRequest("GET", "/", nil), o.url)
	if err != nil || c.AuthMethod != "private_key_jwt" || c.AuthOptional {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestDocumentKeysThatDoNotFit: a client that may come without keys does where we cannot use them; others are refused.
func TestDocumentKeysThatDoNotFit(t *testing.T) {
	fits := json.RawMessage(jwksOf(t, newKeyPair(t, jose.ES256, "1")))
	curve := json.RawMessage(`{"keys":[{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}]}`)
	for name, keys := range map[string]map[string]any{
		"another curve": {"jwks": curve}, "no key": {"jwks": json.RawMessage(`{"keys":[]}`)}, "http": {"jwks_uri": "http://keys.example/jwks"},
		"another algorithm": {"jwks": fits, "token_endpoint_auth_signing_alg": "ES384"},
		"two sets":          {"jwks": fits, "jwks_uri": "https://keys.example/jwks"},
	} {
		for _, methods := range [][]string{{"private_key_jwt", "none"}, {"none"}, {"private_key_jwt"}} {
			h, o := newHouse(t), newOrigin(t)
			change := map[string]any{"token_endpoint_auth_method": nil, "token_endpoint_auth_methods_supported": methods}
			maps.Copy(change, keys)
			o.answer = documentOf(change)
			c, err := h.client(t.Context(), httptest.NewRequest("GET", "/", nil), o.url)
			refused := name == "two sets" || !slices.Contains(methods, "none")
			if (err != nil) != refused || err == nil && (c.AuthMethod != "none" || c.AuthOptional || c.SigningAlg != "") {
				t.Errorf("%s, %v: %+v, %v", name, methods, c, err)
			}
		}
	}
}

func TestDocumentURLs(t *testing.T) {
	h := newHouse(t)
	h.Outbound = outbound.New(false)
	for _, id := range []string{
		"https://example.com", "https://example.com/", "https://example.com/a/../b", "https://example.com/./a", "https://u@example.com/a",
		"https://example.com/a#b", "https:///a", "https://127.0.0.1/a", "https://[::1]/a", "http://example.com/a", "https://10.0.0.1/a",
		"https://169.254.169.254/latest/meta-data", "https://example.com/a b", "https://example.com/%2e%2e/b", "https://example.com/a/%2E/b",
		"https://[::ffff:127.0.0.1]/a", "https://[fe80::1%25eth0]/a", "https://2130706433/a", "https://0x7f.1/a", "https://127.1/a", "https://0/a",
		"https://[fd00:ec2::254]/a", "https://[64:ff9b::7f00:1]/a", "https://ехample.com/a", "https://example.com\\@127.0.0.1/a", "HTTPS://example.com/a",
		"https://user:pw@example.com/a", "http://metadata.google.internal/computeMetadata/v1/", "https://example.com/a\x00", "https://example.com/a\r\nHost: x",
		"https://%31%32%37.0.0.1/a", "https://localhost/a", "https://localhost./a", "https://127.0.0.1:22/a", "https://[::]/a", "https://0.0.0.0/a",
	} {
		if w := h.visit(id); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", id, w.Code)
		}
		if !strings.Contains(id, "example.com") {
			continue // what leads where may be a matter of the resolver; no connection is made
		}
		if _, err := h.readDocument(t.Context(), id); err == nil || errors.Is(err, outbound.ErrDown) {
			t.Errorf("%s: was looked for: %v", id, err)
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
		"": time.Minute, "no-store": minFresh, "no-cache, max-age=600": minFresh, "max-age=1": minFresh, "max-age=600": 10 * time.Minute,
		"max-age=60, s-maxage=600": 10 * time.Minute, "s-maxage=600, max-age=60": 10 * time.Minute, "private, max-age=600": minFresh,
		"public, MAX-AGE=3600": time.Hour, "max-age=999999": 24 * time.Hour, "max-age=99999999999999999999": 24 * time.Hour, "max-age=600, s-maxage=4294967296": 24 * time.Hour, "max-age=-1": minFresh, "max-age=x": minFresh, `max-age="120"`: 2 * time.Minute,
	} {
		if got := freshness(http.Header{"Cache-Control": {header}}, time.Now()); got != want {
			t.Errorf("%q: %s", header, got)
		}
	}
}

func TestFreshnessOfOlderHeaders(t *testing.T) {
	received := time.Date(2026, 11, 20, 10, 5, 0, 0, time.UTC)
	const date, later = "Fri, 20 Nov 2026 10:00:00 GMT", "Fri, 20 Nov 2026 10:10:00 GMT"
	for _, c := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{"Date": {date}, "Expires": {later}}, 10 * time.Minute},
		{http.Header{"Date": {later}, "Expires": {date}}, minFresh},
		{http.Header{"Expires": {later}}, 5 * time.Minute},
		{http.Header{"Expires": {later}, "Date": {"now"}}, 5 * time.Minute},
		{http.Header{"Date": {date}, "Expires": {"0"}}, minFresh},
		{http.Header{"Date": {date}, "Expires": {later}, "Cache-Control": {"max-age=120"}}, 2 * time.Minute},
		{http.Header{"Cache-Control": {"public", "max-age=600"}, "Age": {"300"}}, 5 * time.Minute},
		{http.Header{"Cache-Control": {"max-age=600"}, "Age": {"-300"}}, 10 * time.Minute},
		{http.Header{"Cache-Control": {"max-age=600"}, "Age": {"99999999999999999999"}}, minFresh},
	} {
		if got := freshness(c.header, received); got != c.want {
			t.Errorf("%v: %s", c.header, got)
		}
	}
}

// While the origin is down the copy goes on; once it says that there is no document any more, or not a good one, it does not.
func TestStaleDocuments(t *testing.T) {
	status := func(code int) func(http.ResponseWriter, string) {
		return func(w http.ResponseWriter, _ string) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, string)
		later  time.Duration
		in     bool
	}{
		"503": {status(503), 0, true}, "403": {status(403), 0, true}, "429": {status(429), 0, true}, "503 for long": {status(503), maxStale, false},
		"404": {status(404), 0, false}, "410": {status(410), 0, false}, "another id": {documentOf(map[string]any{"client_id": "https://evil.example/x"}), 0, false},
		"a secret": {documentOf(map[string]any{"client_secret": "x"}), 0, false},
		"redirect": {func(w http.ResponseWriter, id string) { w.Header().Set("Location", id+"2"); w.WriteHeader(302) }, 0, false},
	} {
		h, o := newHouse(t), newOrigin(t)
		r := httptest.NewRequest("GET", "/", nil)
		try := func(when string, in bool) {
			t.Helper()
			if _, err := h.client(t.Context(), r, o.url); (err == nil) != in || err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s, %s: %v", name, when, err)
			}
		}
		try("first", true)
		o.answer = c.answer
		h.clock.at = h.clock.at.Add(11*time.Minute + c.later)
		try("then", c.in)
		o.answer = documentOf(nil)
		h.clock.at = h.clock.at.Add(minFresh)
		try("when the origin is back", true)
	}
}

// TestDocumentFetchedElsewhere has another server get the new document while this one gets none: the old copy does not go
// over the new one, whose consents would be forgotten with it.
func TestDocumentFetchedElsewhere(t *testing.T) {
	for _, code := range []int{http.StatusServiceUnavailable, http.StatusNotFound} {
		h, o := newHouse(t), newOrigin(t)
		r := httptest.NewRequest("GET", "/", nil)
		c, err := h.client(t.Context(), r, o.url)
		must(t, err)
		h.clock.at = h.clock.at.Add(11 * time.Minute)
		o.answer = func(w http.ResponseWriter, _ string) {
			c.Name, c.FetchedAt, c.FreshUntil = "Renamed", h.clock.at, h.clock.at.Add(time.Hour)
			must(t, h.Store.SaveDocument(t.Context(), c))
			w.WriteHeader(code)
		}
		for range 2 {
			if c, err := h.client(t.Context(), r, o.url); err != nil || c.Name != "Renamed" || len(c.RedirectURIs) == 0 || o.served.Load() != 2 {
				t.Errorf("%d: %+v, %v", code, c, err)
			}
		}
	}
}

// TestDocumentDeletedMeanwhile: an operator's word holds against a fetch that was under way and brought nothing.
func TestDocumentDeletedMeanwhile(t *testing.T) {
	for _, code := range []int{http.StatusServiceUnavailable, http.StatusNotFound} {
		h, o := newHouse(t), newOrigin(t)
		r := httptest.NewRequest("GET", "/", nil)
		_, err := h.client(t.Context(), r, o.url)
		must(t, err)
		must(t, h.Store.AllowClient(t.Context(), o.url))
		h.clock.at = h.clock.at.Add(11 * time.Minute)
		o.answer = func(w http.ResponseWriter, id string) {
			must(t, h.Store.DeleteClient(t.Context(), id))
			w.WriteHeader(code)
		}
		if c, err := h.client(t.Context(), r, o.url); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%d: %+v, %v", code, c, err)
		}
		if c, err := h.Store.Client(t.Context(), o.url); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%d: it is back: %+v, %v", code, c, err)
		}
	}
}

func TestOneFetchForAll(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	begun, wait := make(chan struct{}), make(chan struct{})
	o.answer = func(w http.ResponseWriter, id string) {
		close(begun)
		<-wait
		documentOf(nil)(w, id)
	}
	r := httptest.NewRequest("GET", "/", nil)
	got := make(chan error, 9)
	ask := func() { _, err := h.client(r.Context(), r, o.url); got <- err }
	go ask()
	<-begun
	for range cap(got) - 1 {
		go ask()
	}
	close(wait)
	for range cap(got) {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
	if n := o.served.Load(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
}

// With the policy "allowed" every document is seen and recorded, and only those that an operator allowed get in.
func TestOnlyAllowedDocuments(t *testing.T) {
	h, o, early, bad := newHouse(t), newOrigin(t), newOrigin(t), newOrigin(t)
	h.OnlyAllowedDocuments = true
	if w := h.visit(o.url); w.Code != http.StatusBadRequest || !strings.Contains(h.pages.said, "allowed") {
		t.Errorf("not allowed: %d %s", w.Code, h.pages.said)
	}
	if c, err := h.Store.Client(t.Context(), o.url); err != nil || c.Name != "Claude Code" || c.Verified {
		t.Fatalf("not recorded: %+v, %v", c, err)
	}
	w := h.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"x"}, "client_id": {o.url}})
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "unauthorized_client") {
		t.Errorf("token: %d %s", w.Code, w.Body)
	}
	if err := h.Store.AllowClient(t.Context(), o.url); err != nil {
		t.Fatal(err)
	}
	if h.visit(o.url); h.pages.asked.Client == nil || !h.pages.asked.Client.Verified {
		t.Errorf("allowed, and not in: %s", h.pages.said)
	}
	for id, decide := range map[string]func(context.Context, string) error{early.url: h.Store.AllowClient, bad.url: h.Store.BlockClient} {
		c, err := NewDocument(id)
		if err == nil {
			err = h.Store.CreateClient(t.Context(), c)
		}
		if err == nil {
			err = decide(t.Context(), id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if h.visit(early.url); h.pages.asked.Client == nil || h.pages.asked.Client.Name != "Claude Code" {
		t.Errorf("allowed before it was seen, and not in: %s", h.pages.said)
	}
	if w := h.visit(bad.url); w.Code != http.StatusBadRequest || bad.served.Load() != 0 {
		t.Errorf("blocked before it was seen: %d, fetched %d times", w.Code, bad.served.Load())
	}
	for _, id := range []string{"client_x", "https://a.example", "http://", "x", "https://%D0%B0.example/a"} {
		if _, err := NewDocument(id); err == nil {
			t.Errorf("%s is a document", id)
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

// A document is fetched for seconds, and an operator may block it meanwhile.
func TestDocumentBlockedWhileFetched(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	h.visit(o.url)
	h.clock.at = h.clock.at.Add(11 * time.Minute)
	o.answer = func(w http.ResponseWriter, id string) {
		if err := h.Store.BlockClient(t.Context(), id); err != nil {
			t.Error(err)
		}
		documentOf(nil)(w, id)
	}
	if w := h.visit(o.url); w.Code < 400 {
		t.Errorf("let in: %d", w.Code)
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
	h.Server.registers = newRegisters(2, h.Now)
	codes := []int{}
	for i := range 4 {
		codes = append(codes, h.visit(fmt.Sprintf("%s?%d", o.url, i)).Code)
	}
	if codes[3] != http.StatusTooManyRequests || codes[0] == http.StatusTooManyRequests {
		t.Errorf("%v", codes)
	}
}

// TestLimitsOfDocuments: the other tests count in these, so that what they are is said once more, in numbers.
func TestLimitsOfDocuments(t *testing.T) {
	if minFresh.Minutes() != 1 || maxFresh.Hours() != 24 || maxStale.Hours() != 168 || maxLogoSide != 2048 {
		t.Error(minFresh, maxFresh, maxStale, maxLogoSide)
	}
}

// TestRefusedDocumentsAreRecorded with what is wrong with them, until they are mended; those that nobody could read are not.
func TestRefusedDocumentsAreRecorded(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	state := func(id string) string {
		c, err := h.Store.Client(t.Context(), id)
		if errors.Is(err, store.ErrNotFound) {
			return "not there"
		}
		must(t, err)
		return fmt.Sprint(usable(c), c.Verified, " ", c.Trouble)
	}
	for _, step := range []struct {
		what   string
		answer func(http.ResponseWriter, string)
		want   string
	}{
		{"down", func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusServiceUnavailable) }, "not there"},
		{"no name", documentOf(map[string]any{"client_name": ""}), "false false A client metadata field is not allowed. The document has no client_name."},
		{"a secret", documentOf(map[string]any{"client_secret": "x"}), "false false A client metadata field is not allowed. A document is public and can have no secret."},
		{"mended", documentOf(nil), "true false "},
		{"broken anew", documentOf(map[string]any{"client_name": ""}), "false false A client metadata field is not allowed. The document has no client_name."},
		{"mended again", documentOf(nil), "true false "},
		{"gone", func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusNotFound) }, "false false fetch: the answer is 404 Not Found"},
	} {
		o.answer = step.answer
		h.clock.at = h.clock.at.Add(maxFresh)
		_, err := h.client(t.Context(), httptest.NewRequest("GET", "/", nil), o.url)
		if got := state(o.url); got != step.want || (err == nil) != strings.HasPrefix(got, "true") {
			t.Errorf("%s: %q, %v", step.what, got, err)
		}
	}
	// What this server thought of it changes nothing where another got it.
	o.answer = documentOf(nil)
	h.clock.at = h.clock.at.Add(unusablePause)
	_, err := h.client(t.Context(), httptest.NewRequest("GET", "/", nil), o.url)
	must(t, err)
	must(t, h.Store.RefuseDocument(t.Context(), &store.Client{ID: o.url, Trouble: "late"}))
	if got := state(o.url); got != "true false " {
		t.Error(got)
	}
}

// TestUnusableDocumentsAreAskedForNowAndThen: who is exempt from the limits of addresses does not let strangers flood its origin
// through us, whatever is wrong with it; once it is mended it soon works.
func TestUnusableDocumentsAreAskedForNowAndThen(t *testing.T) {
	for name, broken := range map[string]func(http.ResponseWriter, string){
		"no name": documentOf(map[string]any{"client_name": ""}), "404": func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusNotFound) },
		"503": func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusServiceUnavailable) },
	} {
		h, o := newHouse(t), newOrigin(t)
		h.registers = newRegisters(2, h.Now)
		c, err := NewDocument(o.url)
		must(t, err)
		must(t, h.Store.CreateClient(t.Context(), c))
		must(t, h.Store.AllowClient(t.Context(), o.url))
		o.answer = broken
		for range 5 {
			if w := h.visit(o.url); w.Code != http.StatusBadRequest || strings.Contains(h.pages.refused.Detail, "The document has no client_name") != (name == "no name") {
				t.Errorf("%s: %d %+v", name, w.Code, h.pages.refused)
			}
		}
		if n := o.served.Load(); n != 1 {
			t.Errorf("%s: fetched %d times at once", name, n)
		}
		o.answer = documentOf(nil)
		h.clock.at = h.clock.at.Add(unusablePause)
		if h.visit(o.url); h.pages.asked.Client == nil || h.pages.asked.Client.Name != "Claude Code" || !h.pages.asked.Client.Verified {
			t.Errorf("%s: it was mended, and the page shows %+v", name, h.pages.asked.Client)
		}
	}
}
