package oauth

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"frontdesk/store"
)

// registration is a client's metadata (RFC 7591 section 2), asked for and answered. What is not listed is
// ignored: a client chooses neither its id nor its secret nor how much it is trusted, our pages speak one language (section
// 2.2), and nobody here knows whose software statements to believe (section 2.3).
type registration struct {
	ClientID              string   `json:"client_id,omitempty"`
	ClientSecret          string   `json:"client_secret,omitempty"`
	ClientIDIssuedAt      int64    `json:"client_id_issued_at,omitempty"`      // Unix seconds
	ClientSecretExpiresAt *int64   `json:"client_secret_expires_at,omitempty"` // 0: never; there with a secret only
	RedirectURIs          []string `json:"redirect_uris"`
	GrantTypes            []string `json:"grant_types"`
	ResponseTypes         []string `json:"response_types"`
	AuthMethod            string   `json:"token_endpoint_auth_method"`
	ApplicationType       string   `json:"application_type"`
	Name                  string   `json:"client_name,omitempty"`
	Scope                 string   `json:"scope,omitempty"`
	URI                   string   `json:"client_uri,omitempty"`
	LogoURI               string   `json:"logo_uri,omitempty"`
	PolicyURI             string   `json:"policy_uri,omitempty"`
	TermsURI              string   `json:"tos_uri,omitempty"`
	SoftwareID            string   `json:"software_id,omitempty"`
	SoftwareVersion       string   `json:"software_version,omitempty"`
	Contacts              []string `json:"contacts,omitempty"`
	SubjectType           string   `json:"subject_type,omitempty"`                 // OpenID Connect Registration section 2: it is ours to say
	IDTokenAlg            string   `json:"id_token_signed_response_alg,omitempty"` // OpenID Connect Registration section 2
	PostLogoutRedirects   []string `json:"post_logout_redirect_uris,omitempty"`    // RP-Initiated Logout section 3.1

	JWKS       json.RawMessage `json:"jwks,omitempty"`
	JWKSURI    string          `json:"jwks_uri,omitempty"`
	SigningAlg string          `json:"token_endpoint_auth_signing_alg,omitempty"` // OpenID Connect Registration section 2

	ManageToken string `json:"registration_access_token,omitempty"` // RFC 7592 section 3
	ManageURI   string `json:"registration_client_uri,omitempty"`
}

// The largest registration that makes sense.
const (
	maxRegistration = 64 << 10
	maxDepth        = 16
	maxRedirects    = 32
	maxContacts     = 16
	maxText         = 512
	maxKeyText      = 32 << 10
)

// readMetadata reads a client's metadata into a registration, or what has one in it.
func readMetadata(w http.ResponseWriter, r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return errInvalidClientMetadata.WithHint("The Content-Type must be application/json.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRegistration))
	if err != nil {
		return errInvalidClientMetadata.WithHint("The body cannot be read, or is too large.")
	}
	none := errInvalidClientMetadata.WithHint("The body is not a JSON object of the members that RFC 7591 lists.")
	body = bytes.TrimSpace(body)
	if len(body) == 0 || body[0] != '{' || !utf8.Valid(body) || tooDeep(body) {
		return none
	}
	err = unmarshalExactly(body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return errInvalidClientMetadata.WithHintf("The member %s is not of the type that RFC 7591 section 2 gives it.", wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:])
	}
	if err != nil {
		return none
	}
	return nil
}

// members are the names that structs of metadata have in JSON.
var members = map[reflect.Type]map[string]bool{
	reflect.TypeFor[registration]():       membersOf[registration](),
	reflect.TypeFor[registrationUpdate](): membersOf[registrationUpdate](),
	reflect.TypeFor[clientDocument]():     membersOf[clientDocument](),
}

func membersOf[T any]() map[string]bool {
	names := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names[name] = true
	}
	return names
}

// unmarshalExactly reads a JSON object into one of those structs by the exact names of its members (RFC 8259 section 8.3): encoding/json
// would take "Client_Name", which RFC 7591 section 2 wants ignored, for "client_name".
func unmarshalExactly(body []byte, into any) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return err
	}
	known, n := members[reflect.TypeOf(into).Elem()], len(all)
	maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool { return !known[name] })
	if len(all) < n {
		var err error
		if body, err = json.Marshal(all); err != nil {
			return err
		}
	}
	return json.Unmarshal(body, into)
}

// tooDeep tells whether a JSON text nests deeper than any registration.
func tooDeep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// describe answers with the client as it is registered (RFC 7591 section 3.2.1), with its secret where it is new, and
// the token by which it may change that (RFC 7592 section 3).
func (s *Server) describe(c *store.Client, secret, token string) registration {
	answer := registration{
		ClientID: c.ID, ClientIDIssuedAt: c.CreatedAt.Unix(), RedirectURIs: c.RedirectURIs,
		GrantTypes: c.GrantTypes, ResponseTypes: c.ResponseTypes, AuthMethod: c.AuthMethod,
		ApplicationType: c.ApplicationType, Name: c.Name, Scope: strings.Join(c.Scopes, " "),
		URI: c.URI, LogoURI: c.LogoURI, PolicyURI: c.PolicyURI, TermsURI: c.TermsURI,
		SoftwareID: c.SoftwareID, SoftwareVersion: c.SoftwareVersion, Contacts: c.Contacts,
		JWKS: json.RawMessage(c.JWKS), JWKSURI: c.JWKSURI, SigningAlg: c.SigningAlg,
		ManageToken: token, ManageURI: s.URL + "/oauth/register/" + c.ID,
		SubjectType: subjectType, IDTokenAlg: cmp.Or(c.IDTokenAlg, usualAlgorithm), PostLogoutRedirects: c.PostLogoutRedirectURIs,
	}
	if secret != "" {
		answer.ClientSecret, answer.ClientSecretExpiresAt = secret, new(int64)
	}
	return answer
}
