package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers questions over UDP with what answers says: the addresses of a name at its n-th question for any,
// counted from 0.
func nameServer(t *testing.T, answers func(name string, n int) []string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		asked := map[string]int{}
		for buf := make([]byte, 1500); ; {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			var p dnsmessage.Parser
			h, err := p.Start(buf[:n])
			if err != nil {
				continue
			}
			q, err := p.Question()
			if err != nil {
				continue
			}
			name := strings.TrimSuffix(q.Name.String(), ".")
			times := asked[name]
			if q.Type == dnsmessage.TypeA { // every look-up asks for this one once
				asked[name]++
			} else if times > 0 {
				times--
			}
			_, _ = server.WriteTo(reply(h.ID, q, answers(name, times)), from)
		}
	}()
	address := server.LocalAddr().String()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", address)
	}}
}

func reply(id uint16, q dnsmessage.Question, addresses []string) []byte {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, Response: true, RecursionAvailable: true})
	h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0}
	_, _ = b.StartQuestions(), b.Question(q)
	_ = b.StartAnswers()
	for _, address := range addresses {
		switch a := netip.MustParseAddr(address); {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			_ = b.AResource(h, dnsmessage.AResource{A: a.As4()})
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			_ = b.AAAAResource(h, dnsmessage.AAAAResource{AAAA: a.As16()})
		}
	}
	m, _ := b.Finish()
	return m
}

// door counts who comes to a port of this machine.
func door(t *testing.T) (port string, visits *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	visits = new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			_ = c.Close()
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, visits
}

// A name leads to the public internet when it is checked, and to this machine when it is connected to. Whoever looks
// first and connects by the name then is deceived; we are not, since nothing counts but the connection.
func TestRebinding(t *testing.T) {
	port, visits := door(t)
	resolver := nameServer(t, func(_ string, n int) []string {
		if n == 0 {
			return []string{"93.184.215.14"}
		}
		return []string{"127.0.0.1"}
	})
	looked, err := resolver.LookupNetIP(t.Context(), "ip4", "rebind.example")
	if err != nil || len(looked) != 1 || !public(looked[0]) {
		t.Fatalf("the first look-up: %v, %v", looked, err)
	}
	deceived, err := (&net.Dialer{Resolver: resolver}).DialContext(t.Context(), "tcp", "rebind.example:"+port)
	if err != nil {
		t.Fatalf("the attack itself does not work: %v", err)
	}
	defer deceived.Close()
	if to := deceived.RemoteAddr().String(); to != "127.0.0.1:"+port {
		t.Fatalf("the attack leads to %s", to)
	}
	_, _ = io.ReadAll(deceived) // until the door has counted it
	visits.Store(0)
	for range 3 {
		for _, fetch := range []func(*Client) error{
			func(c *Client) error {
				_, err := c.JSON(t.Context(), "https://rebind.example:"+port+"/doc")
				return err
			},
			func(c *Client) error {
				_, err := c.Image(t.Context(), "https://rebind.example:"+port+"/logo")
				return err
			},
		} {
			for _, loopback := range []bool{false, true} { // development lets in names of this machine, not those of others
				if err := fetch(newClient(loopback, resolver)); !errors.Is(err, ErrRefused) {
					t.Errorf("loopback %v: %v", loopback, err)
				}
			}
		}
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("this machine was reached %d times", n)
	}
}

// The name has a public address and one of this machine at once: the first does not answer, and the second is not tried.
func TestMixedAnswers(t *testing.T) {
	port, visits := door(t)
	resolver := nameServer(t, func(string, int) []string { return []string{"127.0.0.1", "2606:4700::1"} })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if d, err := newClient(false, resolver).JSON(ctx, "https://mixed.example:"+port+"/doc"); err == nil {
		t.Errorf("fetched %s", d.Body)
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("this machine was reached %d times", n)
	}
}

// Every address that is not somebody's on the public internet, behind a name that says nothing.
func TestNamesThatLeadInside(t *testing.T) {
	port, visits := door(t)
	resolver := nameServer(t, func(name string, _ int) []string {
		var i int
		if _, err := fmt.Sscanf(name, "n%d.example", &i); err != nil {
			return nil
		}
		return []string{inside[i]}
	})
	c := newClient(false, resolver)
	for i, address := range inside {
		if strings.Contains(address, "%") { // a zone is nothing that DNS has
			continue
		}
		if _, err := c.JSON(t.Context(), fmt.Sprintf("https://n%d.example:%s/doc", i, port)); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := visits.Load(); n != 0 {
		t.Errorf("this machine was reached %d times", n)
	}
}

func TestDownOrNot(t *testing.T) {
	for status, down := range map[int]bool{200: false, 204: true, 304: true, 400: true, 403: true, 404: false, 410: false, 429: true, 500: true, 503: true} {
		url := here(t, answerStatus(status))
		_, err := New(true).JSON(t.Context(), url)
		if errors.Is(err, ErrDown) != down || (err == nil) != (status == 200) {
			t.Errorf("%d: %v", status, err)
		}
	}
	if _, err := New(true).JSON(t.Context(), "http://127.0.0.1:1/"); !errors.Is(err, ErrDown) {
		t.Errorf("nobody there: %v", err)
	}
}
