package oauth

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"frontdesk/store"
)

// refused sends a signed-in person to authorize with the changed request.
func (h *house) refused(change url.Values) (Refusal, *httptest.ResponseRecorder) {
	r := httptest.NewRequest("GET", h.authorizeURL(change), nil)
	r.AddCookie(h.cookie)
	h.pages.refused = Refusal{}
	w := h.do(r)
	return h.pages.refused, w
}

// TestRefusalsAreForPeople: what stops a person says so in their words, and keeps those of the protocol for the app's maker.
func TestRefusalsAreForPeople(t *testing.T) {
	h, o, broken := newHouse(t), newOrigin(t), newOrigin(t)
	blocked := h.stranger(t, "Blocked", "https://blocked.example/cb")
	if err := h.Store.BlockClient(t.Context(), blocked.ID); err != nil {
		t.Fatal(err)
	}
	o.answer = func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusTeapot) }
	broken.answer = documentOf(map[string]any{"client_id": "https://other.example/"})
	stranger := h.stranger(t, "Your account is locked. Call +1 555 0100", "https://stranger.example/cb", "https://stranger.example/cb2")
	for name, c := range map[string]struct {
		change url.Values
		want   Refusal
	}{
		"nobody": {url.Values{"client_id": nil}, Refusal{
			Heading: "This link is incomplete", Message: "The address does not say which app sent you. Go back to the app and connect again.",
		}},
		"unknown": {url.Values{"client_id": {"client_nobody"}}, Refusal{
			Heading: "This app is not known here", Message: "The app that sent you here is not registered here, or no longer is. Go back to it and connect again.",
		}},
		"blocked": {url.Values{"client_id": {blocked.ID}}, Refusal{
			Heading: "This app is blocked", Message: errBlockedApp.DescriptionField, Detail: `"` + blocked.ID + `"`,
		}},
		"down": {url.Values{"client_id": {o.url}}, Refusal{
			Heading: "This app cannot be looked up", Message: errNoDocument.DescriptionField, Detail: `"` + o.url + `"`,
		}},
		"broken": {url.Values{"client_id": {broken.url}}, Refusal{
			Heading: "This app cannot be looked up", Message: errNoDocument.DescriptionField,
			Detail: `"` + broken.url + `": The document's client_id is not its address.`,
		}},
		"redirect": {url.Values{"redirect_uri": {"https://evil.example/cb"}}, Refusal{
			Heading: "This address is not registered", Detail: `"https://evil.example/cb"`, App: "Public",
			Message: "The app that sent you here wants the answer at an address that it has not registered, so you are not sent there. Go back to it and connect again. It named this address:",
		}},
		"words": {url.Values{"redirect_uri": {"Your account is locked."}}, Refusal{
			Heading: "This address is not registered", Message: errUnknownRedirect.DescriptionField, Detail: `"Your\x20account\x20is\x20locked."`, App: "Public",
		}},
		"stranger": {url.Values{"client_id": {stranger.ID}}, Refusal{
			Heading: "This address is not registered", Message: errUnknownRedirect.DescriptionField, Detail: `"` + testCallback + `"`,
		}},
		"no address": {url.Values{"client_id": {stranger.ID}, "redirect_uri": nil, "scope": {"email"}}, Refusal{
			Heading: "This app asked in a way that does not work", Message: errMissingRedirect.DescriptionField,
		}},
	} {
		c.want.Status = http.StatusBadRequest
		if got, w := h.refused(c.change); got != c.want || w.Header().Get("Location") != "" {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		if c.want.Detail != "" && !strings.HasSuffix(c.want.Message, ":") {
			t.Errorf("%s: nothing says what %s is", name, c.want.Detail)
		}
	}
}

// TestJargonIsForMakers: nobody but the app's maker can mend what an app asks.
func TestJargonIsForMakers(t *testing.T) {
	h := newHouse(t)
	public := h.stranger(t, "Stranger", "https://stranger.example/cb")
	for _, c := range []struct {
		change url.Values
		detail string
	}{
		{url.Values{"code_challenge": nil}, "PKCE is required: a code_challenge of 43 to 128 characters with code_challenge_method=S256."},
		{url.Values{"request": {"x"}}, "The OP does not support use of the request parameter."},
		{url.Values{"ui_locales": {"en", "de"}}, `The parameter "ui_locales" comes more than once.`},
		{url.Values{"Your account is locked. Call +1 555 0100": {"", ""}}, "A parameter comes more than once."},
		{url.Values{"response_mode": {"fragment"}}, "The parameter 'response_mode' may be 'query' or 'form_post'."},
	} {
		c.change.Set("client_id", public.ID)
		c.change.Set("redirect_uri", public.RedirectURIs[0])
		r := httptest.NewRequest("GET", h.authorizeURL(c.change), nil) // nobody is signed in: the app is not told, and not named
		h.do(r)
		want := Refusal{
			Status: http.StatusBadRequest, Heading: "This app asked in a way that does not work",
			Message: "Go back to it and try again. If it happens again, tell its maker:", Detail: c.detail,
		}
		if h.pages.refused != want {
			t.Errorf("%v: %+v", c.change, h.pages.refused)
		}
	}
}

// TestStaleFormLeadsBack: the request stands in the address, so that the page can be drawn again.
func TestStaleFormLeadsBack(t *testing.T) {
	h := newHouse(t)
	to := h.authorizeURL(url.Values{"prompt": {"consent"}})
	r := httptest.NewRequest("POST", to, strings.NewReader("token=old&consent=allow"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(h.cookie)
	if h.do(r); h.pages.refused.AgainURL != to || h.pages.refused.Heading != "This page is out of date" || h.pages.refused.App != "Public" {
		t.Errorf("%+v", h.pages.refused)
	}
}

// TestRefusalsAreLogged: a page names its request, and the log says what was wrong with it, in one line.
func TestRefusalsAreLogged(t *testing.T) {
	h := newHouse(t)
	var log bytes.Buffer
	h.Log = slog.New(slog.NewTextHandler(&log, nil))
	for change, want := range map[string]string{
		"":                       `client=` + h.public.ID + ` err="The app that sent you here wants the answer`,
		"client_nobody\nlevel=x": `client="client_nobody\\nlevel=x" err="The app that sent you here is not registered`,
	} {
		values := url.Values{"redirect_uri": {"https://evil.example/\x1b[31m"}}
		if change != "" {
			values = url.Values{"client_id": {change}}
		}
		r := httptest.NewRequest("GET", h.authorizeURL(values), nil)
		r.Header.Set("X-Request-Id", "r1")
		log.Reset()
		h.do(r)
		if said := log.String(); !strings.Contains(said, "msg=refused path=/oauth/authorize request=r1 "+want) ||
			strings.Count(said, "\n") != 1 || strings.Contains(said, "\x1b") {
			t.Errorf("%q: %s", change, said)
		}
	}
}

// stranger registers a client as a stranger does.
func (h *house) stranger(t *testing.T, name string, redirects ...string) *store.Client {
	t.Helper()
	c, _, err := NewClient(ClientRequest{Name: name, RedirectURIs: redirects})
	if err != nil {
		t.Fatal(err)
	}
	c.Verified = false
	if err := h.Store.CreateClient(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}
