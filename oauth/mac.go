package oauth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// mark is the parameter that says since when a sign-in counts as fresh for this request. Without it
// prompt=login would ask for ever.
const mark = "sign_in_since"

// markLifetime is how long a person may take to sign in.
const markLifetime = 15 * time.Minute

// marked is this request's path and query with the mark of now.
func (s *Server) marked(r *http.Request, a *authorization) string {
	form := maps.Clone(a.form)
	form.Set(mark, s.mac("since", strconv.FormatInt(s.Now().UnixMilli(), 10), a.client.ID))
	return r.URL.Path + "?" + form.Encode()
}

// markedAt reads the mark; not ok: there is none, it is not ours, or it is too old.
func (s *Server) markedAt(a *authorization) (time.Time, bool) {
	at, ok := s.opened("since", a.form.Get(mark), a.client.ID)
	ms, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return time.Time{}, false
	}
	since := time.UnixMilli(ms)
	return since, s.Now().Sub(since) < markLifetime
}

// mac is value with a signature over it, what it is for, and the parts that it is bound to.
func (s *Server) mac(purpose, value string, parts ...string) string {
	h := hmac.New(sha256.New, s.keys.form)
	for _, part := range append([]string{purpose, value}, parts...) {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return value + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// opened is the value of a token that mac has made for the same purpose and parts; not ok: it is not ours.
func (s *Server) opened(purpose, token string, parts ...string) (value string, ok bool) {
	value, _, _ = strings.Cut(token, ".")
	return value, hmac.Equal([]byte(token), []byte(s.mac(purpose, value, parts...)))
}
