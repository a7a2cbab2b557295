package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/store"
)

// A document is believed for as long as its headers say, within these bounds.
const (
	minFresh = time.Minute
	maxFresh = 24 * time.Hour
)

// document members that RFC 7591 does not have.
type clientDocument struct {
	registration
	AuthMethods []string        `json:"token_endpoint_auth_methods_supported"` // ChatGPT's document lists none here
	Secret      json.RawMessage `json:"client_secret"`
}

// client finds the client that a request names: one that is registered, or one that its id, a URL, describes
// (draft-ietf-oauth-client-id-metadata-document). store.ErrNotFound: there is none, or it is blocked.
func (s *Server) client(ctx context.Context, r *http.Request, id string) (*store.Client, error) {
	c, err := s.Store.Client(ctx, id)
	if !isDocument(id) {
		return c, err
	}
	switch {
	case !s.Documents:
		return nil, store.ErrNotFound
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	case err == nil && c.Blocked:
		return nil, store.ErrNotFound
	case err == nil && s.Now().Before(c.FreshUntil):
		return c, nil
	}
	if err != nil { // a document never seen counts as a registration, so that strangers cannot flood us
		if ok, _ := s.registers.Allow(r.RemoteAddr); !ok {
			return nil, errTooMany
		}
	}
	fetched, err, _ := s.fetching.Do(id, func() (any, error) { return s.fetch(context.WithoutCancel(ctx), id, c) })
	if err != nil {
		return nil, err
	}
	return fetched.(*store.Client), nil
}

// isDocument tells a document's URL from an id of ours.
func isDocument(id string) bool {
	return strings.HasPrefix(id, "https://") || strings.HasPrefix(id, "http://")
}

// fetch reads the document at id. While its origin is down the stale copy, where there is one, goes on.
func (s *Server) fetch(ctx context.Context, id string, stale *store.Client) (*store.Client, error) {
	c, err := s.readDocument(ctx, id)
	if err != nil {
		s.Log.WarnContext(ctx, "client document not taken", "client", id, "err", err)
		if stale == nil {
			return nil, fmt.Errorf("%w: %w", store.ErrNotFound, err)
		}
		c = stale
		c.FreshUntil = s.Now().Add(minFresh)
	}
	if err := s.Store.SaveDocument(ctx, c); err != nil {
		return nil, err
	}
	return s.Store.Client(ctx, id)
}

// readDocument fetches and checks a document (sections 4 and 4.1).
func (s *Server) readDocument(ctx context.Context, id string) (*store.Client, error) {
	if err := checkDocumentURL(id); err != nil {
		return nil, err
	}
	got, err := s.Outbound.JSON(ctx, id)
	if err != nil {
		return nil, err
	}
	var d clientDocument
	if tooDeep(got.Body) {
		return nil, errors.New("the document nests too deep")
	}
	if err := json.Unmarshal(got.Body, &d); err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	switch {
	case d.ClientID != id:
		return nil, errors.New("the document's client_id is not its address")
	case d.Name == "":
		return nil, errors.New("the document has no client_name")
	case len(d.Secret) > 0 || strings.HasPrefix(d.AuthMethod, "client_secret"):
		return nil, errors.New("a document is public and can have no secret")
	case d.AuthMethod == "", slices.Contains(d.AuthMethods, "none"):
		d.AuthMethod = "none"
	}
	c, err := s.describedClient(&d.registration)
	if err != nil {
		return nil, err
	}
	c.ID, c.FreshUntil = id, s.Now().Add(freshness(got.Header))
	return c, nil
}

// checkDocumentURL is section 3: a URL with a path, without a fragment, user or dot segments.
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

// freshness reads how long a document may be believed (RFC 9111 section 4.2.1).
func freshness(h http.Header) time.Duration {
	fresh := time.Duration(0)
	for directive := range strings.SplitSeq(strings.ToLower(h.Get("Cache-Control")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32); {
		case name == "no-store", name == "no-cache":
			return minFresh
		case name == "max-age" && err == nil:
			fresh = time.Duration(seconds) * time.Second
		}
	}
	return min(max(fresh, minFresh), maxFresh)
}

// Origin is the site that a client's document comes from, "" for a client without one.
func Origin(c *store.Client) string {
	if u, err := url.Parse(c.ID); err == nil && c.Source == store.FromDocument {
		return u.Host
	}
	return ""
}
