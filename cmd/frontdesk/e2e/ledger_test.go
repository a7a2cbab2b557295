//go:build e2e

package e2e

import (
	"crypto/rand"
	"encoding/json"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// ledger is what the program has acknowledged to one worker of the kill test.
type ledger struct {
	d       *desk
	app     *app    // a verified client
	browser *caller // somebody signed in who has allowed it; shared, and read only
	plain   *caller
	rng     *mathrand.Rand

	clients []string
	people  []*http.Cookie // their sessions
	grants  []*grant
	codes   []url.Values // redemptions whose answer never came
	tally   tally
}

// tally counts what was acknowledged.
type tally struct {
	Clients, People, Exchanges, Rotations, Revocations, CutShort int
}

func (s *tally) add(o tally) {
	s.Clients += o.Clients
	s.People += o.People
	s.Exchanges += o.Exchanges
	s.Rotations += o.Rotations
	s.Revocations += o.Revocations
	s.CutShort += o.CutShort
}

// grant is a grant as its client knows it.
type grant struct {
	tokens
	form  url.Values // how its code was redeemed
	used  []string   // refresh tokens that were rotated away, the oldest first
	state fate
}

// fate is what the client knows of a grant after its last request.
type fate int

const (
	living   fate = iota
	rotating      // the answer to a refresh never came
	revoking      // the answer to a revocation never came
	ended
)

// work does random things until the program dies under it.
func (b *ledger) work(t *testing.T, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		ok := true
		switch n := b.rng.IntN(100); {
		case n < 20:
			ok = b.register(t)
		case n < 24:
			ok = b.signUp(t)
		case n < 52:
			ok = b.exchange(t)
		case n < 85:
			ok = b.rotate(t)
		default:
			ok = b.revoke(t)
		}
		if !ok {
			return
		}
	}
}

// post sends a request that may be cut short; nil: it was.
func (b *ledger) post(t *testing.T, path, body, kind string, want int) *answer {
	a, err := b.plain.try(http.MethodPost, path, body, http.Header{"Content-Type": {kind}})
	if err != nil {
		b.tally.CutShort++
		return nil
	}
	if a.Status != want {
		t.Errorf("%s answered %d, want %d: %s", path, a.Status, want, a.Body)
		return nil
	}
	return a
}

func (b *ledger) register(t *testing.T) bool {
	a := b.post(t, "/oauth/register", `{"client_name":"Load","redirect_uris":["`+webRedirect+`"],"token_endpoint_auth_method":"none"}`, "application/json", http.StatusCreated)
	if a == nil {
		return false
	}
	var made struct {
		ID string `json:"client_id"`
	}
	_ = json.Unmarshal([]byte(a.Body), &made) // no id is found missing in the audit
	b.clients = append(b.clients, made.ID)
	b.tally.Clients++
	return true
}

func (b *ledger) signUp(t *testing.T) bool {
	f := form("email", strings.ToLower(rand.Text())+"@example.com", "password", "long-enough-"+rand.Text())
	a := b.post(t, "/sign-up", f.Encode(), "application/x-www-form-urlencoded", http.StatusSeeOther)
	if a == nil {
		return false
	}
	b.people = append(b.people, (&http.Response{Header: a.Header}).Cookies()...)
	b.tally.People++
	return true
}

func (b *ledger) exchange(t *testing.T) bool {
	tr := b.app.trip()
	a, err := b.browser.try(http.MethodGet, tr.path(), "", nil)
	if err != nil {
		return false
	}
	to := a.location()
	if to == nil || to.Query().Get("code") == "" {
		t.Errorf("authorize answered %d %s", a.Status, to)
		return false
	}
	f := b.app.redemption(tr, to.Query().Get("code"))
	f.Set("client_id", b.app.ID)
	if a = b.post(t, "/oauth/token", f.Encode(), "application/x-www-form-urlencoded", http.StatusOK); a == nil {
		b.codes = append(b.codes, f)
		return false
	}
	b.grants = append(b.grants, &grant{tokens: b.app.keep(a), form: f})
	b.tally.Exchanges++
	return true
}

// any is a random living grant.
func (b *ledger) any() *grant {
	for range 20 {
		if len(b.grants) == 0 {
			return nil
		}
		if g := b.grants[b.rng.IntN(len(b.grants))]; g.state == living {
			return g
		}
	}
	return nil
}

func (b *ledger) rotate(t *testing.T) bool {
	g := b.any()
	if g == nil {
		return true
	}
	a := b.post(t, "/oauth/token", b.renewal(g).Encode(), "application/x-www-form-urlencoded", http.StatusOK)
	if a == nil {
		g.state = rotating
		return false
	}
	b.rotated(g, a)
	return true
}

func (b *ledger) renewal(g *grant) url.Values {
	f := renewal(g.Refresh)
	f.Set("client_id", b.app.ID)
	return f
}

func (b *ledger) rotated(g *grant, a *answer) {
	g.used = append(g.used, g.Refresh)
	g.tokens = b.app.keep(a)
	g.state = living
	b.tally.Rotations++
}

func (b *ledger) revoke(t *testing.T) bool {
	g := b.any()
	if g == nil {
		return true
	}
	f := form("client_id", b.app.ID, "token", g.Refresh)
	if a := b.post(t, "/oauth/revoke", f.Encode(), "application/x-www-form-urlencoded", http.StatusOK); a == nil {
		g.state = revoking
		return false
	}
	g.state = ended
	b.tally.Revocations++
	return true
}
