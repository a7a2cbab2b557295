package oauth

import (
	"math"
	"net/http"
	"strconv"

	"frontdesk/store"
)

// register answers the registration endpoint (RFC 7591 section 3.1).
func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	if !s.Registration {
		return errRegistrationOff
	}
	if ok, wait := s.registers.Allow(r.RemoteAddr); !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return errTooMany
	}
	asked, err := readRegistration(w, r)
	if err != nil {
		return err
	}
	c, secret, err := s.clientFor(asked)
	if err != nil {
		return err
	}
	if err := s.Store.CreateClient(r.Context(), c); err != nil {
		return err
	}
	writeJSON(w, http.StatusCreated, describe(c, secret))
	return nil
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

// newSecret gives a confidential client its secret; a public one gets "".
func newSecret(c *store.Client) string {
	if c.AuthMethod == "none" {
		return ""
	}
	secret := randomToken("fds_")
	c.SecretHash = hashSecret(secret)
	return secret
}
