package oauth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

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

// TestRevokedKeyEverywhere takes a key back on one replica while the other one is in use.
func TestRevokedKeyEverywhere(t *testing.T) {
	eachPair(t, func(t *testing.T, here, there *house) {
		token, kid := here.issued(t)
		there.verifies(t, "before, there", token)
		must(t, here.keys.Revoke(t.Context(), kid))
		end := time.Now().Add(time.Second)
		here.refuses(t, "at once, here", token)
		next, _ := here.issued(t)
		for there.passes(t, token) {
			if time.Now().After(end) {
				t.Fatal("not dead there after a second")
			}
			time.Sleep(time.Millisecond)
		}
		there.verifies(t, "a token of the new key, there", next)
	})
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
		agree("when each has rotated another algorithm", 2+2, 1) // its first key, and one that follows: it waited when the others came
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

// TestLateRead: a read that took its time does not bring back what a later one has replaced.
func TestLateRead(t *testing.T) {
	h := newHouse(t)
	now := h.keys.ring.Load()
	h.keys.turns.Store(now.turn - 1)
	must(t, h.keys.read(t.Context())) // as late as the one before
	if h.keys.ring.Load() != now {
		t.Error("the older one counts")
	}
	must(t, h.keys.read(t.Context()))
	if h.keys.ring.Load() == now {
		t.Error("the newer one does not count")
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
