package outbound

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// How many fetches run at once, of all sites and of one: a site that answers slowly must not keep the others waiting.
const (
	parallel     = 64
	parallelSite = 4
)

// turns makes fetches wait for each other.
type turns struct {
	all chan struct{}

	mu    sync.Mutex
	sites map[string]*siteTurns // those that somebody fetches from
}

type siteTurns struct {
	turn chan struct{}
	n    int // who has a turn, or waits for one
}

func newTurns() *turns {
	return &turns{all: make(chan struct{}, parallel), sites: make(map[string]*siteTurns)}
}

// take waits for a turn to fetch from site until ctx ends. done gives it back.
func (t *turns) take(ctx context.Context, site string) (done func(), err error) {
	s := t.join(site)
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		t.leave(site)
		return nil, ctx.Err()
	}
	leave := func() { <-s.turn; t.leave(site) }
	select {
	case t.all <- struct{}{}:
		return func() { <-t.all; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

func (t *turns) join(site string) *siteTurns {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sites[site]
	if s == nil {
		s = &siteTurns{turn: make(chan struct{}, parallelSite)}
		t.sites[site] = s
	}
	s.n++
	return s
}

func (t *turns) leave(site string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sites[site].n--; t.sites[site].n == 0 {
		delete(t.sites, site)
	}
}

// siteOf is whose the address is, however it is spelled: names below one that somebody registered are that one's.
func siteOf(from *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(from.Hostname()), ".")
	if addr, err := netip.ParseAddr(host); err == nil && addr.Unmap().Is6() { // a /64 is one customer's
		network, _ := addr.WithZone("").Prefix(64)
		return network.String()
	}
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host
}
