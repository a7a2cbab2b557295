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

// originOf is the scheme and host of a redirect URI.
func originOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	return u.Scheme + "://" + u.Host
}

// DocumentHost is the host that a client's document comes from, "" for a client without one.
func DocumentHost(c *store.Client) string {
	if u, err := url.Parse(c.ID); err == nil && c.Source == store.FromDocument {
		return u.Host
	}
	return ""
}

// Home is whose a client is to a person, as far as that is known: the site that describes it, or else the one that they
// agreed to be sent to (store.Connection.Sites). What it has registered since says nothing, unless an operator vouches for
// it. "": nobody can tell. local: it runs on the person's own computer, or could.
func Home(c *store.Client, agreed []string) (site string, local bool) {
	if host := DocumentHost(c); host != "" {
		return host, false
	}
	uris := agreed
	if len(uris) == 0 && c.Verified {
		uris = c.RedirectURIs
	}
	if slices.ContainsFunc(uris, isLocal) {
		return "", true
	}
	for _, uri := range uris {
		u, err := url.Parse(uri)
		if err != nil || site != "" && site != cmp.Or(Site(uri), u.Hostname()) {
			return "", false
		}
		site = cmp.Or(Site(uri), u.Hostname())
	}
	return site, false
}
