package page

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Site is what the operator calls this place. Templates show its name as
// {{template "site"}} and its logo as {{template "mark"}}.
type Site struct {
	Name    string // shown in titles and headings; empty: Frontdesk
	LogoURL string // https or http address, or a path on this server; empty: the bell
}

// Check tells what is wrong with the logo's address.
func (s Site) Check() error {
	_, _, err := s.settled()
	return err
}

// plainOrigin is an origin that may stand in a Content-Security-Policy as it is: that grammar has
// no quoting, so a host with ";" or "," in it would end the directive.
var plainOrigin = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(:[0-9]+)?$`)

// settled fills in the default name and returns the origin that the logo is loaded from, empty
// for our own.
func (s Site) settled() (site Site, origin string, err error) {
	s.Name = cmp.Or(clean(s.Name), "Frontdesk")
	if strings.Contains(s.LogoURL, `\`) { // which browsers take for "/"
		return s, "", fmt.Errorf("logo %q is not an address", s.LogoURL)
	}
	if s.LogoURL == "" || strings.HasPrefix(s.LogoURL, "/") && !strings.HasPrefix(s.LogoURL, "//") {
		return s, "", nil
	}
	u, err := url.Parse(s.LogoURL)
	if err != nil {
		return s, "", fmt.Errorf("logo %q is not an address: %w", s.LogoURL, err)
	}
	origin = u.Scheme + "://" + u.Host
	if !plainOrigin.MatchString(origin) {
		return s, "", fmt.Errorf("logo %q is neither an http(s) address nor a path on this server", s.LogoURL)
	}
	return s, origin, nil
}

// maxSlug is how long a name in a configuration file is, in bytes.
const maxSlug = 32

// Slug is the site's name as clients' configuration files want it: lower-case ASCII letters,
// digits and dashes. A long one ends with a whole word.
func (s Site) Slug() string {
	var b strings.Builder
	for _, r := range strings.ToLower(s.Name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String(), "-")
	if len(slug) > maxSlug {
		end := strings.LastIndexByte(slug[:maxSlug+1], '-')
		if end < 0 {
			end = maxSlug
		}
		slug = slug[:end]
	}
	return cmp.Or(slug, "frontdesk")
}
