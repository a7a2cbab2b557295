package oauth

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"frontdesk/store"
)

// What a document said counts for as long as the document is there.
func TestLogoutForDocumentThatIsGone(t *testing.T) {
	const bye = "https://app.example/bye"
	h, o := newHouse(t), newOrigin(t)
	o.answer = documentOf(map[string]any{"post_logout_redirect_uris": []string{bye}})
	h.visit(o.url)
	err := h.Store.SaveConsent(t.Context(), &store.Consent{UserID: h.jane.ID, ClientID: o.url, Resource: testResource})
	if err != nil {
		t.Fatal(err)
	}
	key, err := h.keys.signer(t.Context(), usualAlgorithm)
	if err != nil {
		t.Fatal(err)
	}
	hint, err := sign(key.idToken, idClaims{Issuer: testURL, Subject: h.jane.ID, Audience: o.url})
	if err != nil {
		t.Fatal(err)
	}
	leave := func(signedIn bool) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/oauth/logout?"+url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}}.Encode(), nil)
		if signedIn {
			r.AddCookie(h.cookie)
		}
		h.pages.signOut, h.pages.said = SignOutRequest{}, ""
		return h.do(r)
	}
	if leave(false); h.pages.said != "signed out, on to "+bye {
		t.Errorf("no way back to it: %q", h.pages.said)
	}
	o.answer = func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusNotFound) }
	h.clock.at = h.clock.at.Add(11 * time.Minute)
	if w := leave(true); w.Header().Get("Location") != "" || h.pages.signOut.User == nil || h.pages.signOut.Client != nil {
		t.Errorf("it is gone and has a say: %d %s", w.Code, w.Header().Get("Location"))
	}
	if leave(false); h.pages.said != "signed out, on to " {
		t.Errorf("it is gone and has an address: %q", h.pages.said)
	}
	if c, err := h.Store.Client(t.Context(), o.url); err != nil || len(c.PostLogoutRedirectURIs) > 0 {
		t.Errorf("its addresses are kept: %+v, %v", c, err)
	}
}

// TestLogoutFetchesNothing for whoever goes on behalf of an app that nobody has met.
func TestLogoutFetchesNothing(t *testing.T) {
	h, o := newHouse(t), newOrigin(t)
	w := h.do(httptest.NewRequest("GET", "/oauth/logout?client_id="+url.QueryEscape(o.url), nil))
	if o.served.Load() != 0 || h.pages.said != "signed out, on to " {
		t.Errorf("%d, %q, fetched %d times", w.Code, h.pages.said, o.served.Load())
	}
}
