package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"frontdesk/store"
)

// TestRevokedEverywhere ends access in every way on one replica. The token is dead there when the call returns, and
// within a second on the other one, which at first vouched for it.
func TestRevokedEverywhere(t *testing.T) {
	eachPair(t, func(t *testing.T, here, there *house) {
		for name, end := range map[string]func(tk tokens) error{
			"revocation by the client": func(tk tokens) error {
				if w := here.post("/oauth/revoke", url.Values{"client_id": {here.public.ID}, "token": {tk.Access}}); w.Code != 200 {
					return errors.New(w.Body.String())
				}
				return nil
			},
			"a replayed refresh token": func(tk tokens) error {
				second := here.tokens(t, here.refresh(tk.Refresh))
				here.tokens(t, here.refresh(second.Refresh))
				here.refresh(tk.Refresh) // its successor is used
				return nil
			},
			"disconnecting": func(tokens) error { return here.Store.RevokeGrants(t.Context(), here.jane.ID, here.public.ID) },
			"a new password": func(tokens) error {
				return here.Accounts.SetPassword(t.Context(), here.jane.ID, "long enough for this")
			},
		} {
			// A new password forgets what was allowed.
			err := here.Store.SaveConsent(t.Context(), &store.Consent{
				UserID: here.jane.ID, ClientID: here.public.ID, Resource: testResource, Scopes: here.DefaultScopes, Site: originOf(testCallback),
			})
			if err != nil {
				t.Fatal(err)
			}
			tk := here.signedIn(t)
			if !here.passes(t, tk.Access) || !there.passes(t, tk.Access) {
				t.Fatalf("%s: the token is dead before", name)
			}
			if err := end(tk); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			began := time.Now()
			if here.passes(t, tk.Access) {
				t.Errorf("%s: it passes on the same replica", name)
			}
			for there.passes(t, tk.Access) {
				if time.Since(began) > time.Second {
					t.Fatalf("%s: it passes on another replica a second later", name)
				}
			}
			here.signIn(t)
		}
	})
}

// TestRevocationRaces refreshes on two replicas while somebody revokes. Whatever tokens came of it, once the
// revocation is acknowledged none of them passes where it was asked for, nor a moment later elsewhere.
func TestRevocationRaces(t *testing.T) {
	eachPair(t, func(t *testing.T, here, there *house) {
		var all []string
		raced := 0 // rounds in which somebody got further than the first refresh
		for range 25 {
			made := here.raced(t, there)
			if len(made) > 1+4 {
				raced++
			}
			for _, token := range made {
				if here.passes(t, token) {
					t.Error("a token lives where it was revoked")
				}
			}
			all = append(all, made...)
		}
		if raced == 0 {
			t.Errorf("%d tokens: there was no race", len(all))
		}
		time.Sleep(store.Fresh)
		for _, token := range all {
			if there.passes(t, token) {
				t.Error("a token lives on the other replica")
			}
		}
	})
}

// raced is the access tokens of one grant that is revoked in the middle of their making.
func (h *house) raced(t *testing.T, other *house) []string {
	first := h.signedIn(t)
	var all sync.WaitGroup
	got := make(chan string, 1000)
	got <- first.Access
	for _, replica := range []*house{h, other, h, other} {
		all.Go(func() {
			for token := first.Refresh; ; {
				var next tokens
				w := replica.refresh(token)
				if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &next) != nil {
					return
				}
				got <- next.Access
				token = next.Refresh
			}
		})
	}
	for begun := time.Now(); len(got) < 3; time.Sleep(time.Millisecond) { // until they have begun
		if time.Since(begun) > 10*time.Second {
			t.Fatal("nobody refreshes")
		}
	}
	w := h.post("/oauth/revoke", url.Values{"client_id": {h.public.ID}, "token": {first.Refresh}})
	all.Wait()
	if w.Code != http.StatusOK {
		t.Fatalf("the revocation: %d %s", w.Code, w.Body)
	}
	close(got)
	var made []string
	for token := range got {
		made = append(made, token)
	}
	return made
}
