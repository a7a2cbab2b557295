package oauth

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// jwksLife is how long others may keep the JWKS.
const jwksLife = 5 * time.Minute

var jwksCache = []string{"public, max-age=" + strconv.Itoa(int(jwksLife.Seconds()))}

// jwks answers with the public keys (RFC 7517 section 5). While the database is down they are those of last time:
// others keep them as long.
func (s *Server) jwks(w http.ResponseWriter, r *http.Request) error {
	now, err := s.keys.current(r.Context())
	if err != nil {
		now = s.keys.ring.Load()
	}
	h := w.Header()
	h["Cache-Control"], h["Etag"] = jwksCache, now.etag
	if known := r.Header.Get("If-None-Match"); known != "" && has(known, now.etag[0]) {
		w.WriteHeader(http.StatusNotModified) // RFC 9110 section 15.4.5
		return nil
	}
	h["Content-Type"], h["Content-Length"] = drawnType, now.jwks.length
	_, _ = w.Write(now.jwks.body) // the client may be gone
	return nil
}

// has tells whether a list of entity tags has one that is tag, or what a proxy that compressed the body made of it (RFC 9110
// section 13.1.2).
func has(known, tag string) bool {
	for one := range strings.SplitSeq(known, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}
