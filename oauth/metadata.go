package oauth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// metadata is RFC 8414 section 2 and OpenID Connect Discovery section 3 in one. The endpoints' members come
// from their list.
type metadata struct {
	Issuer                        string   `json:"issuer"`
	ScopesSupported               []string `json:"scopes_supported"`
	ResponseTypesSupported        []string `json:"response_types_supported"`
	ResponseModesSupported        []string `json:"response_modes_supported"`
	GrantTypesSupported           []string `json:"grant_types_supported"`
	TokenAuthMethodsSupported     []string `json:"token_endpoint_auth_methods_supported"`
	TokenAuthAlgsSupported        []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RevocationAuthMethods         []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationAuthAlgs            []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	IntrospectionAuthMethods      []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionAuthAlgs         []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	CodeChallengeMethodsSupported []string `json:"code_challenge_methods_supported"`               // RFC 7636 section 6.2
	IssuerInResponse              bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 section 3
	SubjectTypesSupported         []string `json:"subject_types_supported"`
	IDTokenAlgsSupported          []string `json:"id_token_signing_alg_values_supported"`
	ClaimsSupported               []string `json:"claims_supported"`
	ACRValuesSupported            []string `json:"acr_values_supported"`
	PromptValuesSupported         []string `json:"prompt_values_supported"`
	ClaimsParameterSupported      bool     `json:"claims_parameter_supported"`
	RequestParameterSupported     bool     `json:"request_parameter_supported"`
	RequestURIParameterSupported  bool     `json:"request_uri_parameter_supported"`
	ClientDocumentsSupported      bool     `json:"client_id_metadata_document_supported"` // CIMD draft section 5
}

// document is an answer that is drawn before anybody asks for it.
type document struct {
	body   []byte
	length []string
}

func newDocument(body []byte) document { return document{body, []string{strconv.Itoa(len(body))}} }

// drawDocuments makes the bytes that s.document answers with.
func (s *Server) drawDocuments() (map[string]document, error) {
	meta, err := s.metadata()
	if err != nil {
		return nil, fmt.Errorf("draw metadata: %w", err)
	}
	d := newDocument(meta)
	return map[string]document{
		"/.well-known/oauth-authorization-server": d,
		"/.well-known/openid-configuration":       d,
	}, nil
}

func (s *Server) metadata() ([]byte, error) {
	m := metadata{
		Issuer:                        s.URL,
		ResponseTypesSupported:        []string{"code"},
		ResponseModesSupported:        []string{"query", "form_post"},
		GrantTypesSupported:           grantTypeNames(),
		TokenAuthMethodsSupported:     authMethods,
		TokenAuthAlgsSupported:        assertionAlgNames(),
		RevocationAuthMethods:         authMethods,
		RevocationAuthAlgs:            assertionAlgNames(),
		IntrospectionAuthMethods:      slices.DeleteFunc(slices.Clone(authMethods), func(m string) bool { return m == "none" }),
		IntrospectionAuthAlgs:         assertionAlgNames(),
		CodeChallengeMethodsSupported: []string{"S256"},
		IssuerInResponse:              true,
		SubjectTypesSupported:         []string{subjectType},
		IDTokenAlgsSupported:          Algorithms(),
		ClaimsSupported:               claimNames(),
		ACRValuesSupported:            []string{acr},
		PromptValuesSupported:         prompts,
		ClientDocumentsSupported:      s.Documents,
	}
	for _, scope := range s.Scopes {
		m.ScopesSupported = append(m.ScopesSupported, scope.Name)
	}
	fixed, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	if err := json.Unmarshal(fixed, &all); err != nil {
		return nil, err
	}
	for _, e := range s.endpoints() {
		if e.member != "" {
			all[e.member] = s.URL + e.path
		}
	}
	return json.Marshal(all)
}

// The headers of a document, as slices so that no request makes them.
var (
	documentType  = []string{"application/json"}
	documentCache = []string{"public, max-age=300"}
)

// document answers with the bytes drawn at the start.
func (s *Server) document(w http.ResponseWriter, r *http.Request) error {
	d := s.documents[r.URL.Path]
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Content-Length"] = documentType, documentCache, d.length
	_, _ = w.Write(d.body) // the client may be gone
	return nil
}
