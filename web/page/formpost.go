package page

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
)

// FormPost carries an authorization response to a client in a form that sends itself (OAuth 2.0
// Form Post Response Mode), or waits for the person to. Without script there is but the button.
type FormPost struct {
	Action string // the client's redirect URI
	Fields []Field
	Auto   bool // it sends itself
}

// Field is one parameter of the response.
type Field struct{ Name, Value string }

func (FormPost) sheet() string { return "formpost" }

// leaves: the client's own address may redirect again, to any origin.
func (FormPost) leaves() bool { return true }

// scripted are the schemes that run or read something instead of reaching a client.
var scripted = []string{"javascript", "data", "vbscript", "file", "blob", "filesystem", "about", "view-source"}

// Target is Action, vouched for: html/template lets only http and https through by itself, and
// a client may well have registered a scheme of its own.
func (p FormPost) Target() (template.URL, error) {
	u, err := url.Parse(p.Action)
	if err != nil {
		return "", fmt.Errorf("form post target: %w", err)
	}
	if slices.Contains(scripted, u.Scheme) {
		return "", fmt.Errorf("form post target: scheme %s is not allowed", u.Scheme)
	}
	return template.URL(u.String()), nil
}

// Host is where the form goes, as people read it.
func (p FormPost) Host() string {
	u, err := url.Parse(p.Action)
	if err != nil || u.Host == "" {
		return "the app"
	}
	return u.Host
}
