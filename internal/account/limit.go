package account

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAddresses bounds what a Limiter remembers: networks, of which an IPv6 address counts for two. Beyond it the one that
// was quiet longest is forgotten.
const maxAddresses = 1 << 16

// Limiter lets every address do something so often, and no more. It is safe for concurrent use; the nil
// Limiter lets everything through.
type Limiter struct {
	every rate.Limit
	burst int
	now   func() time.Time

	mu     sync.Mutex
	recent *list.List // of *bucket, the last seen first
	byAddr map[netip.Prefix]*list.Element
}

type bucket struct {
	from netip.Prefix
	rate *rate.Limiter
}

// NewLimiter lets every address do something n times per a while: all at once or spread over it. With
// n = 0 there is no limit.
func NewLimiter(n int, per time.Duration, now func() time.Time) *Limiter {
	if n <= 0 {
		return nil
	}
	return &Limiter{
		every: rate.Every(per / time.Duration(n)), burst: n, now: now,
		recent: list.New(), byAddr: make(map[netip.Prefix]*list.Element),
	}
}

// Allow counts one more from an address: http.Request.RemoteAddr, or an IP address alone. When it says
// no, retryAfter is how long to wait, and nothing was counted.
func (l *Limiter) Allow(address string) (ok bool, retryAfter time.Duration) {
	if l == nil {
		return true, 0
	}
	from := networks(address)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	var counted [2]*rate.Reservation
	for i, n := range from {
		counted[i] = l.bucket(n).rate.ReserveN(now, 1)
		retryAfter = max(retryAfter, counted[i].DelayFrom(now))
	}
	if retryAfter > 0 {
		for i := range from {
			counted[i].CancelAt(now)
		}
	}
	return retryAfter == 0, retryAfter
}

// bucket finds or makes the bucket of a network. Callers hold mu.
func (l *Limiter) bucket(n network) *bucket {
	if e, ok := l.byAddr[n.prefix]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if l.recent.Len() >= maxAddresses {
		oldest := l.recent.Remove(l.recent.Back()).(*bucket)
		delete(l.byAddr, oldest.from)
	}
	b := &bucket{n.prefix, rate.NewLimiter(l.every*rate.Limit(n.times), l.burst*n.times)}
	l.byAddr[n.prefix] = l.recent.PushFront(b)
	return b
}

// network is what counts as one, and may do something so many times as often as a Limiter says.
type network struct {
	prefix netip.Prefix
	times  int
}

// largeNetwork is how many of its customers' shares a /48 has: whoever holds one could be 65,536 customers.
const largeNetwork = 8

// networks are those that an address counts for. An IPv4 address is one by itself; an IPv6 address counts for its /64, which
// is one customer's, and for its /48, the largest that customers get. What is no address at all counts as one, too.
func networks(address string) []network {
	var addr netip.Addr
	if ap, err := netip.ParseAddrPort(address); err == nil {
		addr = ap.Addr()
	} else if addr, err = netip.ParseAddr(address); err != nil {
		return []network{{netip.Prefix{}, 1}}
	}
	addr = addr.Unmap().WithZone("")
	within := func(bits int) netip.Prefix {
		prefix, _ := addr.Prefix(bits) // bits fit the family
		return prefix
	}
	if addr.Is4() {
		return []network{{within(32), 1}}
	}
	return []network{{within(64), 1}, {within(48), largeNetwork}}
}
