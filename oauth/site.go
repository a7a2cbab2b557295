package oauth

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"frontdesk/store"
)

// Site is the domain that somebody registered for the host of uri to be below it (github.io and the like count as
// registries), in the spelling of DNS. "": uri has none, since it leads to this computer, to an app or to a number.
func Site(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || isLocal(uri) {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if net.ParseIP(host) != nil {
		return ""
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return "" // a registry itself, or a name of one word
	}
	return site
}

// Home is whose a client is, as far as that is known: the site that describes it, or else the one that its redirects
// lead to. "": it runs on the person's own computer, or could.
func Home(c *store.Client) string {
	if origin := Origin(c); origin != "" {
		return origin
	}
	if len(c.RedirectURIs) == 0 || slices.ContainsFunc(c.RedirectURIs, isLocal) {
		return ""
	}
	u, err := url.Parse(c.RedirectURIs[0])
	if err != nil {
		return ""
	}
	return cmp.Or(Site(c.RedirectURIs[0]), u.Hostname())
}
