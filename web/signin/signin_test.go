package signin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/internal/account"
	"frontdesk/store"
	"frontdesk/web/page"
)

const (
	setup    = "setup-token"
	password = "correct-horse-battery-7"
)

type desk struct {
	*Server
	mux *http.ServeMux
}

func newDesk(t *testing.T, signUp string, perMinute int) *desk {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{DSN: filepath.Join(t.TempDir(), "frontdesk.db"), Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	pages, err := page.New(page.Site{Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{mux: http.NewServeMux(), Server: &Server{
		Store: db, Pages: pages, SignUp: signUp, SetupToken: setup, SetupUntil: time.Now().Add(SetupLasts), Now: time.Now,
		Accounts: account.New(account.Config{Store: db, SignInsPerMinute: perMinute}),
		Fail:     func(_ http.ResponseWriter, _ *http.Request, err error) { t.Error(err) },
	}}
	d.Mount(d.mux)
	return d
}

func (d *desk) send(method, to string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, to, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r)
	return w
}

func (d *desk) jane(t *testing.T) {
	t.Helper()
	_, err := d.Accounts.SignUp(t.Context(), account.NewUser{Email: "jane@example.com", Username: "jane", Password: password})
	if err != nil {
		t.Fatal(err)
	}
}

func credentials(identifier, password string) url.Values {
	return url.Values{"identifier": {identifier}, "password": {password}}
}

func TestSignIn(t *testing.T) {
	d := newDesk(t, "closed", 0)
	d.jane(t)
	for _, identifier := range []string{"jane", "jane@example.com", " JANE@Example.com "} {
		w := d.send("POST", "/sign-in?return_to=%2Foauth%2Fauthorize%3Fa%3Db%26c%3Dd", credentials(identifier, password))
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/oauth/authorize?a=b&c=d" || w.Header().Get("Set-Cookie") == "" {
			t.Errorf("%q: %d %v", identifier, w.Code, w.Header())
		}
	}
}

func TestWrongPasswordKeepsWhatWasTyped(t *testing.T) {
	d := newDesk(t, "closed", 0)
	d.jane(t)
	var said []string
	for _, c := range [][2]string{{"jane", "wrong-password"}, {"nobody", "wrong-password"}, {"jane", ""}, {"", ""}} {
		w := d.send("POST", "/sign-in", credentials(c[0], c[1]))
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%v: %d %v", c, w.Code, w.Header())
		}
		if !strings.Contains(body, `name="identifier" type="text" value="`+c[0]+`"`) || strings.Contains(body, "wrong-password") {
			t.Errorf("%v: the form does not keep the identifier alone: %s", c, body)
		}
		said = append(said, strings.ReplaceAll(body, `value="`+c[0]+`"`, `value=""`))
	}
	if said[0] != said[1] {
		t.Error("the page tells who has an account")
	}
}

func TestReturnToStaysHere(t *testing.T) {
	d := newDesk(t, "open", 0)
	d.jane(t)
	for _, to := range []string{
		"https://evil.example/", "//evil.example/", `/\evil.example/`, `\\evil.example`, "/%5cevil.example\\", "javascript:alert(1)", "evil.example",
		"/a\r\nSet-Cookie:x=y", "/\t/evil.example", "http:/evil.example", "///evil.example", "", "/a b", "/é",
	} {
		w := d.send("POST", "/sign-in?"+url.Values{"return_to": {to}}.Encode(), credentials("jane", password))
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != "/" {
			t.Errorf("%q leads to %q", to, got)
		}
		if body := d.send("GET", "/sign-in?"+url.Values{"return_to": {to}}.Encode(), nil).Body.String(); strings.Contains(body, "evil") {
			t.Errorf("%q is on the page", to)
		}
	}
}

func TestSignInsAreLimited(t *testing.T) {
	d := newDesk(t, "closed", 3)
	d.jane(t)
	for range 3 {
		d.send("POST", "/sign-in", credentials("jane", "wrong-password"))
	}
	w := d.send("POST", "/sign-in", credentials("jane", password))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestBannedAndLocked(t *testing.T) {
	d := newDesk(t, "closed", 0)
	d.jane(t)
	u, err := d.Accounts.Find(t.Context(), "jane")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		words string
		mark  func(context.Context, string) error
	}{{"locked", d.Store.Lock}, {"closed", d.Store.Ban}} { // in this order: a ban is told first
		words := c.words
		if err := c.mark(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
		w := d.send("POST", "/sign-in", credentials("jane", password))
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), words) {
			t.Errorf("%s: %d", words, w.Code)
		}
		w = d.send("POST", "/sign-in", credentials("jane", "wrong-password"))
		if strings.Contains(w.Body.String(), "account is "+words) {
			t.Errorf("%s: a stranger is told", words)
		}
		if err := d.Store.Unlock(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func newcomer(email string) url.Values {
	return url.Values{"email": {email}, "username": {""}, "first_name": {"Jo"}, "last_name": {""}, "password": {password}}
}

func TestFirstAdministrator(t *testing.T) {
	d := newDesk(t, "invite", 0)
	for _, to := range []string{"/sign-up", "/sign-up?setup=wrong", "/sign-up?setup="} {
		if w := d.send("POST", to, newcomer("eve@example.com")); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", to, w.Code)
		}
	}
	if w := d.send("GET", "/sign-up?setup="+setup, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `action="/sign-up?setup=`+setup) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := d.send("POST", "/sign-up?setup="+setup, newcomer("jo@example.com")); w.Code != http.StatusSeeOther || w.Header().Get("Set-Cookie") == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	u, err := d.Accounts.Find(t.Context(), "jo@example.com")
	if err != nil || !u.Admin || u.Primary().VerifiedAt.IsZero() {
		t.Errorf("%+v %v", u, err)
	}
	for _, method := range []string{"GET", "POST"} {
		if w := d.send(method, "/sign-up?setup="+setup, newcomer("eve@example.com")); w.Code != http.StatusForbidden {
			t.Errorf("the link works twice: %d", w.Code)
		}
	}
}

// TestSetupLinkIsOver: once somebody has tried it while there was an administrator, or a day later, the link makes none.
func TestSetupLinkIsOver(t *testing.T) {
	d := newDesk(t, "invite", 0)
	closed := func(why, heading string) {
		t.Helper()
		for _, method := range []string{"GET", "POST"} {
			w := d.send(method, "/sign-up?setup="+setup, newcomer("eve@example.com"))
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "<h1>"+heading) {
				t.Errorf("%s: %s answers %d %s", why, method, w.Code, w.Body)
			}
		}
	}
	u, err := d.Accounts.SignUp(t.Context(), account.NewUser{Email: "jo@example.com", Password: password, Admin: true})
	if err != nil {
		t.Fatal(err)
	}
	closed("there is one", "This link has been used")
	if err := d.Store.DeleteUser(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	closed("there was one", "This link has expired")

	d = newDesk(t, "invite", 0)
	d.Now = func() time.Time { return d.SetupUntil }
	closed("a day later", "This link has expired")
}

func TestOpenSignUp(t *testing.T) {
	d := newDesk(t, "open", 0)
	if w := d.send("POST", "/sign-up?return_to=%2Fx", newcomer("jo@example.com")); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/x" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	u, err := d.Accounts.Find(t.Context(), "jo@example.com")
	if err != nil || u.Admin || !u.Primary().VerifiedAt.IsZero() {
		t.Errorf("%+v %v", u, err)
	}
	w := d.send("POST", "/sign-up", newcomer("JO@example.com"))
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="JO@example.com"`) || strings.Contains(w.Body.String(), password) {
		t.Errorf("taken: %d %s", w.Code, w.Body)
	}
}

func TestClosedSignUp(t *testing.T) {
	for _, mode := range []string{"invite", "closed"} {
		if w := newDesk(t, mode, 0).send("POST", "/sign-up", newcomer("jo@example.com")); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", mode, w.Code)
		}
	}
}
