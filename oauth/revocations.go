package oauth

import (
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"frontdesk/store"
)

// revocations is what this process knows about dead tokens without asking: the grants, users and clients that
// something was revoked of. It never says that a token is dead, only that nothing was said against it; on all others
// the database decides. So it may be mistaken in one direction, and keeps no more of an id than a hash.
type revocations struct {
	lifetime time.Duration // of an access token
	now      func() time.Time
	log      *slog.Logger
	seed     maphash.Seed

	mu     sync.RWMutex
	doubts map[uint64]int64 // from the hash of an id: when, in Unix milliseconds
	since  time.Time        // what was revoked before may be missing
	heard  time.Time        // what was revoked before is known; zero: nothing is
	swept  time.Time
	lost   bool
}

func newRevocations(c Config) *revocations {
	return &revocations{
		lifetime: c.AccessTokenLifetime, now: c.Now, log: c.Log,
		seed: maphash.MakeSeed(), doubts: make(map[uint64]int64),
	}
}

// Follow begins to keep in memory what is revoked, fed by the store until that is closed. Before, and whenever the
// feed falls behind, Verify asks the database about every token.
func (s *Server) Follow() { s.Store.Follow(s.revocations) }

// vouch tells that nothing was said against the token, as far as anybody knew store.Fresh ago, and this process knows
// now. A token from before what is remembered is not vouched for, nor one that will outlast it: from a clock that was ahead.
func (r *revocations) vouch(t *Token) bool {
	now := r.now()
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.fresh(now) && !t.IssuedAt.Before(r.since.Add(store.Slack)) && !t.IssuedAt.After(now.Add(store.Slack)) &&
		!r.doubted(t.GrantID) && !r.doubted(t.UserID) && !r.doubted(t.ClientID)
}

// fresh goes by the wall clock too: the other one stands still while the machine sleeps.
func (r *revocations) fresh(now time.Time) bool {
	return now.Sub(r.heard) < store.Fresh && now.Round(0).Sub(r.heard.Round(0)) < store.Fresh
}

func (r *revocations) doubted(id string) bool {
	_, there := r.doubts[r.hash(id)]
	return there
}

func (r *revocations) hash(id string) uint64 { return maphash.String(r.seed, id) }

// Doubt implements store.Follower.
func (r *revocations) Doubt(id string) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(id, now)
}

func (r *revocations) add(id string, at time.Time) {
	h := r.hash(id)
	r.doubts[h] = max(r.doubts[h], at.UnixMilli())
}

// Hear implements store.Follower. What was known stays known, whatever the database says after it was lost: it may
// have been restored from a copy.
func (r *revocations) Hear(n store.News) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range n.Revoked {
		r.add(one.ID, one.At)
	}
	if n.Since.After(r.since) {
		r.since = n.Since
	}
	if n.Now.Sub(r.swept).Abs() >= time.Minute {
		r.sweep(n.Now)
	}
	r.heard = n.Began
	if r.lost {
		r.log.Info("revocations are followed again")
	}
	r.lost = false
}

// sweep forgets what no token outlives.
func (r *revocations) sweep(now time.Time) {
	r.swept = now
	if end := now.Add(-r.lifetime - store.Slack); end.After(r.since) {
		r.since = end
	}
	for h, at := range r.doubts {
		if at < r.since.UnixMilli() {
			delete(r.doubts, h)
		}
	}
}

// Lose implements store.Follower.
func (r *revocations) Lose(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = time.Time{}
	if !r.lost {
		r.log.Warn("revocations are not followed: every token is asked about", "err", err)
	}
	r.lost = true
}
