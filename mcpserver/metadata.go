package mcpserver

import (
	"encoding/json"
	"net/http"
)

// metadata is the RFC 9728 section 2 document. MCP clients want resource to be the very URL they connect
// to.
func (s *Server) metadata() []byte {
	b, _ := json.Marshal(struct {
		Resource             string   `json:"resource"`
		AuthorizationServers []string `json:"authorization_servers"`
		ScopesSupported      []string `json:"scopes_supported"`
		BearerMethods        []string `json:"bearer_methods_supported"`
		ResourceName         string   `json:"resource_name,omitempty"`
	}{s.resource, []string{s.URL}, supported(s.Scopes), []string{"header"}, s.Name})
	return b
}

// protectedResource serves the metadata to anybody, browsers of any origin included.
func (s *Server) protectedResource(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(s.document)
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", "GET, HEAD")
		h.Set("Access-Control-Allow-Headers", "authorization, content-type, mcp-protocol-version") // SDK clients send the version on probes too
		h.Set("Access-Control-Max-Age", "7200")
		w.WriteHeader(http.StatusNoContent)
	default:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		return &refusal{
			status: http.StatusMethodNotAllowed, code: "invalid_request",
			description: "This document can only be read.",
		}
	}
	return nil
}
