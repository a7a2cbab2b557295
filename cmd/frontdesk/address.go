package main

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress puts the address of the client into RemoteAddr, where rooms and the log read it, for
// requests that come through one of the operator's proxies. Every proxy writes down whom it got the request
// from at the end of X-Forwarded-For, so the list is read from there: the first address that is none of the
// proxies is the client's, and what stands before it is only what the client says.
func clientAddress(next http.Handler, proxies []netip.Prefix) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	trusted := func(a netip.Addr) bool {
		return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil && trusted(peer.Addr().WithZone("")) {
			hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for _, hop := range slices.Backward(hops) {
				a, err := netip.ParseAddr(strings.TrimSpace(hop))
				if err != nil {
					break
				}
				a = a.WithZone("").Unmap()
				r.RemoteAddr = net.JoinHostPort(a.String(), "0") // the port is not known
				if !trusted(a) {
					break
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}
