//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSignInFlood: one address tries so many passwords a minute and is then told when to come again, whatever
// address it claims to be.
func TestSignInFlood(t *testing.T) {
	d := start(t, "FRONTDESK_SIGN_INS_PER_MINUTE=4")
	p := d.user(t)
	for i := range 8 {
		header := d.browserly()
		header["X-Forwarded-For"] = []string{"192.0.2." + strconv.Itoa(i)}
		header["X-Real-Ip"] = header["X-Forwarded-For"]
		ans := d.caller().postForm(t, "/sign-in", form("identifier", p.Email, "password", "guess-"+strconv.Itoa(i)), header)
		switch seconds, err := strconv.Atoi(ans.Header.Get("Retry-After")); {
		case i < 4 && ans.Status == http.StatusUnprocessableEntity:
		case i >= 4 && ans.Status == http.StatusTooManyRequests && err == nil && seconds > 0 && seconds <= 60:
		default:
			t.Errorf("try %d answered %d, Retry-After %q", i+1, ans.Status, ans.Header.Get("Retry-After"))
		}
	}
	ans := d.caller().postForm(t, "/sign-in", form("identifier", p.Email, "password", p.Password), d.browserly())
	if ans.Status != http.StatusTooManyRequests {
		t.Errorf("the right password after too many tries answered %d", ans.Status)
	}
}

// TestAccessTokenLifetime: an access token is over when it says so, and a refresh brings a new one.
func TestAccessTokenLifetime(t *testing.T) {
	t.Parallel()
	d := start(t, "FRONTDESK_ACCESS_TOKEN_LIFETIME=1m")
	p := d.user(t)
	a := d.register(t, everyday(webRedirect))
	tk := a.signedIn(t, d.stranger(t), p)
	got := time.Now()
	if tk.Seconds < 50 || tk.Seconds > 60 {
		t.Errorf("expires_in is %d", tk.Seconds)
	}
	a.alive(t, "at once", tk.Access)
	<-time.After(time.Until(got.Add(time.Minute)))
	a.dead(t, "after its lifetime", tk.Access)
	a.alive(t, "after a refresh", a.tokens(t, a.token(t, renewal(tk.Refresh))).Access)
}

// TestLoopback: clients that try IPv6 first find the server as those that do not.
func TestLoopback(t *testing.T) {
	d := start(t)
	u, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		if a := d.caller().get(t, "http://"+host+":"+u.Port()+"/healthz"); a.Status != 200 {
			t.Errorf("%s answered %d", host, a.Status)
		}
		a := d.caller().get(t, "http://"+host+":"+u.Port()+"/mcp")
		if c := a.Header.Get("WWW-Authenticate"); a.Status != 401 || !strings.Contains(c, d.URL+"/.well-known/") {
			t.Errorf("%s: /mcp answered %d %q", host, a.Status, c)
		}
	}
}
