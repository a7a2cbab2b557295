package page

import "net/http"

// guard sets the headers that keep a page from being framed, sniffed, cached or scripted by
// anybody else.
func (rr *Renderer) guard(h http.Header, p Page) {
	policy := rr.stays
	if p.leaves() {
		policy = rr.departs
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	// With no-referrer a browser sends "Origin: null" along with our own forms, and the check for
	// cross-origin posts would refuse them. same-origin tells other sites just as little.
	h.Set("Referrer-Policy", "same-origin")
}

// policies returns the Content-Security-Policy of pages whose forms end here, and of those whose
// forms may lead to a client. Chromium applies form-action to every redirect that follows a form,
// and a client's redirect URI can be any scheme, so the second has no such directive. origin is
// where the site's logo comes from, or empty.
func policies(origin string) (stays, departs string) {
	images := "img-src 'self'"
	if origin != "" {
		images += " " + origin
	}
	departs = "default-src 'none'; script-src 'self'; style-src 'self'; " + images +
		"; base-uri 'none'; frame-ancestors 'none'"
	return departs + "; form-action 'self'", departs
}
