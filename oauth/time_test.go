package oauth

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdesk/store"
)

func refused(t *testing.T, what string, w *httptest.ResponseRecorder, word string) {
	t.Helper()
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"error":"`+word+`"`) {
		t.Errorf("%s: %d %s", what, w.Code, w.Body)
	}
}

func TestCodeExpires(t *testing.T) {
	h := newHouse(t)
	code := h.authorized(t, nil).Get("code")
	h.clock.at = h.clock.at.Add(codeLifetime + time.Second)
	refused(t, "an old code", h.exchange(code), "invalid_grant")
}

func TestAccessTokenExpires(t *testing.T) {
	h := newHouse(t)
	got := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	if _, err := h.Verify(t.Context(), got.Access, testResource); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Verify(t.Context(), got.Access, testURL+"/other"); err == nil {
		t.Error("it is good for another resource")
	}
	h.clock.at = h.clock.at.Add(h.AccessTokenLifetime + time.Second)
	if _, err := h.Verify(t.Context(), got.Access, testResource); err == nil {
		t.Error("it is good for ever")
	}
}

func TestRefreshGrace(t *testing.T) {
	h := newHouse(t)
	first := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	second := h.tokens(t, h.refresh(first.Refresh))
	h.clock.at = h.clock.at.Add(grace - time.Second)
	again := h.tokens(t, h.refresh(first.Refresh))
	if again.Refresh != second.Refresh || again.Access == second.Access {
		t.Error("within the grace it is the very same successor with a new access token")
	}
	h.clock.at = h.clock.at.Add(2 * time.Second)
	refused(t, "after the grace", h.refresh(first.Refresh), "invalid_grant")
	refused(t, "the family", h.refresh(second.Refresh), "invalid_grant")
	if _, err := h.Verify(t.Context(), again.Access, testResource); err == nil {
		t.Error("the family's access token lives on")
	}
}

func TestRefreshGraceEndsWhenTheSuccessorIsUsed(t *testing.T) {
	h := newHouse(t)
	first := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	second := h.tokens(t, h.refresh(first.Refresh))
	third := h.tokens(t, h.refresh(second.Refresh))
	refused(t, "reuse", h.refresh(first.Refresh), "invalid_grant")
	refused(t, "the family", h.refresh(third.Refresh), "invalid_grant")
}

func TestRefreshTokenExpires(t *testing.T) {
	h := newHouse(t)
	got := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	h.clock.at = h.clock.at.Add(h.RefreshTokenLifetime + time.Second)
	refused(t, "an old refresh token", h.refresh(got.Refresh), "invalid_grant")
}

// strange is a client that registered itself, so that consent is always asked.
func (h *house) strange(t *testing.T) *store.Client {
	t.Helper()
	c := &store.Client{Name: "Strange", RedirectURIs: []string{testCallback}, AuthMethod: "none", GrantTypes: grantTypeNames()}
	if err := h.Store.CreateClient(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConsentFormExpires(t *testing.T) {
	h := newHouse(t)
	h.visit(h.strange(t).ID)
	h.clock.at = h.clock.at.Add(formLifetime + time.Second)
	if w := h.postConsent(t, "allow"); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
		t.Errorf("%d %s", w.Code, w.Header())
	}
}

func TestConsentFormIsOneBrowsers(t *testing.T) {
	h := newHouse(t)
	h.visit(h.strange(t).ID)
	w := httptest.NewRecorder()
	if _, err := h.Accounts.StartSession(w, httptest.NewRequest("POST", "/sign-in", nil), h.jane); err != nil {
		t.Fatal(err)
	}
	h.cookie = w.Result().Cookies()[0] // the same person, in another browser
	if w := h.postConsent(t, "allow"); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
		t.Errorf("%d %s", w.Code, w.Header())
	}
}

func TestConsentIsPerRequest(t *testing.T) {
	h := newHouse(t)
	h.visit(h.strange(t).ID)
	h.pages.asked.Action = strings.Replace(h.pages.asked.Action, "state=s", "state=t", 1)
	if w := h.postConsent(t, "allow"); w.Code != http.StatusBadRequest {
		t.Errorf("a form went to another request: %d", w.Code)
	}
}

// TestPromptLogin asks for a sign-in that is fresh, once.
func TestPromptLogin(t *testing.T) {
	for _, change := range []url.Values{{"prompt": {"login"}}, {"prompt": {"select_account"}}, {"max_age": {"0"}}} {
		h := newHouse(t)
		h.clock.at = h.clock.at.Add(time.Minute)
		r := httptest.NewRequest("GET", h.authorizeURL(change), nil)
		r.AddCookie(h.cookie)
		to, _ := url.Parse(h.do(r).Header().Get("Location"))
		back := to.Query().Get("return_to")
		if to.Path != "/sign-in" || !strings.Contains(back, mark) {
			t.Fatalf("%v: sent to %s", change, to)
		}
		r = httptest.NewRequest("GET", back, nil)
		r.AddCookie(h.cookie) // the old session does not do
		if to, _ := url.Parse(h.do(r).Header().Get("Location")); to.Path != "/sign-in" {
			t.Fatalf("%v: an old session went to %s", change, to)
		}
		h.clock.at = h.clock.at.Add(time.Second)
		w := httptest.NewRecorder()
		if _, err := h.Accounts.StartSession(w, r, h.jane); err != nil {
			t.Fatal(err)
		}
		r = httptest.NewRequest("GET", back, nil)
		r.AddCookie(w.Result().Cookies()[0])
		if to, _ := url.Parse(h.do(r).Header().Get("Location")); to.Query().Get("code") == "" {
			t.Errorf("%v: a fresh session went to %s", change, to)
		}
	}
}

func TestMaxAge(t *testing.T) {
	h := newHouse(t)
	if h.authorized(t, url.Values{"max_age": {"60"}}).Get("code") == "" {
		t.Error("a fresh session has to sign in again")
	}
	h.clock.at = h.clock.at.Add(2 * time.Minute)
	if h.authorized(t, url.Values{"max_age": {"60"}}).Get("return_to") == "" {
		t.Error("an old session does not have to sign in again")
	}
	// Who has signed in for the request has done so, however long the rest takes: a slow line, the consent page.
	h.clock.at = h.clock.at.Add(time.Minute)
	change := url.Values{"max_age": {"1"}, "prompt": {"consent"}}
	back := h.authorized(t, change).Get("return_to")
	h.signIn(t)
	h.clock.at = h.clock.at.Add(10 * time.Second)
	r := httptest.NewRequest("GET", back, nil)
	r.AddCookie(h.cookie)
	if w := h.do(r); w.Code != http.StatusOK {
		t.Fatalf("after signing in, on a slow line: %d %s", w.Code, w.Header().Get("Location"))
	}
	h.clock.at = h.clock.at.Add(10 * time.Second)
	to, _ := url.Parse(h.postConsent(t, "allow").Header().Get("Location"))
	if to.Query().Get("code") == "" {
		t.Errorf("after the consent page: %s", to)
	}
	if h.authorized(t, url.Values{"max_age": {"1"}}).Get("return_to") == "" {
		t.Error("the next request does not ask to sign in again")
	}
}
