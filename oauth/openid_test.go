package oauth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/store"
)

// idTokenOf is the ID token of a token answer, and its claims.
func (h *house) idTokenOf(t *testing.T, w *httptest.ResponseRecorder) (string, idClaims) {
	t.Helper()
	var answer struct {
		IDToken string `json:"id_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.IDToken == "" {
		t.Fatalf("no ID token: %d %s", w.Code, w.Body)
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.Split(answer.IDToken, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var c idClaims
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	return answer.IDToken, c
}

// TestIDTokenAfterRefresh is OpenID Connect Core section 12.2: the sign-in stays what it was.
func TestIDTokenAfterRefresh(t *testing.T) {
	h := newHouse(t)
	w := h.exchange(h.authorized(t, url.Values{"nonce": {"n"}}).Get("code"))
	_, first := h.idTokenOf(t, w)
	refresh := h.tokens(t, w).Refresh
	h.clock.at = h.clock.at.Add(20 * time.Minute)
	w = h.refresh(refresh)
	_, second := h.idTokenOf(t, w)
	if access, err := h.Verify(t.Context(), h.tokens(t, w).Access, testResource); err != nil || access.AuthTime.Unix() != first.AuthTime {
		t.Errorf("the access token says %+v, %v", access, err) // RFC 9068 section 2.2.1
	}
	want := first
	want.Nonce, want.IssuedAt, want.ExpiresAt = "", first.IssuedAt+1200, first.ExpiresAt+1200
	want.AccessTokenHash = second.AccessTokenHash
	if first.Nonce != "n" || second.AccessTokenHash == first.AccessTokenHash || second.AuthTime != want.AuthTime ||
		!slices.Equal(second.AMR, want.AMR) || second.Subject != want.Subject || second.Nonce != "" ||
		second.IssuedAt != want.IssuedAt || second.ExpiresAt != want.ExpiresAt || second.ACR != want.ACR {
		t.Errorf("first %+v, then %+v", first, second)
	}
}

// TestExpiredHint: an ID token that is over still says whom it was made for.
func TestExpiredHint(t *testing.T) {
	h := newHouse(t)
	hint, claims := h.idTokenOf(t, h.exchange(h.authorized(t, nil).Get("code")))
	h.clock.at = h.clock.at.Add(h.AccessTokenLifetime + time.Hour)
	if !time.Unix(claims.ExpiresAt, 0).Before(h.clock.at) {
		t.Fatal("it has not expired")
	}
	if got := h.authorized(t, url.Values{"prompt": {"none"}, "id_token_hint": {hint}}); got.Get("code") == "" {
		t.Errorf("it is refused: %v", got)
	}
	r := httptest.NewRequest("GET", "/oauth/logout?id_token_hint="+hint, nil)
	r.AddCookie(h.cookie)
	if w := h.do(r); h.pages.said != "signed out, on to " {
		t.Errorf("sign-out: %d %q", w.Code, h.pages.said)
	}
	if got := h.authorized(t, url.Values{"prompt": {"none"}}); got.Get("error") != "login_required" {
		t.Errorf("still signed in: %v", got)
	}
}

// TestForeignHint: an ID token is ours when our key signed it, whatever it says.
func TestForeignHint(t *testing.T) {
	h, other := newHouse(t), newHouse(t) // another server, with keys of its own
	hint, _ := other.idTokenOf(t, other.exchange(other.authorized(t, nil).Get("code")))
	ours, _ := h.idTokenOf(t, h.exchange(h.authorized(t, nil).Get("code")))
	parts := strings.Split(ours, ".")
	for name, raw := range map[string]string{
		"another server's": hint, // as good as one of ours whose key is gone
		"other claims":     parts[0] + "." + strings.Split(hint, ".")[1] + "." + parts[2],
		"no signature":     parts[0] + "." + parts[1] + ".",
		"huge":             strings.Repeat("a", maxToken+1),
	} {
		if got := h.authorized(t, url.Values{"id_token_hint": {raw}}); (got.Get("error") == "invalid_request") == (raw == hint) {
			t.Errorf("%s: %v", name, got)
		}
		if got := h.authorized(t, url.Values{"id_token_hint": {raw}, "prompt": {"none"}}); got.Get("code") != "" {
			t.Errorf("%s: somebody is known without being asked: %v", name, got)
		}
		r := httptest.NewRequest("GET", "/oauth/logout?"+url.Values{"id_token_hint": {raw}}.Encode(), nil)
		r.AddCookie(h.cookie)
		h.pages.signOut = SignOutRequest{}
		if w := h.do(r); h.pages.signOut.User == nil || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: the person is not asked whether to sign out: %d %v", name, w.Code, w.Header())
		}
	}
}

// TestUserinfoLeavesOut: what is not known is neither null nor empty (OpenID Connect Core section 5.3.2).
func TestUserinfoLeavesOut(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		user store.User
		want map[string]any
	}{
		{store.User{}, map[string]any{}},
		{store.User{FirstName: "Ada"}, map[string]any{"name": "Ada", "given_name": "Ada"}},
		{
			store.User{LastName: "Lovelace", ImageURL: "https://a.example/p"},
			map[string]any{"name": "Lovelace", "family_name": "Lovelace", "picture": "https://a.example/p"},
		},
		{
			store.User{Emails: []store.Email{{Address: "ada@a.example", Canonical: "ada@a.example", Primary: true}}},
			map[string]any{"email": "ada@a.example", "email_verified": false},
		},
	} {
		if err := h.Store.CreateUser(t.Context(), &c.user); err != nil {
			t.Fatal(err)
		}
		c.want["sub"] = c.user.ID
		got := h.userinfo(t, h.tokenOf(t, &c.user))
		if want, _ := json.Marshal(c.want); !bytes.Equal(got, want) {
			t.Errorf("%+v: %s, want %s", c.user, got, want)
		}
	}
}

// tokenOf is an access token of the public client for another person.
func (h *house) tokenOf(t *testing.T, u *store.User) string {
	t.Helper()
	cookie := h.cookie
	defer func() { h.cookie = cookie }()
	w := httptest.NewRecorder()
	if _, err := h.Accounts.StartSession(w, httptest.NewRequest("POST", "/sign-in", nil), u, "pwd"); err != nil {
		t.Fatal(err)
	}
	h.cookie = w.Result().Cookies()[0]
	h.consented(t, u)
	return h.tokens(t, h.exchange(h.authorized(t, nil).Get("code"))).Access
}

// consented has u allow the public client everything.
func (h *house) consented(t *testing.T, u *store.User) {
	t.Helper()
	err := h.Store.SaveConsent(t.Context(), &store.Consent{UserID: u.ID, ClientID: h.public.ID, Resource: testResource, Scopes: h.DefaultScopes, Site: originOf(testCallback)})
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) userinfo(t *testing.T, token string) []byte {
	t.Helper()
	r := httptest.NewRequest("GET", "/oauth/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := h.do(r)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// TestUserinfoFailsClosed: when the database cannot say, nobody learns anything.
func TestUserinfoFailsClosed(t *testing.T) {
	h := newHouse(t)
	token := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code"))).Access
	h.clock.at = h.clock.at.Add(h.AccessTokenLifetime)
	r := httptest.NewRequest("GET", "/oauth/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	if w := h.do(r); w.Code != http.StatusUnauthorized {
		t.Errorf("an expired token: %d %s", w.Code, w.Body)
	}
	token = h.tokens(t, h.exchange(h.authorized(t, nil).Get("code"))).Access
	if err := h.Store.Close(); err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if w := h.do(r); w.Code != http.StatusServiceUnavailable || w.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("no database: %d %v %s", w.Code, w.Header(), w.Body)
	}
}
