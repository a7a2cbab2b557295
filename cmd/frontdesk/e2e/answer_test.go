//go:build e2e

package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// answer is one HTTP answer, read to its end.
type answer struct {
	Status int
	Header http.Header
	Body   string
	URL    *url.URL // what was asked
}

// caller sends requests to a desk as a program does: no cookies unless it is a visitor's, no redirects
// followed, and every 5xx fails the test.
type caller struct {
	d    *desk
	http *http.Client
}

func (d *desk) caller() *caller {
	return &caller{d, &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       60 * time.Second,
	}}
}

// stranger is a caller with an empty cookie jar.
func (d *desk) stranger(t *testing.T) *caller {
	t.Helper()
	c := d.caller()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c.http.Jar = jar
	return c
}

// send does one request. The target is a path of the desk or a whole URL.
func (c *caller) send(t *testing.T, method, target, body string, header http.Header) *answer {
	t.Helper()
	a, err := c.try(method, target, body, header)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	if a.Status >= 500 && !c.d.failures {
		t.Errorf("%s %s: answered %d: %.300s", method, target, a.Status, a.Body)
	}
	return a
}

// try is send for callers that expect broken connections.
func (c *caller) try(method, target, body string, header http.Header) (*answer, error) {
	if strings.HasPrefix(target, "/") {
		target = c.d.URL + target
	}
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c.http.Jar != nil { // a browser, then
		req.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	}
	for key, values := range header {
		if key == "Host" {
			req.Host = values[0]
			continue
		}
		req.Header[key] = values
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	return &answer{res.StatusCode, res.Header, string(b), req.URL}, nil
}

func (c *caller) get(t *testing.T, target string) *answer {
	t.Helper()
	return c.send(t, http.MethodGet, target, "", nil)
}

// getJSON asks as mcp-remote's preflight does: no page, please.
func (c *caller) getJSON(t *testing.T, target string) *answer {
	t.Helper()
	return c.send(t, http.MethodGet, target, "", http.Header{"Accept": {"application/json"}})
}

func (c *caller) postForm(t *testing.T, target string, form url.Values, header http.Header) *answer {
	t.Helper()
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for key, values := range header {
		h[key] = values
	}
	return c.send(t, http.MethodPost, target, form.Encode(), h)
}

// location is where the answer sends the browser; nil if nowhere.
func (a *answer) location() *url.URL {
	raw := a.Header.Get("Location")
	if raw == "" {
		return nil
	}
	u, err := a.URL.Parse(raw)
	if err != nil {
		return &url.URL{Opaque: raw}
	}
	return u
}

// json reads an object; the test fails where a member is null or an empty string, which MCP SDKs refuse.
func (a *answer) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(a.Body), &m); err != nil {
		t.Fatalf("%s answered %d and no JSON object: %.300s", a.URL.Path, a.Status, a.Body)
	}
	if holes := hollow(m, ""); len(holes) > 0 {
		t.Errorf("%s: null or empty members %v in %s", a.URL.Path, holes, a.Body)
	}
	return m
}

// word is the error word of an OAuth answer, wherever it stands: JSON, or the redirect to the client.
func (a *answer) word() string {
	if u := a.location(); u != nil {
		return u.Query().Get("error")
	}
	var m struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal([]byte(a.Body), &m) // a page has no word
	return m.Error
}

// hollow lists the members of v that are null or "".
func hollow(v any, path string) []string {
	var holes []string
	switch v := v.(type) {
	case nil:
		return []string{path}
	case string:
		if v == "" {
			return []string{path}
		}
	case []any:
		for _, e := range v {
			holes = append(holes, hollow(e, path+"[]")...)
		}
	case map[string]any:
		for key, e := range v {
			holes = append(holes, hollow(e, path+"."+key)...)
		}
	}
	slices.Sort(holes)
	return holes
}

// form is url.Values from pairs of key and value.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}
