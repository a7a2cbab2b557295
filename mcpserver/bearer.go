package mcpserver

import (
	"errors"
	"net/http"
	"strings"

	"frontdesk/oauth"
)

// authenticate returns the verified token of r. Only the Authorization header counts (RFC 6750 section
// 2.1): a token in the query, a form or a cookie is as good as none.
func (s *Server) authenticate(r *http.Request) (*oauth.Token, error) {
	raw, err := bearer(r)
	if err != nil {
		return nil, err
	}
	token, err := s.Verify(r.Context(), raw, s.resource)
	if err != nil || token == nil {
		return nil, unverified(err)
	}
	return token, nil
}

// stillAlive checks the token of r again. A body may take its time to arrive, and what ended meanwhile must not speak.
func (s *Server) stillAlive(r *http.Request) error {
	if err := s.Alive(r.Context(), tokenOf(r.Context())); err != nil {
		return unverified(err)
	}
	return nil
}

// unverified answers what Verify and Alive say.
func unverified(err error) error {
	if errors.Is(err, oauth.ErrInvalidToken) {
		return &refusal{
			status: http.StatusUnauthorized, code: "invalid_token", challenge: true,
			description: "The access token is not valid here, has expired or was revoked.",
		}
	}
	return &refusal{
		status: http.StatusServiceUnavailable, code: "temporarily_unavailable", err: err,
		description: "The access token cannot be checked just now. Try again in a moment.",
	}
}

// bearer is the token that r carries.
func bearer(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	inQuery := r.URL.RawQuery != "" && r.URL.Query().Has("access_token")
	scheme, raw, _ := strings.Cut(strings.Join(values, ","), " ")
	raw = strings.Trim(raw, " ")
	switch {
	case len(values) == 0 || (len(values) == 1 && (!strings.EqualFold(scheme, "Bearer") || raw == "")):
		return "", errNoToken
	case len(values) > 1 || inQuery:
		return "", malformed("The access token must be sent once, in one Authorization header.") // RFC 6750 section 2
	case !isToken68(raw):
		return "", malformed("The Authorization header does not hold a bearer token.")
	}
	return raw, nil
}

// errNoToken answers a caller that has not tried yet: no error word then (RFC 6750 section 3.1).
var errNoToken = &refusal{
	status: http.StatusUnauthorized, challenge: true,
	description: "This server needs an access token. The WWW-Authenticate header says where to get one.",
}

func malformed(description string) error {
	return &refusal{status: http.StatusBadRequest, code: "invalid_request", challenge: true, description: description}
}

// isToken68 tells whether raw is a b64token (RFC 6750 section 2.1).
func isToken68(raw string) bool {
	body := strings.TrimRight(raw, "=")
	for i := range len(body) {
		c := body[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && !('0' <= c && c <= '9') && !strings.ContainsRune("-._~+/", rune(c)) {
			return false
		}
	}
	return body != ""
}
