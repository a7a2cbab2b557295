package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// ClientRequest is what an operator says of a client.
type ClientRequest struct {
	Name         string
	RedirectURIs []string
	Scopes       []string // none: all
	Confidential bool     // client_secret_basic, else a public client

	PostLogoutRedirectURIs []string
	IDTokenAlg             string // how its ID tokens are signed, one of Algorithms; "": ES256
	ResourceServer         bool   // it may introspect every access token; it is confidential, and needs no redirect URI
}

// NewClient makes a client that an operator vouches for, not yet saved, and its secret ("" for a public one).
// The error is a sentence for the operator.
func NewClient(q ClientRequest) (*store.Client, string, error) {
	c := &store.Client{
		ID: store.NewID("client"), Name: cleanName(q.Name), RedirectURIs: q.RedirectURIs, Scopes: q.Scopes,
		GrantTypes: grantTypeNames(), ResponseTypes: []string{"code"}, AuthMethod: "none", Verified: true, Source: store.FromOperator,
		IDTokenAlg: cmp.Or(q.IDTokenAlg, usualAlgorithm), PostLogoutRedirectURIs: q.PostLogoutRedirectURIs, ResourceServer: q.ResourceServer,
	}
	if c.Name == "" {
		return nil, "", errors.New("a client needs a name")
	}
	if q.ResourceServer && len(q.RedirectURIs) == 0 { // it serves, and signs nobody in
		c.GrantTypes, c.ResponseTypes = nil, nil
	} else if err := checkRedirects(c.RedirectURIs); err != nil {
		return nil, "", inWords(err)
	}
	if err := checkPostLogoutRedirects(c.PostLogoutRedirectURIs); err != nil {
		return nil, "", inWords(err)
	}
	if err := checkIDTokenAlg(c.IDTokenAlg); err != nil {
		return nil, "", inWords(err)
	}
	if q.Confidential || q.ResourceServer {
		c.AuthMethod = "client_secret_basic"
	}
	if err := chooseType(c); err != nil {
		return nil, "", inWords(err)
	}
	return c, newSecret(c), nil
}

// inWords is what is wrong, without the code that clients get to read.
func inWords(err error) error {
	if e, ok := errors.AsType[*fosite.RFC6749Error](err); ok {
		return errors.New(e.HintField)
	}
	return err
}

// NewClientSecret makes a new secret for a confidential client and the hash to keep.
func NewClientSecret() (secret, hash string) {
	secret = randomToken("fds_")
	return secret, hashSecret(secret)
}

// NewDocument is what is known of a client whose document nobody has fetched yet, for an operator to decide about. The
// error is a sentence for the operator.
func NewDocument(id string) (*store.Client, error) {
	if !isDocument(id) {
		return nil, fmt.Errorf("there is no client %q", id)
	}
	if err := checkDocumentURL(id); err != nil {
		return nil, fmt.Errorf("there is no client %q, and no document can be there", id)
	}
	return &store.Client{ID: id, AuthMethod: "none", ApplicationType: "web", Source: store.FromDocument}, nil
}

// DeleteClient removes a client with its consents, grants and tokens, for an operator. A document that is blocked stays:
// deleted, it would be fetched and believed again. The error is a sentence for the operator, or store.ErrNotFound.
func DeleteClient(s *store.Store, ctx context.Context, id string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		client, err := s.Client(ctx, id)
		if err != nil {
			return err
		}
		if client.Blocked && client.Source == store.FromDocument {
			return fmt.Errorf("%s is blocked, and deleting it would forget that. Unblock it first", id)
		}
		return s.DeleteClient(ctx, id)
	})
}
