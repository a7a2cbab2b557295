package account

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAddresses bounds what a Limiter remembers. Beyond it the address that was quiet longest is forgotten.
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
// no, retryAfter is how long to wait. IPv6 addresses count by their /64, which is one customer's.
func (l *Limiter) Allow(address string) (ok bool, retryAfter time.Duration) {
	if l == nil {
		return true, 0
	}
	from := customer(address)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	reservation := l.bucket(from).rate.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait == 0, wait
}

// bucket finds or makes the bucket of an address. Callers hold mu.
func (l *Limiter) bucket(from netip.Prefix) *bucket {
	if e, ok := l.byAddr[from]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if l.recent.Len() >= maxAddresses {
		oldest := l.recent.Remove(l.recent.Back()).(*bucket)
		delete(l.byAddr, oldest.from)
	}
	b := &bucket{from, rate.NewLimiter(l.every, l.burst)}
	l.byAddr[from] = l.recent.PushFront(b)
	return b
}

// customer is what counts as one address. What is no address at all counts as one, too.
func customer(address string) netip.Prefix {
	var addr netip.Addr
	if ap, err := netip.ParseAddrPort(address); err == nil {
		addr = ap.Addr()
	} else if addr, err = netip.ParseAddr(address); err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits) // bits fit the family
	return prefix
}
