package oauth

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"frontdesk/store"
)

// register answers the registration endpoint (RFC 7591 section 3.1).
func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	if !s.Registration {
		return errRegistrationOff
	}
	if err := s.admitRegistration(w, r); err != nil {
		return err
	}
	asked := new(registration)
	if err := readMetadata(w, r, asked); err != nil {
		return err
	}
	c, secret, err := s.clientFor(asked)
	if err != nil {
		return err
	}
	if err := s.unused.admit(r.Context(), s); err != nil {
		return err
	}
	token := newManageToken(c)
	if err := s.Store.CreateClient(r.Context(), c); err != nil {
		return err
	}
	writeJSON(w, http.StatusCreated, s.describe(c, secret, token))
	return nil
}

// admitRegistration counts the address, and asks for the initial access token, where the operator has set one (RFC 7591
// section 3).
func (s *Server) admitRegistration(w http.ResponseWriter, r *http.Request) error {
	if err := s.countRegistration(w, r); err != nil || s.InitialAccessToken == "" {
		return err
	}
	token, err := bearer(r)
	if err != nil || !secretMatches(token, hashSecret(s.InitialAccessToken)) {
		return unauthorized(w)
	}
	return nil
}

// countRegistration counts one more from the address of r, and tells it when to come again once it has too many.
func (s *Server) countRegistration(w http.ResponseWriter, r *http.Request) error {
	ok, wait := s.registers.Allow(r.RemoteAddr)
	if ok {
		return nil
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return errTooMany
}

// unauthorized answers a missing, wrong or outdated token alike (RFC 6750 section 3.1).
func unauthorized(w http.ResponseWriter) error {
	w.Header().Set("WWW-Authenticate", `Bearer realm="client registration", error="invalid_token"`)
	return errInvalidRegistrationToken
}

// clientFor makes the client that is asked for, with our defaults in what is left open, or says what is wrong
// (RFC 7591 section 3.2.2).
func (s *Server) clientFor(asked *registration) (*store.Client, string, error) {
	c, err := s.describedClient(asked)
	if err != nil {
		return nil, "", err
	}
	c.ID = store.NewID("client")
	return c, newSecret(c), nil
}

// newSecret gives a client that authenticates with one its secret; any other gets "".
func newSecret(c *store.Client) string {
	c.SecretHash = ""
	if !strings.HasPrefix(c.AuthMethod, "client_secret_") {
		return ""
	}
	secret := randomToken("fds_")
	c.SecretHash = hashSecret(secret)
	return secret
}
