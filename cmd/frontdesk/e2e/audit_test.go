//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"testing"
)

// audit holds the ledger against the program after a restart: what was under way when it died, the newest
// of everything, and up to n older entries of each kind; all of them where n is negative.
func (b *ledger) audit(t *testing.T, n int) {
	for _, i := range b.sample(len(b.clients), n) {
		path := "/oauth/authorize?client_id=" + b.clients[i]
		if a := b.plain.getJSON(t, path); b.clients[i] == "" || a.word() == "invalid_client" {
			t.Errorf("client %q is lost: %d %s", b.clients[i], a.Status, a.Body)
		}
	}
	for _, i := range b.sample(len(b.people), n) {
		header := http.Header{"Cookie": {b.people[i].Name + "=" + b.people[i].Value}}
		if a := b.plain.send(t, http.MethodGet, b.app.trip("prompt", "none").path(), "", header); a.word() != "consent_required" {
			t.Errorf("a new person's session is lost: %d %s", a.Status, a.word())
		}
	}
	b.settleCodes(t)
	for _, g := range b.grants {
		b.settle(t, g)
	}
	for _, i := range b.sample(len(b.grants), n) {
		b.check(t, b.grants[i])
	}
}

// sample is which of size entries to look at: the last three, and n at random.
func (b *ledger) sample(size, n int) []int {
	var which []int
	for i := range size {
		if n < 0 || i >= size-3 {
			which = append(which, i)
		}
	}
	for range n {
		if size > 3 {
			which = append(which, b.rng.IntN(size-3))
		}
	}
	return which
}

func (b *ledger) token(t *testing.T, f url.Values) *answer {
	f.Set("client_id", b.app.ID)
	return b.plain.postForm(t, "/oauth/token", f, nil)
}

// settleCodes repeats redemptions whose answer never came: the code was used, or it was not.
func (b *ledger) settleCodes(t *testing.T) {
	for _, f := range b.codes {
		switch a := b.token(t, f); {
		case a.Status == http.StatusOK:
			b.grants = append(b.grants, &grant{tokens: b.app.keep(a), form: f})
		case a.word() != "invalid_grant":
			t.Errorf("a code whose first redemption was cut short: %d %s", a.Status, a.Body)
		}
	}
	b.codes = nil
}

// settle finds out what became of a request that was cut short.
func (b *ledger) settle(t *testing.T, g *grant) {
	switch g.state {
	case rotating: // a lost reply costs nothing: within the grace the same token works again
		a := b.token(t, renewal(g.Refresh))
		if a.Status != http.StatusOK {
			t.Errorf("a refresh whose first reply was lost: %d %s", a.Status, a.Body)
			g.state = ended
			return
		}
		b.rotated(g, a)
	case revoking: // it took effect or it did not; now it must
		a := b.plain.postForm(t, "/oauth/revoke", form("client_id", b.app.ID, "token", g.Refresh), nil)
		if a.Status != http.StatusOK {
			t.Errorf("a repeated revocation: %d %s", a.Status, a.Body)
		}
		g.state = ended
	}
}

// check holds one grant against the program. Now and then it ends the grant by replaying what was used up.
func (b *ledger) check(t *testing.T, g *grant) {
	if g.state == living {
		b.plain.alive(t, "an acknowledged grant", g.Access)
		switch n := b.rng.IntN(10); {
		case n < 4:
			a := b.token(t, renewal(g.Refresh))
			if a.Status != http.StatusOK {
				t.Errorf("an acknowledged refresh token, %d times rotated: %d %s", len(g.used), a.Status, a.Body)
				return
			}
			b.rotated(g, a)
			return
		case n == 4:
			b.over(t, "a redeemed code", g.form)
		case n == 5 && len(g.used) > 1:
			b.over(t, "a refresh token rotated away twice", renewal(g.used[len(g.used)-2]))
		default:
			return
		}
		g.state = ended
		b.tally.Revocations++
	}
	b.plain.dead(t, "an ended grant", g.Access)
	b.over(t, "the refresh token of an ended grant", renewal(g.Refresh))
}

// over fails the test unless a token request is refused as used up.
func (b *ledger) over(t *testing.T, what string, f url.Values) {
	if a := b.token(t, f); a.Status != http.StatusBadRequest || a.word() != "invalid_grant" {
		t.Errorf("%s: answered %d %s", what, a.Status, a.Body)
	}
}
