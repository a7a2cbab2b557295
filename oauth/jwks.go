package oauth

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// jwksLife is how long others may keep the JWKS.
const jwksLife = 5 * time.Minute

var jwksCache = "public, max-age=" + strconv.Itoa(int(jwksLife.Seconds()))

// jwks answers with the public keys (RFC 7517 section 5). While the database is down they are those of last time:
// others keep them as long.
func (s *Server) jwks(w http.ResponseWriter, r *http.Request) error {
	now, err := s.keys.current(r.Context())
	if err != nil {
		now = s.keys.ring.Load()
	}
	h := w.Header()
	h.Set("Cache-Control", jwksCache)
	h.Set("ETag", now.etag)
	if slices.Contains(strings.FieldsFunc(r.Header.Get("If-None-Match"), func(c rune) bool { return c == ',' || c == ' ' }), now.etag) {
		w.WriteHeader(http.StatusNotModified) // RFC 9110 section 15.4.5
		return nil
	}
	h["Content-Type"], h["Content-Length"] = documentType, now.jwks.length
	_, _ = w.Write(now.jwks.body) // the client may be gone
	return nil
}
