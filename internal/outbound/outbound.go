// Package outbound fetches small documents from addresses that strangers name. Its one idea: the address
// that a connection really goes to is checked, after every look-up and nowhere else, so that no name, no
// spelling and no second answer of a DNS server reaches this machine or its neighbours. It does not know
// what the documents are for.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// timeout is for a whole fetch, with the wait for its turn.
const timeout = 5 * time.Second

var (
	// ErrRefused says that the address may not be fetched, wherever it leads.
	ErrRefused = errors.New("address refused")
	// ErrDown says that nothing is known about the document: its origin does not answer, or not with it. A fetch
	// may succeed later.
	ErrDown = errors.New("origin down")
)

// Client fetches documents. It is safe for concurrent use.
type Client struct {
	http     *http.Client
	loopback bool
	turns    *turns
}

// New makes a client. loopback also lets it fetch from this machine by the names it has for itself, over plain
// http too, for development and tests only: with it, strangers reach what listens there.
func New(loopback bool) *Client { return newClient(loopback, nil) }

// newClient is New with a resolver of the tests' own.
func newClient(loopback bool, resolver *net.Resolver) *Client {
	c := &Client{loopback: loopback, turns: newTurns()}
	outside := &net.Dialer{Timeout: timeout, Resolver: resolver, Control: onlyPublic}
	here := &net.Dialer{Timeout: timeout, Resolver: resolver, Control: onlyLoopback}
	c.http = &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: nil, // a proxy would connect where control cannot see it
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if host, _, err := net.SplitHostPort(address); loopback && err == nil && loopbackHost(host) {
					return here.DialContext(ctx, network, address)
				}
				return outside.DialContext(ctx, network, address)
			},
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			DisableCompression:     true, // a small answer stays small
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return fmt.Errorf("%w: it redirects", ErrRefused)
		},
	}
	return c
}

// onlyPublic refuses a connection by the address that the look-up ended at. It is called for every connection,
// right before it is made.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if !public(to.Addr()) {
		return fmt.Errorf("%w: it is not on the public internet", ErrRefused)
	}
	return nil
}

// onlyLoopback is for development: a name for this machine leads to this machine.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !to.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("%w: it is not this machine", ErrRefused)
	}
	return nil
}

// Check refuses what is not an https address of a document, before anything is fetched.
func (c *Client) Check(from string) error {
	u, err := url.Parse(from)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case u.User != nil || u.Host == "" || u.Hostname() == "" || u.Fragment != "":
		return fmt.Errorf("%w: it is not the plain address of a document", ErrRefused)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && c.loopback && loopbackHost(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%w: it is not https", ErrRefused)
}

func loopbackHost(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
