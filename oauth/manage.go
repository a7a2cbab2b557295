package oauth

import (
	"encoding/json"
	"errors"
	"net/http"

	"frontdesk/store"
)

// newManageToken gives a client that registers itself the token by which it may change that (RFC 7592 section 3).
func newManageToken(c *store.Client) string {
	token := randomToken("fdm_")
	c.RegistrationHash = hashSecret(token)
	return token
}

// managed finds the client whose registration the request is about. Without the right token nobody learns whether
// there is one (RFC 7592 section 2.1).
func (s *Server) managed(w http.ResponseWriter, r *http.Request) (*store.Client, string, error) {
	token, err := bearer(r)
	if err != nil {
		return nil, "", unauthorized(w, token)
	}
	c, err := s.Store.Client(r.Context(), r.PathValue("client_id"))
	if errors.Is(err, store.ErrNotFound) {
		c, err = &store.Client{}, nil
	}
	switch {
	case err != nil:
		return nil, "", err
	case !secretMatches(token, c.RegistrationHash):
		return nil, "", unauthorized(w, token)
	case c.Blocked:
		return nil, "", errBlockedClient
	}
	return c, token, nil
}

// readClient answers with a client's registration (RFC 7592 section 2.1). Its secret is shown once only, when it is made.
func (s *Server) readClient(w http.ResponseWriter, r *http.Request) error {
	c, token, err := s.managed(w, r)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, s.describe(c, "", token))
	return nil
}

// registrationUpdate is what a client may send to have its registration replaced. The named members are not its to set.
type registrationUpdate struct {
	registration
	Token     json.RawMessage `json:"registration_access_token"`
	URI       json.RawMessage `json:"registration_client_uri"`
	IssuedAt  json.RawMessage `json:"client_id_issued_at"`
	ExpiresAt json.RawMessage `json:"client_secret_expires_at"`
}

// check holds what is said of the client itself against what it is.
func (u *registrationUpdate) check(before *store.Client) error {
	switch {
	case u.ClientID != before.ID:
		return errInvalidClientMetadata.WithHint("The member 'client_id' must be the client's own.")
	case u.Token != nil || u.URI != nil || u.IssuedAt != nil || u.ExpiresAt != nil:
		return errInvalidClientMetadata.WithHint("The members 'registration_access_token', 'registration_client_uri', " +
			"'client_id_issued_at' and 'client_secret_expires_at' are not the client's to set.")
	case u.ClientSecret != "" && !secretMatches(u.ClientSecret, before.SecretHash):
		return errInvalidClientMetadata.WithHint("The member 'client_secret' is not the client's secret.")
	}
	return nil
}

// updateClient replaces a client's registration: what is left out goes back to its default (RFC 7592 section 2.2). The
// answer has another token, and the one that came is over.
func (s *Server) updateClient(w http.ResponseWriter, r *http.Request) error {
	before, held, err := s.managed(w, r)
	if err != nil {
		return err
	}
	if err := s.countRegistration(w, r); err != nil {
		return err
	}
	asked := new(registrationUpdate)
	if err := readMetadata(w, r, asked); err != nil {
		return err
	}
	if err := asked.check(before); err != nil {
		return err
	}
	c, err := s.describedClient(&asked.registration)
	if err != nil {
		return err
	}
	c.ID, c.CreatedAt = before.ID, before.CreatedAt
	secret, token := newSecret(c), newManageToken(c)
	if before.SecretHash != "" {
		secret = "" // UpdateClient lets it keep the one that it has
	}
	if err := s.Store.UpdateClient(r.Context(), c, hashSecret(held)); errors.Is(err, store.ErrNotFound) {
		return unauthorized(w, held) // another update, or the end of the client, was first
	} else if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, s.describe(c, secret, token))
	return nil
}

// deleteClient ends a client and every token of it (RFC 7592 section 2.3).
func (s *Server) deleteClient(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.managed(w, r)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteClient(r.Context(), c.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
