package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// inside is what is not somebody's on the public internet: this machine, its neighbours, clouds' metadata, nobody's.
var inside = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
	"172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
	"203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
	"::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
	"64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1",
	"fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1",
	"0.255.255.255", "10.255.255.255", "100.127.255.255", "127.0.0.2", "169.254.0.1", "169.254.170.2", "169.254.170.23", "172.20.0.1",
	"192.0.0.8", "192.31.196.1", "192.52.193.1", "192.175.48.1", "198.19.255.255", "239.255.255.255", "::2", "::ffff:0:127.0.0.1",
	"::ffff:192.168.0.1", "::ffff:100.100.100.200", "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2001:0:7f00:1::", "2001:20::1",
	"2002:a9fe:a9fe::", "fd20:ce::254", "fe80::a9fe:a9fe", "febf::1", "ff05::1:3",
}

func TestPublic(t *testing.T) {
	for _, address := range []string{"8.8.8.8", "93.184.215.14", "2606:4700::6810:84e5", "::ffff:8.8.8.8"} {
		if !public(netip.MustParseAddr(address)) {
			t.Errorf("%s is refused", address)
		}
	}
	for _, address := range inside {
		if public(netip.MustParseAddr(address)) {
			t.Errorf("%s is let through", address)
		}
	}
	if public(netip.Addr{}) {
		t.Error("no address is let through")
	}
}

// here is a server on this machine that answers what it is told.
func here(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func answerJSON(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

func answerStatus(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if status == http.StatusOK {
			_, _ = io.WriteString(w, "{}")
		}
	}
}

func TestLoopbackNeedsTheSetting(t *testing.T) {
	reached := false
	url := here(t, func(w http.ResponseWriter, r *http.Request) { reached = true; answerJSON("{}")(w, r) })
	port := url[strings.LastIndex(url, ":"):]
	for _, from := range []string{
		url, "https://127.0.0.1" + port, "https://localhost" + port, "https://[::1]" + port, "https://[::ffff:127.0.0.1]" + port,
		"https://127.1" + port, "https://2130706433" + port, "https://0x7f000001" + port, "https://0177.0.0.1" + port,
		"https://0.0.0.0" + port, "https://[::]" + port, "https://localhost." + port, "https://LOCALHOST" + port,
	} {
		if d, err := New(false).JSON(context.Background(), from+"/doc"); err == nil {
			t.Errorf("%s was fetched: %s", from, d.Body)
		}
	}
	if reached {
		t.Error("the server on this machine was reached")
	}
	if _, err := New(true).JSON(context.Background(), url); err != nil {
		t.Errorf("with the setting: %v", err)
	}
}

func TestRefusesOddAddresses(t *testing.T) {
	for _, from := range []string{
		"", "x", "http://example.com/doc", "ftp://example.com/doc", "file:///etc/passwd", "gopher://example.com/", "https:///doc",
		"https://user@example.com/doc", "https://user:pw@example.com/doc", "https://example.com/doc#part", "data:application/json,{}",
		"http://169.254.169.254/latest/meta-data", "http://127.0.0.1.example.com/", "//example.com/doc", "https://\x00/",
	} {
		for _, c := range []*Client{New(false), New(true)} {
			if _, err := c.JSON(context.Background(), from); !errors.Is(err, ErrRefused) {
				t.Errorf("%q: %v", from, err)
			}
		}
	}
}

func TestRefusesAnswers(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+"/else", http.StatusFound)
		},
		"status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"html": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "{}")
		},
		"no type": func(w http.ResponseWriter, _ *http.Request) { w.Header()["Content-Type"] = nil },
		"size":    answerJSON(strings.Repeat(" ", maxJSON+1)),
		"headers": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 32<<10))
			answerJSON("{}")(w, r)
		},
	} {
		if _, err := New(true).JSON(context.Background(), here(t, h)); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
	if d, err := New(true).JSON(context.Background(), here(t, answerJSON(strings.Repeat(" ", maxJSON)))); err != nil || len(d.Body) != maxJSON {
		t.Errorf("the largest document: %v", err)
	}
}

func TestSlowAnswersEnd(t *testing.T) {
	done := make(chan struct{})
	url := here(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.(http.Flusher).Flush()
		<-done
	})
	defer close(done)
	begun := time.Now()
	if _, err := New(true).JSON(context.Background(), url); err == nil || time.Since(begun) > 2*timeout {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
}

// TestLimits: the other tests count in these, so that what they are is said once more, in numbers.
func TestLimits(t *testing.T) {
	if timeout != 5*time.Second || maxJSON != 65536 || maxImage != 262144 {
		t.Errorf("%v, %d, %d bytes", timeout, maxJSON, maxImage)
	}
	c := New(false)
	if c.http.Timeout != timeout || c.http.Transport.(*http.Transport).Proxy != nil { // a proxy of the environment's would connect for us
		t.Errorf("%v, or a proxy", c.http.Timeout)
	}
}
