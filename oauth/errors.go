package oauth

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// What a client may be told beyond fosite's own list.
var (
	errDenied = newError("access_denied", http.StatusForbidden, // RFC 6749 section 4.1.2.1; some clients show it to the person
		"The person chose Deny.")
	errInvalidTarget = newError("invalid_target", http.StatusBadRequest, // RFC 8707 section 2
		"The requested resource is unknown or does not belong to this grant.")
	errInvalidRedirectURI = newError("invalid_redirect_uri", http.StatusBadRequest, // RFC 7591 section 3.2.2
		"A redirect URI is not allowed.")
	errInvalidClientMetadata = newError("invalid_client_metadata", http.StatusBadRequest, // RFC 7591 section 3.2.2
		"A client metadata field is not allowed.")
	errTooMany = newError("temporarily_unavailable", http.StatusTooManyRequests,
		"Too many registrations come from this address. Try again later.")
	errBadToken = newError("invalid_token", http.StatusUnauthorized, // RFC 6750 section 3.1
		"The access token was not issued here, has expired or was revoked.")
	errNoToken  = &fosite.RFC6749Error{CodeField: http.StatusUnauthorized} // RFC 6750 section 3.1: a challenge, and no error
	errNoOpenID = newError("insufficient_scope", http.StatusForbidden,     // RFC 6750 section 3.1
		"The access token was not granted the scope 'openid'.")
	errFull = newError("temporarily_unavailable", http.StatusTooManyRequests,
		"Too many clients that nobody uses are registered here. Try again later.")
	errInvalidRegistrationToken = newError("invalid_token", http.StatusUnauthorized, // RFC 6750 section 3.1, RFC 7592 section 2.1
		"The registration access token is missing, wrong or no longer valid.")
	errBlockedClient = newError("access_denied", http.StatusForbidden, "The operator of this server has blocked the client.")
	errNotAllowed    = newError("unauthorized_client", http.StatusBadRequest,
		"Only apps that the operator of this server has allowed may connect, and this one is not among them. Ask them to allow it:")
	errNoLogo = newError("not_found", http.StatusNotFound, "There is no such logo.")

	errRegistrationOff = newError("access_denied", http.StatusForbidden,
		"This server does not let clients register themselves. Ask its operator for a client.")
	errUnavailable = newError("temporarily_unavailable", http.StatusServiceUnavailable,
		"The server cannot answer right now. Try again in a moment.")
)

// What a person reads whose browser an app sent here, or who answered a page.
var (
	errNoClient = newError("invalid_client", http.StatusBadRequest,
		"The address does not say which app sent you. Go back to the app and connect again.")
	errBlockedApp = newError("invalid_client", http.StatusBadRequest, // to its own questions a blocked client is an unknown one
		"The operator of this server has blocked the app that sent you here. If you think that it should not be, tell them:")
	errNoDocument = newError("invalid_client", http.StatusBadRequest,
		"The app that sent you here describes itself at an address that this server cannot use: it does not answer, is not reached by https, or holds no such description. Try again, or tell its maker:")
	errUnknownClient = newError("invalid_client", http.StatusBadRequest,
		"The app that sent you here is not registered here, or no longer is. Go back to it and connect again.")
	errMissingRedirect = newError("invalid_request", http.StatusBadRequest,
		"The app that sent you here does not say where it wants the answer. Go back to it and connect again.")
	errUnknownRedirect = newError("invalid_request", http.StatusBadRequest,
		"The app that sent you here wants the answer at an address that it has not registered, so you are not sent there. Go back to it and connect again. It named this address:")
	errUnknownPostLogoutRedirect = newError("invalid_request", http.StatusBadRequest,
		"The app that sent you here wants you to go on to an address that it has not registered. You are not sent there.")
	errUnsupportedResponseMode = newError("invalid_request", http.StatusBadRequest,
		"The parameter 'response_mode' may be 'query' or 'form_post'.")
	errInvalidHint = fosite.ErrInvalidRequest.WithHint("The id_token_hint is not an ID token of this server.")
	errStaleForm   = newError("stale_form", http.StatusBadRequest,
		"This page was already answered, or it was opened too long ago. If you still want to answer it, show it again.")
	errForeignForm = newError("foreign_form", http.StatusForbidden,
		"The answer came from another site and was not taken.")
)

// newError is an error of ours: its code on the wire, its status, and what it says.
func newError(code string, status int, description string) *fosite.RFC6749Error {
	return &fosite.RFC6749Error{ErrorField: code, CodeField: status, DescriptionField: description}
}

// answer is the only writer of errors: to the client through its redirect, to the person as a page, or
// as JSON.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error) {
	told := tell(err)
	if told.CodeField >= http.StatusInternalServerError && r.Context().Err() == nil { // who has gone is no failure of ours
		s.Log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "request", r.Header.Get("X-Request-Id"), "err", err)
	}
	a, atAuthorize := errors.AsType[*authorizeError](err)
	if atAuthorize && told.CodeField < http.StatusInternalServerError { // the page names the request, and people ask about it
		s.Log.InfoContext(r.Context(), "refused", "path", r.URL.Path, "request", r.Header.Get("X-Request-Id"), "client", a.clientID(r), "err", reason(told))
	}
	switch {
	case atAuthorize && a.bounce:
		err = s.respond(w, r, a.authorization, [][2]string{
			{"error", told.ErrorField}, {"error_description", told.GetDescription()},
		})
	case atAuthorize && !wantsJSON(r):
		err = s.Pages.Error(w, r, a.refusal(r, told))
	default:
		writeError(w, r, told)
		return
	}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "answer failed", "path", r.URL.Path, "request", r.Header.Get("X-Request-Id"), "err", err)
		writeError(w, r, errUnavailable)
	}
}

// tell finds what err may say to a client. What is not meant for clients becomes errUnavailable: what
// else fails is ours to mend.
func tell(err error) *fosite.RFC6749Error {
	if errors.Is(err, store.ErrConflict) {
		return fosite.ErrInvalidGrant // the loser of a race for a code or a refresh token
	}
	e, ok := errors.AsType[*fosite.RFC6749Error](err)
	if !ok || e.CodeField >= http.StatusInternalServerError {
		return errUnavailable
	}
	// A code that expires between fosite's two looks at it is an invalid grant, too (RFC 6749 section 5.2).
	if e.ErrorField == fosite.ErrInvalidRequest.ErrorField && errors.Is(e, fosite.ErrTokenExpired) {
		return fosite.ErrInvalidGrant
	}
	return e
}

// wantsJSON tells a program's request from a person's.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// writeError answers as RFC 6749 section 5.2 and RFC 7591 section 3.2.2 say.
func writeError(w http.ResponseWriter, r *http.Request, e *fosite.RFC6749Error) {
	switch {
	case e.CodeField == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "":
		w.Header().Set("WWW-Authenticate", `Basic realm="OAuth client"`) // RFC 6749 section 5.2, RFC 9110 section 15.5.2
	case e.CodeField == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "":
		w.Header().Set("Retry-After", strconv.Itoa(int(countAgainFull.Seconds())))
	case e.CodeField == http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "2")
	}
	if e.ErrorField == "" {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(e.CodeField)
		return
	}
	writeJSON(w, e.CodeField, struct {
		Error       string `json:"error"`
		Description string `json:"error_description,omitempty"`
	}{e.ErrorField, e.GetDescription()})
}
