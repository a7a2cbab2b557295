package oauth

import (
	"net/http"
	"net/url"
	"strings"
)

// respond sends the parameters to the client through the browser (RFC 6749 section 4.1.2), with the state as
// it came and the issuer (RFC 9207 section 2).
func (s *Server) respond(w http.ResponseWriter, r *http.Request, a *authorization, params [][2]string) error {
	if a.form.Has("state") {
		params = append(params, [2]string{"state", a.form.Get("state")})
	}
	params = append(params, [2]string{"iss", s.URL})
	if a.form.Get("response_mode") == "form_post" {
		return s.Pages.FormPost(w, r, a.redirect, params, a.agreed(r))
	}
	redirect(w, withParams(a.redirect, params...))
	return nil
}

// withParams is uri, letter by letter, with parameters behind its own.
func withParams(uri string, params ...[2]string) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	for _, p := range params {
		uri += separator + p[0] + "=" + url.QueryEscape(p[1])
		separator = "&"
	}
	return uri
}

// agreed tells whether a person or the operator has agreed to what the client's address is sent. Anybody can register the
// address of somebody else's form, and a link would have us post to it, with the cookies that this somebody gives only to
// neighbours of theirs.
func (a *authorization) agreed(r *http.Request) bool {
	return r.Method == http.MethodPost || a.client.Verified || a.consent != nil && !a.elsewhere()
}

// redirect is a 303: whatever the browser sent here, it does not send again (RFC 9700 section 4.12).
func redirect(w http.ResponseWriter, to string) {
	h := w.Header()
	h.Set("Location", to)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusSeeOther)
}
