package mcpserver

import (
	"context"
	"maps"
	"net/http"

	"frontdesk/oauth"
)

// Protect puts every check on the caller in front of next: Host, Origin, CORS, then the bearer token,
// whatever the method, version or body. next sees a request without its token, so that it cannot pass
// the token on.
func (s *Server) Protect(next http.Handler) http.Handler {
	return s.endpoint(func(w http.ResponseWriter, r *http.Request) error {
		if err := s.checkHost(r); err != nil {
			return err
		}
		if err := s.checkOrigin(r); err != nil {
			return err
		}
		allowCaller(w, r)
		if isPreflight(r) {
			preflight(w)
			return nil
		}
		token, err := s.authenticate(r)
		if err != nil {
			return err
		}
		r = r.WithContext(&caller{r.Context(), token, r.Header.Get("X-Request-Id")})
		r.Header = maps.Clone(r.Header)
		r.Header.Del("Authorization")
		next.ServeHTTP(w, r)
		return nil
	})
}

// caller is who sends a request, and what the log calls it: a context whose value is itself, which every call makes.
type caller struct {
	context.Context
	token   *oauth.Token
	request string
}

// Value implements context.Context.
func (c *caller) Value(key any) any {
	if key == (callerKey{}) {
		return c
	}
	return c.Context.Value(key)
}

type callerKey struct{}

func callerOf(ctx context.Context) *caller {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		return c
	}
	return &caller{}
}

// tokenOf is the token that authenticate verified for this request; nil when there is none.
func tokenOf(ctx context.Context) *oauth.Token { return callerOf(ctx).token }

// endpoint is a handler whose errors answer writes.
func (s *Server) endpoint(h func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.answer(w, r, err)
		}
	})
}
