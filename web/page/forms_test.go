package page

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	inlined = regexp.MustCompile(`(?i)<style|<script[^>]*>[^<]|\s(style|on[a-z]+)=`)
	formTag = regexp.MustCompile(`(?s)<form ([^>]*)>(.*?)</form>`)
	control = regexp.MustCompile(`<(input|button) ([^>]*)>`)
	nameOf  = regexp.MustCompile(`(?:^| )name="([^"]*)"`)
	bare    = regexp.MustCompile(`=[^"\s]`)
)

// TestForms holds what scripts rely on: the first form is the one meant, its attributes stand in
// double quotes, and its inputs and buttons have the names that scripts know.
func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page  Page
		names []string
		words []string
	}{
		{SignIn{Action: "/a?b=1&c=2"}, []string{"identifier", "password"}, []string{"Email or username</label>", "Password</label>", ">Sign in</button>"}},
		{SignUp{Action: "/a?b=1&c=2"}, []string{"email", "username", "first_name", "last_name", "password"}, nil},
		{Consent{Action: "/a?b=1&c=2"}, []string{"token", "consent", "consent"}, []string{`value="deny" class="button">Deny<`, `value="allow" class="button primary">Allow<`}},
		{Consent{Action: "/a?b=1&c=2", Scopes: []Scope{{Field: "scope:email"}, {Title: "fixed"}}}, []string{"token", "scope:email", "consent", "consent"}, []string{`value="yes" checked>`}},
		{SignOut{Action: "/a?b=1&c=2"}, []string{"token"}, []string{">Sign out</button>", ">Stay</a>"}},
		{FormPost{Action: "https://c.example/a?b=1&c=2", Fields: []Field{{"code", "x"}, {"iss", "y"}}}, []string{"code", "iss"}, []string{">Continue</button>"}},
	} {
		form := formTag.FindStringSubmatch(draw(t, c.page).Body.String())
		if form == nil {
			t.Errorf("%T has no form", c.page)
			continue
		}
		if !strings.Contains(form[1], `method="post"`) || !strings.Contains(form[1], `/a?b=1&amp;c=2"`) {
			t.Errorf("%T: form is %s", c.page, form[1])
		}
		var names []string
		for _, tag := range control.FindAllStringSubmatch(form[2], -1) {
			if bare.MatchString(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag[2], `""`)) {
				t.Errorf("%T: unquoted attribute in %s", c.page, tag[0])
			}
			if m := nameOf.FindStringSubmatch(tag[2]); m != nil {
				names = append(names, m[1])
			}
		}
		if !slices.Equal(names, c.names) {
			t.Errorf("%T: inputs are %q, want %q", c.page, names, c.names)
		}
		for _, word := range c.words {
			if !strings.Contains(form[2], word) {
				t.Errorf("%T: form lacks %q", c.page, word)
			}
		}
	}
}

// TestOneFocus: a page puts the cursor in one place, and after a mistake that is the message.
func TestOneFocus(t *testing.T) {
	t.Parallel()
	for _, p := range full {
		body := draw(t, p).Body.String()
		if n := strings.Count(body, "autofocus"); n > 1 {
			t.Errorf("%T focuses %d places", p, n)
		}
		message := reflect.ValueOf(p).FieldByName("Message")
		if _, isError := p.(Error); message.IsValid() && message.String() != "" && !isError {
			if !regexp.MustCompile(`role="alert" tabindex="-1" autofocus>` + message.String()).MatchString(body) {
				t.Errorf("%+v does not focus its message", p)
			}
		}
	}
}

// TestNothingInline: the policy refuses inline style and script, so a page with either is broken.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	for _, p := range full {
		if found := inlined.FindString(draw(t, p).Body.String()); found != "" {
			t.Errorf("%T has %q inline", p, found)
		}
	}
}
