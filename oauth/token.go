package oauth

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/ory/fosite"
)

// maxForm is far beyond any honest request.
const maxForm = 64 << 10

// token answers the token endpoint (RFC 6749 section 3.2).
func (s *Server) token(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	switch grant := form.Get("grant_type"); {
	case grant == "":
		return fosite.ErrInvalidRequest.WithHint("The parameter 'grant_type' is missing.")
	case !slices.Contains(grantTypeNames(), grant):
		return fosite.ErrUnsupportedGrantType
	}
	ctx := withExchange(r.Context())
	ar, err := s.provider.NewAccessRequest(ctx, r, new(session))
	if err != nil {
		return err
	}
	resp, err := s.provider.NewAccessResponse(ctx, ar)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, resp.ToMap())
	return nil
}

// readForm reads the form of a machine's POST: of the right type, of a decent size, nothing in the query, no
// parameter twice (RFC 6749 section 3.2).
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, fosite.ErrInvalidRequest.WithHint("The Content-Type must be application/x-www-form-urlencoded.")
	}
	if r.URL.RawQuery != "" {
		return nil, fosite.ErrInvalidRequest.WithHint("Parameters belong into the body, not into the URL.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, fosite.ErrInvalidRequest.WithHint("The body is not a form, or is too large.")
	}
	leaveOutEmpty(r.PostForm)
	return r.PostForm, once(r.PostForm)
}

// readAnswer reads the form of a browser's POST.
func readAnswer(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return toPerson(fosite.ErrInvalidRequest.WithHint("The form cannot be read, or is too large."))
	}
	return nil
}

// leaveOutEmpty takes parameters without a value as left out (RFC 6749 section 3.1).
func leaveOutEmpty(form url.Values) {
	maps.DeleteFunc(form, func(_ string, values []string) bool { return len(values) == 1 && values[0] == "" })
}

// once refuses parameters that come twice (RFC 6749 section 3.1).
func once(form url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		switch {
		case len(form[name]) < 2:
		case plainName.MatchString(name):
			return fosite.ErrInvalidRequest.WithHintf("The parameter %q comes more than once.", name)
		default:
			return fosite.ErrInvalidRequest.WithHint("A parameter comes more than once.")
		}
	}
	return nil
}

// plainName is a parameter's name that says nothing else to the person who reads it on our page.
var plainName = regexp.MustCompile(`^\w{1,40}$`)
