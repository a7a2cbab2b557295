//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// consent: nobody can answer the page for somebody else, and no answer counts twice.
func (y *yard) consent(t *testing.T) {
	y.forgedForms(t)
	y.foreignPosts(t)
	y.movedForms(t)
	y.names(t)
	y.loopbackWarning(t)
}

// ask draws a consent page in Alice's browser.
func (y *yard) ask(t *testing.T, a *app, pairs ...string) (*trip, *answer) {
	t.Helper()
	tr := a.trip(append([]string{"prompt", "consent"}, pairs...)...)
	page := y.hers.get(t, tr.path())
	if f := page.firstForm(); f == nil || f.Button["consent"] == nil {
		t.Fatalf("no consent page: %d %.300s", page.Status, page.Body)
	}
	return tr, page
}

// empty fails the test where the answer hands the client anything.
func (y *yard) empty(t *testing.T, name string, a *answer) {
	t.Helper()
	y.count(t, name, a)
	if to := a.location(); to != nil && to.Scheme+"://"+to.Host != y.d.URL || a.Status == http.StatusOK {
		t.Errorf("%s: answered %d, Location %q", name, a.Status, a.Header.Get("Location"))
	}
}

// forgedForms change one thing each of an honest answer.
func (y *yard) forgedForms(t *testing.T) {
	_, page := y.ask(t, y.web)
	f := page.firstForm()
	with := func(change func(url.Values)) url.Values {
		v := url.Values{}
		for key, values := range f.Values {
			v[key] = slices.Clone(values)
		}
		v.Set("consent", "allow")
		change(v)
		return v
	}
	same := func(url.Values) {}
	spoil := func(v url.Values) {
		for key := range f.Values {
			v.Set(key, "A"+v.Get(key))
		}
	}
	drop := func(v url.Values) {
		for key := range f.Values {
			v.Del(key)
		}
	}
	for _, row := range []struct {
		name string
		who  *caller
		form url.Values
	}{
		{"from a stranger", y.d.stranger(t), with(same)},
		{"from Bob's browser", y.his, with(same)},
		{"with a spoilt token", y.hers, with(spoil)},
		{"without a token", y.hers, with(drop)},
		{"with the token twice", y.hers, with(func(v url.Values) {
			for key := range f.Values {
				v.Add(key, v.Get(key))
			}
		})},
		{"saying maybe", y.hers, with(func(v url.Values) { v.Set("consent", "maybe") })},
		{"saying ALLOW", y.hers, with(func(v url.Values) { v.Set("consent", "ALLOW") })},
		{"saying both", y.hers, with(func(v url.Values) { v.Add("consent", "deny") })},
		{"saying nothing", y.hers, with(func(v url.Values) { v.Del("consent") })},
	} {
		y.empty(t, row.name, row.who.postForm(t, f.Action, row.form, y.d.browserly()))
	}
	inQuery := y.hers.get(t, f.Action+"&"+with(same).Encode())
	y.count(t, "in a link", inQuery)
	if to := inQuery.location(); to != nil && to.Query().Has("code") {
		t.Errorf("a link answers the consent page: %s", to)
	}
	y.onceOnly(t, page)
}

// onceOnly answers an honest page honestly, and then again.
func (y *yard) onceOnly(t *testing.T, page *answer) {
	ans := y.hers.submit(t, page, "consent", "allow")
	if to := ans.location(); to == nil || ans.Status != http.StatusSeeOther || len(to.Query().Get("code")) < 22 {
		t.Fatalf("the honest answer got %d %s: the forged ones show nothing", ans.Status, to)
	}
	twin := y.d.register(t, everyday(webRedirect)) // the same in everything but its id
	y.want(t, "a client of the same name", y.hers.get(t, twin.trip("prompt", "none").path()), "consent_required", 303)
	y.empty(t, "a second time", y.hers.submit(t, page, "consent", "allow"))
	y.empty(t, "and then no", y.hers.submit(t, page, "consent", "deny"))

	_, page = y.ask(t, y.web)
	her := y.d.stranger(t)
	her.signIn(t, y.alice)
	y.empty(t, "in another session of Alice", her.submit(t, page, "consent", "allow"))
}

// foreignPosts come from other sites' pages: other hosts, other ports of this one, no origin at all.
func (y *yard) foreignPosts(t *testing.T) {
	for _, header := range []http.Header{
		{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}},
		{"Origin": {"null"}, "Sec-Fetch-Site": {"cross-site"}},
		{"Origin": {"http://localhost:1"}, "Sec-Fetch-Site": {"same-site"}},
		{"Origin": {"http://127.0.0.1:1"}, "Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Origin": {"https://evil.example"}},
		{"Origin": {"http://localhost:1"}},
		{"Origin": {"null"}},
	} {
		name := fmt.Sprint(header)
		_, page := y.ask(t, y.web)
		f := page.firstForm()
		f.Values.Set("consent", "allow")
		ans := y.hers.postForm(t, f.Action, f.Values, header)
		y.want(t, "consent "+name, ans, "", http.StatusForbidden)
		creds := form("identifier", y.alice.Email, "password", y.alice.Password)
		ans = y.d.stranger(t).postForm(t, "/sign-in", creds, header)
		y.want(t, "sign-in "+name, ans, "", http.StatusForbidden)
		if len(ans.Header["Set-Cookie"]) > 0 {
			t.Errorf("%s: signed in", name)
		}
		y.want(t, "sign-up "+name, y.d.stranger(t).postForm(t, "/sign-up", form("email", "m@example.com", "password", "long enough 123"), header), "", http.StatusForbidden)
		y.want(t, "sign-out "+name, y.hers.postForm(t, "/sign-out", nil, header), "", http.StatusForbidden)
	}
	if to := y.hers.get(t, y.web.trip("prompt", "none").path()).location(); to == nil || !to.Query().Has("code") {
		t.Error("one of the foreign posts signed Alice out")
	}
}

// movedForms answer one question with the form of another.
func (y *yard) movedForms(t *testing.T) {
	for name, pairs := range map[string][]string{
		"another client":   {"client_id", y.post.ID},
		"more scopes":      {"scope", "openid profile email offline_access"},
		"another state":    {"state", "evil"},
		"another method":   {"response_mode", "form_post"},
		"another verifier": {"code_challenge", challenge(strings.Repeat("x", 43))},
	} {
		tr, page := y.ask(t, y.web, "scope", "openid")
		f := page.firstForm()
		action, err := url.Parse(f.Action)
		if err != nil {
			t.Fatal(err)
		}
		q := action.Query()
		maps.Copy(q, tr.Query)
		for i := 0; i < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		action.RawQuery = q.Encode()
		f.Values.Set("consent", "allow")
		y.empty(t, name, y.hers.postForm(t, action.String(), f.Values, y.d.browserly()))
	}
}

// names: what a client calls itself is text, without tricks, and nothing of it is loaded.
func (y *yard) names(t *testing.T) {
	for _, name := range []string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</title><script>alert(1)</script>", "{{.}}",
		"Cur\u202esor", "Cur\u200bsor", "Cur\u2066sor\u2069", "Cursor\x07", "\u200f\u061c", "Cur\ufeffsor", "a\nb", strings.Repeat("W", 300),
	} {
		body := everyday(webRedirect)
		body["client_name"] = name
		body["logo_uri"], body["client_uri"] = "https://evil.example/logo.png", "https://evil.example/"
		_, page := y.ask(t, y.d.register(t, body))
		y.count(t, name, page)
		for _, bad := range []string{"<script>alert", "onerror=alert(1)>", "\u202e", "\u200b", "\u2066", "\x07", "\u200f", "\ufeff", "evil.example/logo"} {
			if strings.Contains(page.Body, bad) {
				t.Errorf("client %q: the page holds %q", name, bad)
			}
		}
	}
	for _, member := range []string{"client_uri", "logo_uri", "policy_uri", "tos_uri"} {
		for _, link := range []string{"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:alert(1)", "java\tscript:alert(1)"} {
			body := everyday(webRedirect)
			body[member] = link
			ans := y.d.caller().postJSON(t, "/oauth/register", body)
			y.count(t, member+" "+link, ans)
			if ans.Status != http.StatusCreated {
				continue // refused is as good as not shown
			}
			_, page := y.ask(t, &app{caller: y.d.caller(), ID: ans.json(t)["client_id"].(string), Redirect: webRedirect})
			if strings.Contains(strings.ToLower(page.Body), "script:") || strings.Contains(page.Body, "data:text") {
				t.Errorf("%s %q is on the page", member, link)
			}
		}
	}
}

// loopbackWarning: whoever claims to be on this computer, or registered itself, is shown with a warning;
// trust that it gives itself is not believed.
func (y *yard) loopbackWarning(t *testing.T) {
	body := everyday(webRedirect)
	for _, flag := range []string{"verified", "trusted", "first_party", "skip_consent", "admin", "is_verified"} {
		body[flag] = true
	}
	boaster := y.d.register(t, body)
	for _, a := range []*app{y.native, y.web, boaster} {
		_, page := y.ask(t, a)
		y.count(t, "warning", page)
		for _, words := range []string{
			"Allow it only if you just started signing in", "Attacked", y.alice.Email, "See your profile", "See your email addresses",
		} {
			if !strings.Contains(page.Body, words) {
				t.Errorf("the consent page of %s does not say %q", a.Redirect, words)
			}
		}
	}
}
