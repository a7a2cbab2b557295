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
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// The most that a fetch takes.
const (
	timeout = 5 * time.Second
	limit   = 64 << 10 // bytes
)

// ErrRefused says that the address may not be fetched, wherever it leads.
var ErrRefused = errors.New("address refused")

// Client fetches documents. It is safe for concurrent use.
type Client struct {
	http     *http.Client
	loopback bool
}

// New makes a client. loopback also lets it fetch plain http from this machine, for development and tests
// only: with it, strangers reach what listens there.
func New(loopback bool) *Client {
	c := &Client{loopback: loopback}
	dialer := &net.Dialer{Timeout: timeout, Control: c.control}
	c.http = &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would connect where control cannot see it
			DialContext:            dialer.DialContext,
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

// control refuses a connection by the address that the look-up ended at. It is called for every connection,
// right before it is made.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if c.loopback && to.Addr().Unmap().IsLoopback() {
		return nil
	}
	if !Public(to.Addr()) {
		return fmt.Errorf("%w: it is not on the public internet", ErrRefused)
	}
	return nil
}

// Document is what a fetch brought.
type Document struct {
	Body   []byte // JSON, or claims to be
	Header http.Header
}

// JSON fetches a JSON document. Errors are for the log, and wrap ErrRefused where trying again is no use.
func (c *Client) JSON(ctx context.Context, from string) (*Document, error) {
	if err := c.check(from); err != nil {
		return nil, err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	q.Header.Set("Accept", "application/json")
	q.Header.Set("User-Agent", "Frontdesk")
	resp, err := c.http.Do(q)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch: the answer is %s", resp.Status)
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || (kind != "application/json" && !strings.HasSuffix(kind, "+json")) {
		return nil, fmt.Errorf("fetch: the answer is %q, not JSON", kind)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("fetch: %w", err)
	case len(body) > limit:
		return nil, fmt.Errorf("fetch: the answer is larger than %d bytes", limit)
	}
	return &Document{Body: body, Header: resp.Header}, nil
}

// check refuses what is not an https address of a document.
func (c *Client) check(from string) error {
	u, err := url.Parse(from)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case u.User != nil || u.Host == "" || u.Fragment != "":
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
	return host == "localhost" || err == nil && addr.IsLoopback()
}
