package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/store"
)

// A document is believed for as long as its headers say, within these bounds, and the stale copy while its origin is
// down.
const (
	minFresh = time.Minute
	maxFresh = 24 * time.Hour
	maxStale = 7 * 24 * time.Hour
)

// document members that RFC 7591 does not have, or that a document may not have.
type clientDocument struct {
	registration
	AuthMethods   []string        `json:"token_endpoint_auth_methods_supported"` // as ChatGPT's document has them
	Secret        json.RawMessage `json:"client_secret"`
	SecretExpires json.RawMessage `json:"client_secret_expires_at"`
}

// client finds the client that a request names: one that is registered, or one that its id, a URL, describes
// (draft-ietf-oauth-client-id-metadata-document). store.ErrNotFound: there is none, or it is blocked.
func (s *Server) client(ctx context.Context, r *http.Request, id string) (*store.Client, error) {
	c, err := s.Store.Client(ctx, id)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	case err == nil && c.Blocked:
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, errBlockedClient)
	case !isDocument(id):
		return c, err
	case !s.Documents:
		return nil, store.ErrNotFound
	case err != nil:
		c = nil
	}
	if c != nil && !usable(c) && s.Now().Before(c.FreshUntil) {
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, troubled(c.Trouble)) // it was just asked for
	}
	if c == nil || !usable(c) || !s.Now().Before(c.FreshUntil) {
		if c, err = s.askDocument(ctx, r, id, c); err != nil {
			return nil, err
		}
	}
	switch {
	case c.Blocked: // while it was fetched
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, errBlockedClient)
	case s.OnlyAllowedDocuments && !c.Verified:
		return nil, errNotAllowed
	}
	return c, nil
}

// isDocument tells a document's URL from an id of ours.
func isDocument(id string) bool {
	return strings.HasPrefix(id, "https://") || strings.HasPrefix(id, "http://")
}

// usable tells whether what we have of a document is a client, and not only what an operator decided about it.
func usable(c *store.Client) bool { return len(c.RedirectURIs) > 0 }

// askDocument fetches the document at id, once for all who ask at the same time. One that nobody has fetched counts as a
// registration, so that strangers can neither flood us nor have us flood others; one that an operator vouches for does not.
func (s *Server) askDocument(ctx context.Context, r *http.Request, id string, known *store.Client) (*store.Client, error) {
	if known == nil || !usable(known) && !known.Verified {
		if ok, _ := s.registers.allow(r); !ok {
			return nil, errTooMany
		}
	}
	if known == nil {
		if err := s.unused.admit(ctx, s); err != nil {
			return nil, err
		}
	}
	fetched, err, _ := s.fetching.Do(id, func() (any, error) { return s.fetchDocument(context.WithoutCancel(ctx), r, id, known) })
	if err != nil {
		return nil, err
	}
	return fetched.(*store.Client), nil
}

// fetchDocument reads and saves the document at id.
func (s *Server) fetchDocument(ctx context.Context, r *http.Request, id string, stale *store.Client) (*store.Client, error) {
	c, err := s.readDocument(ctx, id)
	if err != nil {
		s.Log.WarnContext(ctx, "client document not taken", "request", r.Header.Get("X-Request-Id"), "client", id, "err", reason(err))
		if stale != nil {
			return s.staleDocument(ctx, stale, err)
		}
		return nil, s.refusedDocument(ctx, id, err)
	}
	if err := s.Store.SaveDocument(ctx, c); err != nil {
		return nil, err
	}
	return s.Store.Client(ctx, id)
}

// readDocument fetches and checks a document (CIMD draft sections 4 and 4.1).
func (s *Server) readDocument(ctx context.Context, id string) (*store.Client, error) {
	if err := checkDocumentURL(id); err != nil {
		return nil, err
	}
	got, err := s.Outbound.JSON(ctx, id)
	if err != nil {
		return nil, err
	}
	c, err := s.parseDocument(id, got.Body)
	if err != nil {
		return nil, err
	}
	c.FetchedAt = s.Now()
	c.FreshUntil = c.FetchedAt.Add(freshness(got.Header, c.FetchedAt))
	return c, nil
}

// parseDocument reads the document that was at id. Its errors are for the maker of the document; those of fetching it are not.
func (s *Server) parseDocument(id string, body []byte) (*store.Client, error) {
	var d clientDocument
	if tooDeep(body) || !utf8.Valid(body) {
		return nil, errInvalidClientMetadata.WithHint("The document is no text, or nests too deep.")
	}
	if err := unmarshalExactly(body, &d); err != nil {
		return nil, errInvalidClientMetadata.WithHint("The document is not JSON, or a member of it has the wrong type.")
	}
	switch {
	case d.ClientID != id:
		return nil, errInvalidClientMetadata.WithHint("The document's client_id is not its address.")
	case cleanName(d.Name) == "":
		return nil, errInvalidClientMetadata.WithHint("The document has no client_name.")
	case len(d.Secret) > 0 || len(d.SecretExpires) > 0 || strings.HasPrefix(d.AuthMethod, "client_secret"):
		return nil, errInvalidClientMetadata.WithHint("A document is public and can have no secret.")
	}
	optional := d.chooseMethod()
	if d.AuthMethod != "none" && d.AuthMethod != "private_key_jwt" {
		return nil, errInvalidClientMetadata.WithHint("A document's client authenticates with its keys, or not at all.")
	}
	c, err := s.describedClient(&d.registration)
	if err != nil && (optional || d.AuthMethod == "none") && !(hasKeys(d.JWKS) && d.JWKSURI != "") { // its keys may be none for us
		optional, d.AuthMethod, d.JWKS, d.JWKSURI = false, "none", nil, ""
		c, err = s.describedClient(&d.registration)
	}
	if err != nil {
		return nil, err
	}
	c.ID, c.AuthOptional = id, optional
	return c, nil
}

// chooseMethod settles how the client authenticates: with its keys where it has any and says so, else not at all where it
// allows for that. optional: it may do either.
func (d *clientDocument) chooseMethod() (optional bool) {
	methods := append([]string{d.AuthMethod}, d.AuthMethods...)
	none := slices.Contains(methods, "none") || d.AuthMethod == "" && len(d.AuthMethods) == 0
	keys := slices.Contains(methods, "private_key_jwt") && (d.JWKSURI != "" || hasKeys(d.JWKS))
	switch {
	case keys:
		d.AuthMethod = "private_key_jwt"
	case none:
		d.AuthMethod = "none"
	case d.AuthMethod == "":
		d.AuthMethod = d.AuthMethods[0]
	}
	return keys && none
}

// checkDocumentURL is CIMD draft section 3: a URL with a path, without a fragment, user or dot segments.
func checkDocumentURL(id string) error {
	u, err := absolute(id)
	if err != nil {
		return err
	}
	segments := strings.Split(u.Path, "/")
	if u.Host == "" || len(u.Path) < 2 || slices.Contains(segments, ".") || slices.Contains(segments, "..") {
		return errors.New("it is not the address of a document")
	}
	return nil
}
