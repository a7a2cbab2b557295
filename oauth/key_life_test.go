package oauth

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

// published lists the ids in the JWKS that belong to an algorithm.
func (h *house) published(t *testing.T, algorithm string) (ids []string) {
	t.Helper()
	w := h.do(httptest.NewRequest("GET", "/.well-known/jwks.json", nil))
	set := decode[jose.JSONWebKeySet](t, w.Body.Bytes())
	for _, key := range set.Keys {
		if key.Algorithm == algorithm {
			ids = append(ids, key.KeyID)
		}
	}
	return ids
}

// issued is a new access token and the id of the key that has signed it.
func (h *house) issued(t *testing.T) (token, kid string) {
	t.Helper()
	token = h.tokens(t, h.exchange(h.authorized(t, nil).Get("code"))).Access
	jws, err := jose.ParseSignedCompact(token, ours)
	if err != nil {
		t.Fatal(err)
	}
	return token, jws.Signatures[0].Protected.KeyID
}

func (h *house) verifies(t *testing.T, when, token string) {
	t.Helper()
	if _, err := h.Verify(t.Context(), token, testResource); err != nil {
		t.Errorf("%s: %v", when, err)
	}
}

func (h *house) refuses(t *testing.T, when, token string) {
	t.Helper()
	if _, err := h.Verify(t.Context(), token, testResource); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("%s: %v", when, err)
	}
}

// TestKeyLife follows a key from its first day until it is gone: published, signing, retired, gone.
func TestKeyLife(t *testing.T) {
	h := newHouse(t)
	h.keys.Rotation = 90 * 24 * time.Hour
	now := h.clock.at
	at := func(d time.Duration) { // the server is asked to maintain its keys every minute
		t.Helper()
		h.clock.at = now.Add(d)
		must(t, h.keys.maintain(t.Context()))
		h.signIn(t)
	}
	expect := func(when, signing string, ids ...string) string {
		t.Helper()
		if diff := cmp.Diff(ids, h.published(t, "ES256")); diff != "" {
			t.Errorf("%s the published keys differ:\n%s", when, diff)
		}
		token, kid := h.issued(t)
		if kid != signing {
			t.Errorf("%s %s signs", when, kid)
		}
		h.verifies(t, when, token)
		return token
	}
	first := h.published(t, "ES256")[0]
	at(h.keys.Rotation - overlap - time.Minute)
	expect("before it is time", first, first)

	at(h.keys.Rotation - overlap)
	keys := h.published(t, "ES256")
	if len(keys) != 2 || keys[0] != first {
		t.Fatalf("when it is time for the next key there are %v", keys)
	}
	second := keys[1]
	expect("as long as copies of the JWKS may be without the next key", first, first, second)
	at(h.keys.Rotation - time.Second)
	last := expect("a second before the change", first, first, second)

	at(h.keys.Rotation + KeysAgree)
	expect("after the change", second, second, first)
	h.verifies(t, "a token of the retired key", last)
	at(h.keys.Rotation + h.AccessTokenLifetime - 2*time.Second)
	expect("in the last token's last second", second, second, first)
	h.verifies(t, "the last token of the retired key", last)

	at(h.keys.Rotation + h.AccessTokenLifetime + skew)
	expect("after the last token", second, second)
	h.clock.at = now.Add(h.keys.Rotation - time.Second) // not because it is over
	h.keys.read(t.Context())
	h.refuses(t, "a token of a key that is gone", last)
	if list, err := h.keys.List(t.Context()); err != nil || len(list) != 3 || list[0].ID == first {
		t.Errorf("left are %+v, %v", list, err)
	}
}

// TestKeysRotateForEver has the server live for years, one day at a time.
func TestKeysRotateForEver(t *testing.T) {
	h := newHouse(t)
	h.keys.Rotation = 30 * 24 * time.Hour
	seen := map[string]bool{}
	for range 365 {
		h.clock.at = h.clock.at.Add(24 * time.Hour)
		must(t, h.keys.makeDue(t.Context(), "ES256"))
		seen[h.keys.ring.Load().signing["ES256"].id] = true
		if n := len(h.published(t, "ES256")); n > 2 {
			t.Fatalf("%d keys are published", n)
		}
	}
	if len(seen) != 365/30+1 {
		t.Errorf("%d keys signed in a year", len(seen))
	}
	h.keys.Rotation = 0
	h.clock.at = h.clock.at.Add(10 * 365 * 24 * time.Hour)
	must(t, h.keys.makeDue(t.Context(), "ES256"))
	if n := len(h.published(t, "ES256")); n != 1 {
		t.Errorf("%d keys are published without rotation", n)
	}
}

// keyRow is a key that signs from and until so many minutes after some moment; until 0: nothing follows it.
func keyRow(id string, from, until int) store.SigningKey {
	row := store.SigningKey{ID: id, Algorithm: "ES256", ActivatedAt: epoch.Add(time.Duration(from) * time.Minute)}
	if until != 0 {
		row.RetiredAt = epoch.Add(time.Duration(until) * time.Minute)
	}
	return row
}

var epoch = time.Unix(1_800_000_000, 0).UTC()

func TestRemoveKey(t *testing.T) {
	foreign := store.SigningKey{ID: "foreign", Algorithm: "RS256", ActivatedAt: epoch.Add(10 * time.Minute)}
	spare := keyRow("spare", 0, 0)
	for name, c := range map[string]struct {
		rows []store.SigningKey
		save []store.SigningKey
	}{
		"the only one":                {[]store.SigningKey{keyRow("x", -5, 0)}, []store.SigningKey{spare}},
		"it signs, one is to follow":  {[]store.SigningKey{keyRow("x", -5, 10), keyRow("next", 10, 0)}, []store.SigningKey{keyRow("next", 0, 0)}},
		"it signs, two are to follow": {[]store.SigningKey{keyRow("x", -5, 10), keyRow("next", 10, 20), keyRow("last", 20, 0)}, []store.SigningKey{keyRow("next", 0, 20)}},
		"it is to follow":             {[]store.SigningKey{keyRow("old", -5, 10), keyRow("x", 10, 0)}, []store.SigningKey{keyRow("old", -5, 0)}},
		"it is between two":           {[]store.SigningKey{keyRow("old", -5, 10), keyRow("x", 10, 20), keyRow("last", 20, 0)}, []store.SigningKey{keyRow("old", -5, 20)}},
		"it has retired":              {[]store.SigningKey{keyRow("x", -20, -10), keyRow("now", -10, 0)}, nil},
		"one before has retired":      {[]store.SigningKey{keyRow("old", -20, -10), keyRow("x", -10, 0)}, []store.SigningKey{spare}},
		"another clock was ahead":     {[]store.SigningKey{keyRow("x", 30, 0)}, []store.SigningKey{spare}},
	} {
		got, err := remove(append(c.rows, foreign), "x", spare, epoch)
		if diff := cmp.Diff(store.SigningKeyChange{Drop: "x", Save: c.save}, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	if _, err := remove([]store.SigningKey{foreign}, "x", spare, epoch); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

func TestSigns(t *testing.T) {
	for name, c := range map[string]struct {
		rows []store.SigningKey
		want string
	}{
		"none":                        {nil, ""},
		"one":                         {[]store.SigningKey{keyRow("a", -5, 0)}, "a"},
		"the next waits":              {[]store.SigningKey{keyRow("a", -5, 1), keyRow("b", 1, 0)}, "a"},
		"the next signs":              {[]store.SigningKey{keyRow("a", -5, 0), keyRow("b", 0, 0)}, "b"},
		"made twice in one moment":    {[]store.SigningKey{keyRow("a", -9, -1), keyRow("c", -1, 0), keyRow("b", -1, -1)}, "c"},
		"a clock that was set back":   {[]store.SigningKey{keyRow("a", 60, 0)}, "a"},
		"and two keys":                {[]store.SigningKey{keyRow("a", 30, 60), keyRow("b", 60, 0)}, "a"},
		"one that retired, by itself": {[]store.SigningKey{keyRow("a", -5, -1)}, ""},
	} {
		got := signs(c.rows, "ES256", epoch)
		if (got == nil) != (c.want == "") || got != nil && got.ID != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDue(t *testing.T) {
	k := &Keys{KeysConfig: KeysConfig{Rotation: time.Hour}}
	for minutes, want := range map[int]bool{1: false, 49: false, 50: true, 90: true} {
		if k.due([]store.SigningKey{keyRow("a", -99, -minutes), keyRow("b", -minutes, 0)}, "ES256", epoch) != want {
			t.Errorf("after %d minutes", minutes)
		}
	}
	if !k.due([]store.SigningKey{keyRow("a", 0, 0)}, "RS256", epoch) {
		t.Error("an algorithm without a key")
	}
}
