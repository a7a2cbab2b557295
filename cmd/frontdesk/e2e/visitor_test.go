//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// fields is a page's first form as a browser without JavaScript sees it.
type fields struct {
	Action string
	Values url.Values          // what would be sent, buttons aside
	Labels map[string]string   // input name: its type
	Button map[string][]string // button name: its values
}

// firstForm finds a page's first form, the one meant; nil if the page has none.
func (a *answer) firstForm() *fields {
	doc, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		return nil
	}
	n := find(doc, "form")
	if n == nil {
		return nil
	}
	f := &fields{Action: a.URL.String(), Values: url.Values{}, Labels: map[string]string{}, Button: map[string][]string{}}
	if at := attr(n, "action"); at != "" {
		if u, err := a.URL.Parse(at); err == nil {
			f.Action = u.String()
		}
	}
	for in := range n.Descendants() {
		name := attr(in, "name")
		switch {
		case in.Type != html.ElementNode || name == "":
		case in.Data == "button" || in.Data == "input" && attr(in, "type") == "submit":
			f.Button[name] = append(f.Button[name], attr(in, "value"))
		case in.Data == "input":
			f.Values.Add(name, attr(in, "value"))
			f.Labels[name] = attr(in, "type")
		}
	}
	return f
}

func find(n *html.Node, tag string) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag {
			return d
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// browserly are the headers by which a browser says that a form of this very site was sent.
func (d *desk) browserly() http.Header {
	return http.Header{"Origin": {d.URL}, "Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"navigate"}}
}

// submit sends the page's first form with the given fields changed.
func (c *caller) submit(t *testing.T, page *answer, pairs ...string) *answer {
	t.Helper()
	f := page.firstForm()
	if f == nil {
		t.Fatalf("%s answered %d and no form: %.500s", page.URL, page.Status, page.Body)
	}
	for i := 0; i < len(pairs); i += 2 {
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return c.postForm(t, f.Action, f.Values, c.d.browserly())
}

// signIn opens a session; the caller must have a cookie jar.
func (c *caller) signIn(t *testing.T, p person) {
	t.Helper()
	a := c.submit(t, c.get(t, "/sign-in"), "identifier", p.Email, "password", p.Password)
	if a.Status != http.StatusSeeOther {
		t.Fatalf("sign-in as %s answered %d, want 303: %.500s", p.Email, a.Status, a.Body)
	}
	for _, cookie := range c.http.Jar.Cookies(a.URL) {
		c.d.secret("a session cookie", cookie.Value)
	}
}

// visit plays a person from an authorize URL to the address where the browser leaves the desk: signs in as
// p when asked, and answers the consent page with choice ("allow" or "deny").
func (c *caller) visit(t *testing.T, target string, p person, choice string) *url.URL {
	t.Helper()
	a := c.get(t, target)
	for range 10 {
		if to := a.location(); to != nil {
			if to.Scheme+"://"+to.Host != c.d.URL {
				c.d.secret("an authorization code", to.Query().Get("code"))
				return to
			}
			a = c.get(t, to.String())
			continue
		}
		f := a.firstForm()
		switch {
		case f == nil:
			t.Fatalf("%s answered %d, neither a form nor a way on: %.500s", a.URL, a.Status, a.Body)
		case f.Values.Has("identifier"):
			a = c.submit(t, a, "identifier", p.Email, "password", p.Password)
		case f.Button["consent"] != nil:
			a = c.submit(t, a, "consent", choice)
		default:
			t.Fatalf("%s shows a form that nobody knows: %v", a.URL, f.Values)
		}
	}
	t.Fatalf("%s leads in circles", target)
	return nil
}
