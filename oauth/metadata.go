package oauth

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// drawn is an answer that is made before anybody asks for it.
type drawn struct {
	body   []byte
	length []string // as a header
}

func newDrawn(body []byte) drawn { return drawn{body, []string{strconv.Itoa(len(body))}} }

// drawMetadata makes RFC 8414 section 2 and OpenID Connect Discovery section 3 in one.
func (s *Server) drawMetadata() (drawn, error) {
	m := map[string]any{
		"issuer":                                                   s.URL,
		"scopes_supported":                                         s.scopeNames(),
		"response_types_supported":                                 []string{"code"},
		"response_modes_supported":                                 []string{"query", "form_post"},
		"grant_types_supported":                                    grantTypeNames(),
		"token_endpoint_auth_methods_supported":                    authMethods,
		"token_endpoint_auth_signing_alg_values_supported":         assertionAlgNames(),
		"revocation_endpoint_auth_methods_supported":               authMethods,
		"revocation_endpoint_auth_signing_alg_values_supported":    assertionAlgNames(),
		"introspection_endpoint_auth_methods_supported":            without(authMethods, []string{"none"}),
		"introspection_endpoint_auth_signing_alg_values_supported": assertionAlgNames(),
		"code_challenge_methods_supported":                         []string{"S256"}, // RFC 7636 section 6.2
		"authorization_response_iss_parameter_supported":           true,             // RFC 9207 section 3
		"subject_types_supported":                                  []string{subjectType},
		"id_token_signing_alg_values_supported":                    Algorithms(),
		"claims_supported":                                         claimNames(),
		"acr_values_supported":                                     []string{acr},
		"prompt_values_supported":                                  prompts,
		"claims_parameter_supported":                               false,
		"request_parameter_supported":                              false,
		"request_uri_parameter_supported":                          false,
		"client_id_metadata_document_supported":                    s.Documents, // CIMD draft section 5
	}
	for _, e := range s.endpoints() {
		if e.member != "" {
			m[e.member] = s.URL + e.path
		}
	}
	body, err := json.Marshal(m)
	return newDrawn(body), err
}

// The headers of what is drawn, as slices so that no request makes them.
var (
	drawnType  = []string{"application/json"}
	drawnCache = []string{"public, max-age=300"}
)

// metadata answers with what was drawn at the start (RFC 8414 section 3.2).
func (s *Server) metadata(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Content-Length"] = drawnType, drawnCache, s.described.length
	_, _ = w.Write(s.described.body) // the client may be gone
	return nil
}
