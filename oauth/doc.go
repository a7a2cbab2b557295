// Package oauth is the authorization server: OAuth 2.1 and its neighbours on top of fosite, one file an
// endpoint. Its one idea: a browser's trip is decided by next, which only reads and names the one step
// that is missing. It knows nothing of HTML; people see pages through the Pages interface.
package oauth
