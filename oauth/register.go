package oauth

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"frontdesk/internal/account"
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
		return unauthorized(w, token)
	}
	return nil
}

// countRegistration counts one more from the address of r, and tells it when to come again once it has too many.
func (s *Server) countRegistration(w http.ResponseWriter, r *http.Request) error {
	ok, wait := s.registers.allow(r)
	if ok {
		return nil
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return errTooMany
}

// registers counts registrations by address, and apart from the others those that pages bring: any page on the web can have
// its visitors' browsers register, and must not use up what the programs beside them need.
type registers struct{ programs, pages *account.Limiter }

func newRegisters(perHour int, now func() time.Time) registers {
	return registers{account.NewLimiter(perHour, time.Hour, now), account.NewLimiter(perHour, time.Hour, now)}
}

// allow counts one more, as account.Limiter does.
func (l registers) allow(r *http.Request) (ok bool, retryAfter time.Duration) {
	if fromPage(r) {
		return l.pages.Allow(r.RemoteAddr)
	}
	return l.programs.Allow(r.RemoteAddr)
}

// fromPage tells what a page of another site set off: its scripts bring their origin, its links and pictures no more than
// where they come from (Fetch Metadata, Sec-Fetch-Site).
func fromPage(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return r.Header.Get("Origin") != "" || site == "cross-site" || site == "same-site"
}

// unauthorized answers a wrong or outdated token, and with less in the challenge who has brought none (RFC 6750 section 3.1).
func unauthorized(w http.ResponseWriter, token string) error {
	challenge := `Bearer realm="client registration"`
	if token != "" {
		challenge += `, error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
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
