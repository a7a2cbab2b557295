package oauth

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// Refusal is what a person reads when a request goes no further.
type Refusal struct {
	Status   int
	Heading  string // "": the status says enough
	Message  string // sentences that say what to do, and what Detail is; "": as Heading
	Detail   string // what the app's maker wants to know, or the address that it is about; "": nothing
	App      string // what the client calls itself; "": nobody knows, or it is not to be said
	AgainURL string // the same page anew: a path and query on this server; "": there is none
}

// headings are what people read over our own errors, by what these say: a hint may come with them. Every other error
// is about what an app has sent, and a person can do nothing about it.
var headings = map[string]string{
	errNoClient.DescriptionField:                  "This link is incomplete",
	errUnknownClient.DescriptionField:             "This app is not known here",
	errNoDocument.DescriptionField:                "This app cannot be looked up",
	errBlockedApp.DescriptionField:                "This app is blocked",
	errNotAllowed.DescriptionField:                "This app is not allowed here",
	errMissingRedirect.DescriptionField:           notWorking,
	errUnknownRedirect.DescriptionField:           "This address is not registered",
	errUnknownPostLogoutRedirect.DescriptionField: "This address is not registered",
	errStaleForm.DescriptionField:                 "This page is out of date",
	errForeignForm.DescriptionField:               "This answer is not taken",
	errTooMany.DescriptionField:                   unavailable,
	errFull.DescriptionField:                      unavailable,
	errUnavailable.DescriptionField:               unavailable,
}

const (
	notWorking  = "This app asked in a way that does not work"
	unavailable = "Not available right now"
)

// refusal is told in the words of people.
func (e *authorizeError) refusal(r *http.Request, told *fosite.RFC6749Error) Refusal {
	f := Refusal{
		Status: told.CodeField, Heading: headings[told.DescriptionField], Message: told.DescriptionField, Detail: told.HintField,
	}
	if f.Heading == "" {
		f.Heading, f.Message = notWorking, "Go back to it and try again. If it happens again, tell its maker:"
		if f.Detail == "" {
			f.Detail = told.DescriptionField
		}
	}
	// A link to this page can be sent to anybody, and what a stranger's client calls itself would be read as our words.
	if c := e.authorization.client; c != nil && (c.Verified || e.authorization.session != nil) {
		f.App = c.Name
	}
	if told == errStaleForm || told == errUnavailable {
		f.AgainURL = r.URL.RequestURI() // the whole request is in the address
	}
	return f
}

// clientID is whom the refused request comes from, or says that it does.
func (e *authorizeError) clientID(r *http.Request) string {
	if c := e.authorization.client; c != nil {
		return c.ID
	}
	return strings.Trim(brief(r.URL.Query().Get("client_id")), `"`)
}

// noClient says why there is no client called id. What is wrong with a document is told; why it cannot be had is for the
// log alone, or strangers would learn from us what answers where.
func noClient(id string, err error) error {
	wrong, told := errors.AsType[*fosite.RFC6749Error](err)
	switch {
	case errors.Is(err, errNotAllowed):
		return errNotAllowed.WithHint(brief(id)) // which the operator has to know
	case !errors.Is(err, store.ErrNotFound):
		return err
	case id == "":
		return errNoClient
	case errors.Is(err, errBlockedClient):
		return errBlockedApp.WithHint(brief(id))
	case told:
		return errNoDocument.WithHint(brief(id) + ": " + cmp.Or(wrong.HintField, wrong.DescriptionField))
	case isDocument(id):
		return errNoDocument.WithHint(brief(id))
	}
	return errUnknownClient
}

// reason is err as the log wants it: what fosite calls an error's text is its code alone.
func reason(err error) string {
	if e, ok := errors.AsType[*fosite.RFC6749Error](err); ok {
		return e.GetDescription()
	}
	return err.Error()
}
