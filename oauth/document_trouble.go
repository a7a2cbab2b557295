package oauth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ory/fosite"

	"frontdesk/internal/outbound"
	"frontdesk/store"
)

// unusablePause is between two fetches of a document that is no client's: whoever mends it tries again soon, and so does
// whoever would flood its origin through us.
const unusablePause = 10 * time.Second

// staleDocument is what goes on of a copy that could not be had anew, and why: while the document's origin is down the copy
// does; once the origin says that there is none any more, or not a good one, it does not. What another server
// has got meanwhile, or an operator has decided, stands.
func (s *Server) staleDocument(ctx context.Context, stale *store.Client, why error) (*store.Client, error) {
	c := new(*stale)
	if !errors.Is(why, outbound.ErrDown) || s.Now().Sub(stale.FetchedAt) > maxStale {
		c.RedirectURIs, c.PostLogoutRedirectURIs = nil, nil // nothing may go there
	}
	c.Trouble, c.FreshUntil = trouble(why), s.Now().Add(minFresh)
	if !usable(c) {
		c.FreshUntil = s.Now().Add(unusablePause)
	}
	if err := s.Store.KeepDocument(ctx, c); err != nil {
		return nil, err
	}
	c, err := s.Store.Client(ctx, stale.ID)
	if err == nil && !usable(c) {
		err = fmt.Errorf("%w: %w", store.ErrNotFound, why)
	}
	return c, err
}

// refusedDocument notes for the operator that somebody came with a document which is no client, and why. One that could not
// be had is nobody's.
func (s *Server) refusedDocument(ctx context.Context, id string, why error) error {
	_, seen := errors.AsType[*fosite.RFC6749Error](why)
	if c, err := NewDocument(id); seen && err == nil {
		c.Trouble, c.FetchedAt, c.FreshUntil = trouble(why), s.Now(), s.Now().Add(unusablePause)
		if err := s.Store.RefuseDocument(ctx, c); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %w", store.ErrNotFound, why)
}

// trouble is an error in the words that an operator reads, who may know what strangers may not.
func trouble(why error) string {
	text := strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, reason(why))
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "")
}

// troubled is trouble as an error again. Anybody may know what is wrong with a document, and not why it could not be had.
func troubled(trouble string) error {
	for _, wrong := range []*fosite.RFC6749Error{errInvalidClientMetadata, errInvalidRedirectURI} {
		if hint, ok := strings.CutPrefix(trouble, wrong.DescriptionField+" "); ok {
			return wrong.WithHint(hint)
		}
	}
	return outbound.ErrDown
}
