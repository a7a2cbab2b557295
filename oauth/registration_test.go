package oauth

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ory/fosite"
)

// TestMetadataOfTheWrongType: who registers reads which member is wrong, and nothing of how it is read here.
func TestMetadataOfTheWrongType(t *testing.T) {
	for body, hint := range map[string]string{
		`{"redirect_uris":"https://app.example/cb"}`:   "The member redirect_uris is not of the type that RFC 7591 section 2 gives it.",
		`{"redirect_uris":["https://app.example",7]}`:  "The member redirect_uris is not of the type that RFC 7591 section 2 gives it.",
		`{"client_name":{}}`:                           "The member client_name is not of the type that RFC 7591 section 2 gives it.",
		`{"client_id_issued_at":"now"}`:                "The member client_id_issued_at is not of the type that RFC 7591 section 2 gives it.",
		`{"redirect_uris":`:                            "The body is not a JSON object of the members that RFC 7591 lists.",
		`["https://app.example/cb"]`:                   "The body is not a JSON object of the members that RFC 7591 lists.",
		`{"redirect_uris":["https://app.example/cb"]}`: "",
	} {
		for _, into := range []any{new(registration), new(clientDocument)} {
			r := httptest.NewRequest("POST", "/oauth/register", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			err := readMetadata(httptest.NewRecorder(), r, into)
			got := ""
			if wrong, ok := errors.AsType[*fosite.RFC6749Error](err); ok {
				got = wrong.HintField
			}
			if got != hint || (err == nil) != (hint == "") {
				t.Errorf("%s into a %T: %q, %v", body, into, got, err)
			}
		}
	}
}
