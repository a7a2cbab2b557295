package oauth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// talk is the state of one conversation: the browser and the last answer.
type talk struct {
	browser *http.Client
	at      string // where the last answer came from
	answer  *http.Response
	body    string

	introduction introduction // of the client that has a document or a key
}

type talkKey struct{}

func talkOf(ts *testscript.TestScript) *talk { return ts.Value(talkKey{}).(*talk) }

func newTalk() *talk {
	t := &talk{}
	t.newBrowser()
	return t
}

func (t *talk) newBrowser() {
	jar, _ := cookiejar.New(nil) // never fails
	t.browser = &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// request is the command that bears a method's name.
func request(method string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) { send(ts, method, args) }
}

func send(ts *testscript.TestScript, method string, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: %s PATH …", method)
	}
	t, to, headers, content := talkOf(ts), args[0], args[1:], ""
	if method == http.MethodPost || method == http.MethodPut && len(args) > 1 && strings.HasPrefix(args[1], "{") {
		if len(args) < 2 {
			ts.Fatalf("usage: POST PATH BODY …")
		}
		content, headers = args[1], args[2:]
	}
	if strings.HasPrefix(to, "/") {
		to = ts.Getenv("URL") + to
	}
	q, err := http.NewRequest(method, to, strings.NewReader(content))
	ts.Check(err)
	q.Header.Set("User-Agent", "conversation")
	if content != "" || method == http.MethodPost {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.HasPrefix(content, "{") || strings.HasPrefix(content, "[") {
			q.Header.Set("Content-Type", "application/json")
		}
	}
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok {
			ts.Fatalf("%q is not a header", h)
		}
		if value = strings.TrimSpace(value); name == "Host" {
			q.Host = value
		}
		q.Header[http.CanonicalHeaderKey(name)] = append(q.Header[http.CanonicalHeaderKey(name)], value)
		if name == "Content-Type" {
			q.Header.Set(name, value)
		}
	}
	t.answer, err = t.browser.Do(q)
	ts.Check(err)
	defer t.answer.Body.Close()
	b, err := io.ReadAll(t.answer.Body)
	ts.Check(err)
	t.body, t.at = string(b), to
	if t.answer.StatusCode >= 500 && t.answer.StatusCode != http.StatusServiceUnavailable {
		ts.Fatalf("%s %s: %s: %s", method, to, t.answer.Status, t.body)
	}
}

func follow(ts *testscript.TestScript, _ bool, _ []string) {
	to, err := talkOf(ts).answer.Location()
	ts.Check(err)
	send(ts, http.MethodGet, []string{to.String()})
}

var (
	formTag  = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`<input\b([^>]*)>`)
	attrPair = regexp.MustCompile(`([a-z_-]+)="([^"]*)"`)
)

func attrs(tag string) map[string]string {
	m := map[string]string{}
	for _, p := range attrPair.FindAllStringSubmatch(tag, -1) {
		m[p[1]] = html.UnescapeString(p[2])
	}
	return m
}

func answer(ts *testscript.TestScript, _ bool, args []string) {
	t := talkOf(ts)
	f := formTag.FindStringSubmatch(t.body)
	if f == nil {
		ts.Fatalf("%s has no form: %s", t.at, t.body)
	}
	v := url.Values{}
	for _, in := range inputTag.FindAllStringSubmatch(f[2], -1) {
		if a := attrs(in[1]); a["name"] != "" {
			v.Set(a["name"], a["value"])
		}
	}
	v = changed(v, args)
	at, err := url.Parse(t.at)
	ts.Check(err)
	to, err := at.Parse(attrs(f[1])["action"])
	ts.Check(err)
	send(ts, http.MethodPost, []string{to.String(), v.Encode()})
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	t := talkOf(ts)
	if got := strconv.Itoa(t.answer.StatusCode); slices.Contains(args, got) == neg {
		ts.Fatalf("status %s, Location %q: %s", got, t.answer.Header.Get("Location"), t.body)
	}
}

// expect is one thing of the answer: it is there, or not, or like a pattern.
func expect(ts *testscript.TestScript, neg bool, what, got string, there bool, pattern []string) {
	ok := there
	if there && len(pattern) > 0 {
		ok = regexp.MustCompile(strings.Join(pattern, " ")).MatchString(got)
	}
	if ok == neg {
		ts.Fatalf("%s is %q (there: %v), wanted %q: %s", what, got, there, pattern, talkOf(ts).body)
	}
}

func header(ts *testscript.TestScript, neg bool, args []string) {
	values := talkOf(ts).answer.Header.Values(args[0])
	expect(ts, neg, args[0], strings.Join(values, ", "), len(values) > 0, args[1:])
}

func body(ts *testscript.TestScript, neg bool, args []string) {
	expect(ts, neg, "the body", talkOf(ts).body, true, args)
}

func query(ts *testscript.TestScript, neg bool, args []string) {
	got, there := location(ts, args[0])
	expect(ts, neg, args[0], got, there, args[1:])
}

func location(ts *testscript.TestScript, name string) (string, bool) {
	u, err := url.Parse(talkOf(ts).answer.Header.Get("Location"))
	ts.Check(err)
	return u.Query().Get(name), u.Query().Has(name)
}

func member(ts *testscript.TestScript, neg bool, args []string) {
	got, there := at(ts, []byte(talkOf(ts).body), args[0])
	expect(ts, neg, args[0], got, there, args[1:])
}

// at reads a.b.0 of a JSON text: a string as it is, anything else as JSON.
func at(ts *testscript.TestScript, text []byte, path string) (string, bool) {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		ts.Fatalf("not JSON: %s", text)
	}
	for _, name := range strings.Split(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			var there bool
			if v, there = in[name]; !there {
				return "", false
			}
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(in) {
				return "", false
			}
			v = in[i]
		default:
			return "", false
		}
	}
	if s, ok := v.(string); ok {
		return s, true
	}
	b, err := json.Marshal(v)
	ts.Check(err)
	return string(b), true
}

func jwt(ts *testscript.TestScript, neg bool, args []string) {
	parts := strings.Split(ts.Getenv(args[0]), ".")
	if len(parts) != 3 {
		ts.Fatalf("$%s is no JWT: %q", args[0], ts.Getenv(args[0]))
	}
	part := parts[1]
	if args[1] == "header" {
		part = parts[0]
	}
	b, err := base64.RawURLEncoding.DecodeString(part)
	ts.Check(err)
	got, there := at(ts, b, args[2])
	expect(ts, neg, fmt.Sprint(args[1:3]), got, there, args[3:])
}

func set(ts *testscript.TestScript, _ bool, args []string) {
	t, got, there := talkOf(ts), "", false
	switch what := args[2]; args[1] {
	case "json":
		got, there = at(ts, []byte(t.body), what)
	case "query":
		got, there = location(ts, what)
	case "header":
		got, there = t.answer.Header.Get(what), true
	case "body":
		if m := regexp.MustCompile(what).FindStringSubmatch(t.body); m != nil {
			got, there = html.UnescapeString(m[1]), true
		}
	}
	if !there {
		ts.Fatalf("no %s %s: %s", args[1], args[2], t.body)
	}
	ts.Setenv(args[0], got)
}
