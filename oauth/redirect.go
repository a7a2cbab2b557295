package oauth

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// loopback are the hosts that mean this computer, each a host of its own (RFC 8252 section 7.3).
var loopback = []string{"localhost", "127.0.0.1", "[::1]"}

// refusedSchemes run code, read files or speak other protocols when a browser follows them.
var refusedSchemes = []string{
	"about", "blob", "chrome", "content", "data", "file", "filesystem", "ftp", "intent", "jar", "javascript",
	"mailto", "ms-msdt", "resource", "search-ms", "sms", "tel", "vbscript", "view-source", "ws", "wss",
}

const maxURI = 2048

// checkRedirect tells in a sentence why a client may not register raw (RFC 6749 section 3.1.2, RFC 8252
// section 7): https anywhere, http on this computer, or the app's own scheme.
func checkRedirect(raw string) error {
	u, err := absolute(raw)
	if err != nil {
		return err
	}
	switch scheme := u.Scheme; {
	case scheme == "https" && u.Host == "", scheme == "http" && u.Host == "":
		return fmt.Errorf("%s has no host", brief(raw))
	case scheme == "https":
		return nil
	case scheme == "http":
		if !isLoopback(raw) {
			return fmt.Errorf("%s uses http, which is allowed for localhost, 127.0.0.1 and [::1] only", brief(raw))
		}
	case slices.Contains(refusedSchemes, scheme):
		return fmt.Errorf("the scheme %s: is not allowed", scheme)
	case u.Opaque != "" || (u.Host == "" && u.Path == ""):
		return fmt.Errorf("%s names no place in the app", brief(raw))
	}
	return nil
}

// absolute parses a URI that is printable and has no fragment.
func absolute(raw string) (*url.URL, error) {
	if strings.Contains(raw, "#") {
		return nil, fmt.Errorf("%s has a fragment", brief(raw))
	}
	return printable(raw)
}

// printable parses a URI of printable ASCII without anything that parsers disagree about, and without a host that people
// would see in other letters than DNS does.
func printable(raw string) (*url.URL, error) {
	switch {
	case raw == "":
		return nil, fmt.Errorf("it is empty")
	case len(raw) > maxURI:
		return nil, fmt.Errorf("it is longer than %d characters", maxURI)
	case strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\\\"<>^`{|}*", r) }):
		return nil, fmt.Errorf("%s has a character that a URI cannot have here", brief(raw))
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme == "":
		return nil, fmt.Errorf("%s is not an absolute URI", brief(raw))
	case u.User != nil || strings.Contains(u.Host, "@"):
		return nil, fmt.Errorf("%s has user information", brief(raw))
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > '~' || r == '%' }): // net/url has decoded it
		return nil, fmt.Errorf("%s must have its host as DNS has it, with xn-- for other letters", brief(raw))
	case !plainPort(u.Host, u.Port()):
		return nil, fmt.Errorf("%s has a port that is none, or is not written plainly", brief(raw))
	case !strings.HasPrefix(raw, u.Scheme+":"): // the scheme in capitals
		return nil, fmt.Errorf("%s must have its scheme in lower case", brief(raw))
	}
	return u, nil
}

// plainPort refuses what only pads a host on the page: no digits behind the colon, zeros before them, more than there are ports.
func plainPort(host, port string) bool {
	if port == "" {
		return !strings.HasSuffix(host, ":")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && port[0] != '0'
}

// brief shows a hostile string in an error: quoted, short, and no sentence.
func brief(s string) string {
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return strings.ReplaceAll(strconv.QuoteToASCII(s), " ", `\x20`)
}

// allowedRedirect implements fosite's RedirectSecureChecker.
func allowedRedirect(_ context.Context, u *url.URL) bool { return checkRedirect(u.String()) == nil }

// matchRedirect tells whether a request may redirect to requested. Registered URIs match exactly (OAuth 2.1
// section 2.3.1); those on a loopback host match whatever the port is (RFC 8252 section 7.3).
func matchRedirect(requested string, registered []string) bool {
	if checkRedirect(requested) != nil {
		return false
	}
	if slices.Contains(registered, requested) {
		return true
	}
	host, rest, ok := splitLoopback(requested)
	return ok && slices.ContainsFunc(registered, func(uri string) bool {
		h, r, ok := splitLoopback(uri)
		return ok && h == host && r == rest
	})
}

// ours tells whether a redirect leads to this server, where no client is that registered itself: what the browser is sent
// with would pass for one of our own pages'.
func (s *Server) ours(uri string) bool { return webOrigin(uri) == s.origin }

// webOrigin is an origin as browsers compare them (RFC 6454 section 4): host names have no case, and every port a number.
func webOrigin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	port := u.Port()
	switch {
	case port == "" && u.Scheme == "https":
		port = "443"
	case port == "" && u.Scheme == "http":
		port = "80"
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// isLoopback tells whether uri is http on this computer.
func isLoopback(uri string) bool {
	_, _, ok := splitLoopback(uri)
	return ok
}

// isLocal tells whether the redirect stays on the person's computer, where any program may claim it.
func isLocal(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "https" {
		return true
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback() || ip.IsUnspecified()
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last == "localhost" || last != "" && last[0] <= '9' // a domain of numbers is an address to browsers, as 127.1 is
}

// splitLoopback splits http://HOST[:PORT]REST where HOST is a loopback host, letter by letter: no parser, no
// disagreement.
func splitLoopback(uri string) (host, rest string, ok bool) {
	after, ok := strings.CutPrefix(uri, "http://")
	if !ok {
		return "", "", false
	}
	for _, host := range loopback {
		rest, ok := strings.CutPrefix(after, host)
		if !ok {
			continue
		}
		if port, ok := strings.CutPrefix(rest, ":"); ok {
			end := strings.IndexFunc(port, func(r rune) bool { return r < '0' || r > '9' })
			if end < 0 {
				end = len(port)
			}
			if n, err := strconv.ParseUint(port[:end], 10, 16); err != nil || n == 0 {
				return "", "", false
			}
			rest = port[end:]
		}
		if rest == "" || rest[0] == '/' || rest[0] == '?' {
			return host, rest, true
		}
	}
	return "", "", false
}
