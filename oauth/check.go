package oauth

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ory/fosite"
)

// prompts is what prompt may say (OpenID Connect Core section 3.1.2.1).
var prompts = []string{"none", "login", "consent", "select_account"}

// unsupported are parameters that change what a request means, so that they cannot be ignored.
var unsupported = []struct {
	name string
	err  *fosite.RFC6749Error
}{
	{"request", fosite.ErrRequestNotSupported},
	{"request_uri", fosite.ErrRequestURINotSupported},
	{"registration", fosite.ErrRegistrationNotSupported},
}

var challenge = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`) // RFC 7636 section 4.2

const maxNonce = 512

// check holds the parameters to their rules, in the order in which a client's author would want to hear of
// them. It fills in resource, scopes, prompt, maxAge and hinted.
func (s *Server) check(ctx context.Context, a *authorization) error {
	if err := once(a.form); err != nil {
		return err
	}
	for _, u := range unsupported {
		if a.form.Get(u.name) != "" {
			return u.err
		}
	}
	switch kind := a.form.Get("response_type"); {
	case kind == "":
		return fosite.ErrInvalidRequest.WithHint("The parameter 'response_type' is missing.")
	case kind != "code":
		return fosite.ErrUnsupportedResponseType.WithHint("Only the response type 'code' exists here.")
	}
	if mode := a.form.Get("response_mode"); !slices.Contains([]string{"", "query", "form_post"}, mode) {
		return errUnsupportedResponseMode
	}
	// RFC 7636 section 4.4.1, and OAuth 2.1 section 7.5.1: S256 for everybody.
	if a.form.Get("code_challenge_method") != "S256" || !challenge.MatchString(a.form.Get("code_challenge")) {
		return fosite.ErrInvalidRequest.WithHint("PKCE is required: a code_challenge of 43 to 128 characters with code_challenge_method=S256.")
	}
	// A nonce is kept and goes into a JWT; a state, which only passes through, may be anything.
	if nonce := a.form.Get("nonce"); len(nonce) > maxNonce || !utf8.ValidString(nonce) || strings.ContainsRune(nonce, 0) {
		return fosite.ErrInvalidRequest.WithHint("The nonce is too long, or is not text.")
	}
	var ok bool
	if a.resource, ok = s.resource(a.form.Get("resource")); !ok {
		return errInvalidTarget
	}
	var err error
	if a.scopes, err = s.requestedScopes(a.form.Get("scope"), a.client); err != nil {
		return err
	}
	if err := s.readHint(ctx, a); err != nil {
		return err
	}
	return a.checkPrompt()
}

// checkPrompt reads prompt and max_age. Unknown prompts are left out, as if nobody had asked.
func (a *authorization) checkPrompt() error {
	asked := strings.Fields(a.form.Get("prompt"))
	for _, prompt := range asked {
		if slices.Contains(prompts, prompt) {
			a.prompt = append(a.prompt, prompt)
		}
	}
	if slices.Contains(asked, "none") && len(asked) > 1 {
		return fosite.ErrInvalidRequest.WithHint("The prompt 'none' stands alone.")
	}
	if raw := a.form.Get("max_age"); raw != "" {
		seconds, err := strconv.ParseUint(raw, 10, 31)
		if err != nil {
			return fosite.ErrInvalidRequest.WithHint("The parameter 'max_age' is not a number of seconds.")
		}
		a.maxAge = time.Duration(seconds) * time.Second
	}
	return nil
}
