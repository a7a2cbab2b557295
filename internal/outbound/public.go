package outbound

import (
	"net/netip"
	"slices"
)

// global is the part of IPv6 that is routed at all; the rest is ours, the link's, or nobody's.
var global = netip.MustParsePrefix("2000::/3")

// reserved are the addresses that do not lead to somebody else's server on the internet: IANA's special-purpose
// registries for IPv4 and IPv6, and addresses at which clouds tell machines their secrets.
var reserved = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
	"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32",                                     // Azure's host
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // protocol assignments, Teredo, documentation, 6to4
)

func prefixes(list ...string) []netip.Prefix {
	made := make([]netip.Prefix, len(list))
	for i, p := range list {
		made[i] = netip.MustParsePrefix(p)
	}
	return made
}

// public tells whether addr is somebody's on the public internet. An IPv4 address inside an IPv6 one counts
// as what it is.
func public(addr netip.Addr) bool {
	addr = addr.WithZone("").Unmap()
	if addr.Is6() && !global.Contains(addr) {
		return false
	}
	return addr.IsValid() && !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(addr) })
}
