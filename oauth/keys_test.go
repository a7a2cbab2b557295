package oauth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/errgroup"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func decode[T any](t testing.TB, text []byte) (v T) {
	t.Helper()
	must(t, json.Unmarshal(text, &v))
	return v
}

// replica is a second server on the house's database.
func (h *house) replica(t *testing.T) *house {
	t.Helper()
	s, err := New(t.Context(), h.Config)
	must(t, err)
	other := *h
	other.Server, other.mux = s, http.NewServeMux()
	s.Mount(other.mux)
	return &other
}

func TestRevokedKey(t *testing.T) {
	h := newHouse(t)
	other := h.replica(t)
	token, first := h.issued(t)
	unseen, _ := h.issued(t)
	h.verifies(t, "before", token)
	other.verifies(t, "before, on another server", token)

	must(t, h.keys.Revoke(t.Context(), first))
	h.refuses(t, "a token that was seen", token)
	h.refuses(t, "a token that was not", unseen)
	if ids := h.published(t, "ES256"); len(ids) != 1 || ids[0] == first {
		t.Errorf("published are %v", ids)
	}
	next, second := h.issued(t)
	if second == first {
		t.Error("it signs on")
	}
	h.verifies(t, "after", next)

	h.clock.at = h.clock.at.Add(impatience + time.Millisecond)
	other.verifies(t, "a token of the new key, on another server", next)
	h.clock.at = h.clock.at.Add(KeysAgree)
	other.refuses(t, "a token that was seen, on another server", token)
	other.refuses(t, "a token that was not, on another server", unseen)
	if _, kid := other.issued(t); kid != second {
		t.Errorf("the other server signs with %s", kid)
	}
	if err := h.keys.Revoke(t.Context(), first); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
}

// TestRevokedKeyOnAnotherServer only waits: nobody there asks for another key in between.
func TestRevokedKeyOnAnotherServer(t *testing.T) {
	h := newHouse(t)
	other := h.replica(t)
	token, kid := h.issued(t)
	other.verifies(t, "before", token)
	must(t, h.keys.Revoke(t.Context(), kid))
	h.clock.at = h.clock.at.Add(KeysAgree + time.Millisecond)
	other.refuses(t, "after", token)
}

// TestReplicasAgree starts servers on one database at once, and has all of them find that it is time for new keys.
func TestReplicasAgree(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		clock := &clock{time.Now()}
		var replicas [4]*Keys
		var g errgroup.Group
		for i := range replicas {
			s := storetest.Open(t, store.Config{DSN: dsn, Now: clock.now})
			g.Go(func() (err error) {
				replicas[i], err = OpenKeys(t.Context(), KeysConfig{
					Store: s, MasterKey: make([]byte, 32), Rotation: 24 * time.Hour, Lifetime: time.Hour, Now: clock.now, Log: slog.New(slog.DiscardHandler),
				})
				if err == nil {
					_, err = replicas[i].signer(t.Context(), "ES256")
				}
				return err
			})
		}
		must(t, g.Wait())
		all := func(do func(context.Context, *Keys) error) {
			t.Helper()
			for _, k := range replicas {
				g.Go(func() error { return do(t.Context(), k) })
			}
			must(t, g.Wait())
		}
		agree := func(when string, published, signed int) {
			t.Helper()
			ids := map[string]bool{}
			for _, k := range replicas {
				r, err := k.noOlder(t.Context(), 0)
				must(t, err)
				key, err := k.signer(t.Context(), "ES256")
				must(t, err)
				ids[key.id] = true
				if len(r.keys) != published || !bytes.Equal(r.jwks.body, replicas[0].ring.Load().jwks.body) {
					t.Errorf("%s: %d keys are published", when, len(r.keys))
				}
			}
			if len(ids) != signed {
				t.Errorf("%s: %d keys sign", when, len(ids))
			}
		}
		clock.at = clock.at.Add(2 * KeysAgree)
		agree("at the start", 1, 1)
		clock.at = clock.at.Add(24 * time.Hour)
		all(func(ctx context.Context, k *Keys) error { return k.makeDue(ctx, "ES256") })
		clock.at = clock.at.Add(KeysAgree)
		agree("when the next is made", 2, 1)
		clock.at = clock.at.Add(overlap)
		agree("when the next signs", 2, 1)
		all(func(ctx context.Context, k *Keys) error { return k.Rotate(ctx, "EdDSA") })
		clock.at = clock.at.Add(overlap + KeysAgree)
		agree("when each has rotated another algorithm", 2+len(replicas), 1)
		rows, err := replicas[0].List(t.Context())
		must(t, err)
		newest := 0
		for _, key := range rows {
			if key.Algorithm == "EdDSA" && key.RetiredAt.IsZero() {
				newest++
			}
		}
		if newest != 1 {
			t.Errorf("%d keys are the newest", newest)
		}
	})
}

func TestIDTokenAlgorithms(t *testing.T) {
	for _, name := range append(Algorithms(), "") {
		h := newHouse(t)
		c := *h.public
		c.ID, c.IDTokenAlg = "", name
		must(t, h.Store.CreateClient(t.Context(), &c))
		must(t, h.Store.SaveConsent(t.Context(), &store.Consent{UserID: h.jane.ID, ClientID: c.ID, Resource: testResource, Scopes: h.DefaultScopes}))
		h.public = &c
		w := h.exchange(h.authorized(t, map[string][]string{"client_id": {c.ID}}).Get("code"))
		got := decode[struct {
			Access string `json:"access_token"`
			ID     string `json:"id_token"`
		}](t, w.Body.Bytes())
		h.verifies(t, "the access token beside "+name, got.Access)

		if name == "" {
			name = "ES256"
		}
		jws, err := jose.ParseSignedCompact(got.ID, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(name)})
		must(t, err)
		set := decode[jose.JSONWebKeySet](t, h.do(httptest.NewRequest("GET", "/.well-known/jwks.json", nil)).Body.Bytes())
		body, err := jws.Verify(set.Key(jws.Signatures[0].Protected.KeyID)[0])
		must(t, err)
		hash := map[string]int{"ES256": 16, "RS256": 16, "EdDSA": 32}[name] // half of SHA-256, half of SHA-512
		if sum, err := base64.RawURLEncoding.DecodeString(decode[idClaims](t, body).AccessTokenHash); err != nil || len(sum) != hash {
			t.Errorf("%s: at_hash is %x", name, sum)
		}
		h.refuses(t, "as an access token, the ID token with "+name, got.ID)
		if hint, err := h.idTokenHint(t.Context(), got.ID); err != nil || hint.Audience != c.ID {
			t.Errorf("%s: as a hint it is %+v, %v", name, hint, err)
		}
	}
}

// TestAccessTokensAreES256 has another key of ours sign what looks like an access token.
func TestAccessTokensAreES256(t *testing.T) {
	h := newHouse(t)
	token, _ := h.issued(t)
	claims, _, err := h.keys.verify(t.Context(), token, "at+jwt", jose.ES256)
	must(t, err)
	for _, name := range Algorithms() {
		key, err := h.keys.signer(t.Context(), name)
		must(t, err)
		jws, err := key.access.Sign(claims)
		must(t, err)
		raw, err := jws.CompactSerialize()
		must(t, err)
		if name == "ES256" {
			h.verifies(t, name, raw)
			continue
		}
		h.refuses(t, name, raw)
	}
}

func TestJWKS(t *testing.T) {
	h := newHouse(t)
	for _, name := range Algorithms() {
		_, err := h.keys.signer(t.Context(), name)
		must(t, err)
	}
	r := httptest.NewRequest("GET", "/.well-known/jwks.json", nil)
	w := h.do(r)
	set := decode[struct{ Keys []map[string]any }](t, w.Body.Bytes())
	if len(set.Keys) != len(algorithms) {
		t.Fatal(w.Body)
	}
	for i, key := range set.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if key[private] != nil {
				t.Errorf("%s is published with %s", key["kty"], private)
			}
		}
		if key["use"] != "sig" || key["alg"] != Algorithms()[i] || key["kid"] == "" {
			t.Errorf("%v", key)
		}
	}
	if w.Header().Get("Cache-Control") != "public, max-age=300" || overlap < 2*300*time.Second {
		t.Errorf("copies live for %s, keys wait for %s", w.Header().Get("Cache-Control"), overlap)
	}
	r.Header.Set("If-None-Match", `"other", `+w.Header().Get("ETag"))
	if again := h.do(r); again.Code != 304 || again.Body.Len() > 0 || again.Header().Get("ETag") == "" {
		t.Errorf("%d %s", again.Code, again.Body)
	}
	must(t, h.keys.Rotate(t.Context(), "ES256"))
	if again := h.do(r); again.Code != 200 {
		t.Errorf("after a change: %d", again.Code)
	}
}

func TestAnotherMasterKey(t *testing.T) {
	h := newHouse(t)
	h.MasterKey = bytes.Repeat([]byte{1}, 32)
	if _, err := New(t.Context(), h.Config); err == nil || !strings.Contains(err.Error(), "another master key") {
		t.Error(err)
	}
	h.MasterKey = h.MasterKey[:31]
	if _, err := New(t.Context(), h.Config); err == nil || !strings.Contains(err.Error(), "32 bytes") {
		t.Error(err)
	}
	h.MasterKey = make([]byte, 32)
	rows, err := h.Store.SigningKeys(t.Context())
	must(t, err)
	moved := rows[0] // a sealed key is good for its own id only
	moved.ID, moved.Algorithm = "moved", "EdDSA"
	must(t, h.Store.ChangeSigningKeys(t.Context(), func([]store.SigningKey) (store.SigningKeyChange, error) {
		return store.SigningKeyChange{Save: []store.SigningKey{moved}}, nil
	}))
	if _, err := New(t.Context(), h.Config); err == nil {
		t.Error("a sealed key went to another row")
	}
}

// TestKeysWithoutDatabase: nobody can tell, so nobody passes; the public keys are what they were.
func TestKeysWithoutDatabase(t *testing.T) {
	h := newHouse(t)
	token, _ := h.issued(t)
	h.verifies(t, "before", token)
	must(t, h.Store.Close())
	h.clock.at = h.clock.at.Add(KeysAgree + time.Millisecond)
	if _, err := h.Verify(t.Context(), token, testResource); err == nil || errors.Is(err, ErrInvalidToken) {
		t.Errorf("without a database: %v", err)
	}
	if _, err := h.verify(t.Context(), token); err == nil || errors.Is(err, ErrInvalidToken) {
		t.Errorf("a token that was seen: %v", err)
	}
	if _, err := h.accessToken(t.Context(), nil); err == nil {
		t.Error("a token was signed")
	}
	h.refuses(t, "garbage", "garbage")
	if len(h.published(t, "ES256")) != 1 {
		t.Error("no key is published")
	}
}

// TestStrangersKeys: ids that strangers make up do not make us read the database each time.
func TestStrangersKeys(t *testing.T) {
	h := newHouse(t)
	before := h.keys.turns.Load()
	for range 1000 {
		if _, err := h.keys.find(t.Context(), "made-up"); !errors.Is(err, ErrInvalidToken) {
			t.Fatal(err)
		}
		h.clock.at = h.clock.at.Add(time.Millisecond)
	}
	if n := h.keys.turns.Load() - before; n > 1000/50+1 {
		t.Errorf("%d reads in a second", n)
	}
}

// TestKeysWhileTheyChange reads and signs without pause while keys come and go.
func TestKeysWhileTheyChange(t *testing.T) {
	h := newHouse(t)
	h.keys.Now = time.Now
	stop := make(chan struct{})
	var g errgroup.Group
	for range 4 {
		g.Go(func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				if _, err := h.keys.signer(context.Background(), "ES256"); err != nil {
					return err
				}
				if _, err := h.keys.noOlder(context.Background(), 0); err != nil {
					return err
				}
			}
		})
	}
	for range 10 {
		must(t, h.keys.Rotate(t.Context(), "ES256"))
		must(t, h.keys.Revoke(t.Context(), h.keys.ring.Load().signing["ES256"].id))
	}
	close(stop)
	must(t, g.Wait())
}
