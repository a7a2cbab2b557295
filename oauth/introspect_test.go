package oauth

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdesk/store"
)

// confidential is a client with a secret, made by an operator; change says what is different about it.
func (h *house) confidential(tb testing.TB, q ClientRequest) (*store.Client, string) {
	tb.Helper()
	q.Name, q.RedirectURIs, q.Confidential = "Confidential", []string{testCallback}, true
	c, secret, err := NewClient(q)
	if err != nil {
		tb.Fatal(err)
	}
	if err := h.Store.CreateClient(tb.Context(), c); err != nil {
		tb.Fatal(err)
	}
	return c, secret
}

// introspects asks about a token as a client.
func (h *house) introspects(c *store.Client, secret, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/oauth/introspect", strings.NewReader(url.Values{"token": {token}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(secret))
	return h.do(r)
}

const inactive = `{"active":false}`

func TestIntrospectTimes(t *testing.T) {
	h := newHouse(t)
	c, secret := h.confidential(t, ClientRequest{ResourceServer: true})
	got := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	issued := h.clock.at
	h.clock.at = h.clock.at.Add(time.Minute)
	var said introspection
	if err := json.Unmarshal(h.introspects(c, secret, got.Access).Body.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	want := introspection{
		Active: true, Use: "access_token", TokenType: "Bearer", Scope: "openid profile email offline_access",
		ClientID: h.public.ID, Username: "jane", Subject: h.jane.ID, Audience: testResource, Issuer: testURL, ID: said.ID,
		IssuedAt: issued.Unix(), ExpiresAt: issued.Add(h.AccessTokenLifetime).Unix(), AuthTime: said.AuthTime,
	}
	if said != want || said.ID == "" || said.AuthTime == 0 {
		t.Errorf("%+v, want %+v", said, want)
	}
	h.clock.at = issued.Add(h.AccessTokenLifetime)
	if w := h.introspects(c, secret, got.Access); w.Code != http.StatusOK || w.Body.String() != inactive {
		t.Errorf("expired: %d %s", w.Code, w.Body)
	}
}

// TestIntrospectRefresh: only the token's own client learns of it, until it expires.
func TestIntrospectRefresh(t *testing.T) {
	h := newHouse(t)
	server, serverSecret := h.confidential(t, ClientRequest{ResourceServer: true})
	own, secret := h.confidential(t, ClientRequest{})
	grant := store.Grant{UserID: h.jane.ID, ClientID: own.ID, Resource: testResource, Scopes: []string{"openid"}, AuthTime: h.clock.at}
	code := &store.Code{Signature: "s", GrantID: store.NewID("grant"), ExpiresAt: h.clock.at.Add(time.Hour), Grant: grant}
	token := randomToken(refreshPrefix)
	if err := h.Store.CreateCode(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	err := h.Store.CreateRefreshToken(t.Context(), &store.RefreshToken{Signature: digest(token), GrantID: code.GrantID, ExpiresAt: h.clock.at.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if w := h.introspects(own, secret, token); !strings.Contains(w.Body.String(), `"token_use":"refresh_token"`) {
		t.Errorf("its own client: %s", w.Body)
	}
	if w := h.introspects(server, serverSecret, token); w.Body.String() != inactive {
		t.Errorf("a resource server: %s", w.Body)
	}
	h.clock.at = h.clock.at.Add(time.Hour)
	if w := h.introspects(own, secret, token); w.Body.String() != inactive {
		t.Errorf("expired: %s", w.Body)
	}
}

// TestIntrospectForeignResource: a resource that is ours no more is nobody's business.
func TestIntrospectForeignResource(t *testing.T) {
	h := newHouse(t)
	c, secret := h.confidential(t, ClientRequest{ResourceServer: true})
	got := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	h.Resources = []Resource{{URL: testURL + "/other"}}
	if w := h.introspects(c, secret, got.Access); w.Body.String() != inactive {
		t.Errorf("%s", w.Body)
	}
}

// TestIntrospectFailsClosed: when the database cannot say, the answer is not "inactive", and not "active" either.
func TestIntrospectFailsClosed(t *testing.T) {
	h := newHouse(t)
	c, secret := h.confidential(t, ClientRequest{ResourceServer: true})
	got := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	if err := h.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if w := h.introspects(c, secret, got.Access); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func BenchmarkIntrospect(b *testing.B) {
	h := newHouse(b)
	c, secret := h.confidential(b, ClientRequest{ResourceServer: true})
	t := h.tokens(b, h.exchange(h.authorized(b, nil).Get("code")))
	b.ReportAllocs()
	for b.Loop() {
		if w := h.introspects(c, secret, t.Access); !strings.HasPrefix(w.Body.String(), `{"active":true`) {
			b.Fatal(w.Body)
		}
	}
}

func BenchmarkUserinfo(b *testing.B) {
	h := newHouse(b)
	t := h.tokens(b, h.exchange(h.authorized(b, nil).Get("code")))
	r := httptest.NewRequest("GET", "/oauth/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+t.Access)
	b.ReportAllocs()
	for b.Loop() {
		if w := h.do(r); w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
