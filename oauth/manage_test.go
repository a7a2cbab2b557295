package oauth

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// managing registers a client and returns what it was told.
func (h *house) managing(t *testing.T, body string) registration {
	t.Helper()
	return told(t, h.json("POST", "/oauth/register", body, ""), http.StatusCreated)
}

func told(t *testing.T, w *httptest.ResponseRecorder, status int) (r registration) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil || w.Code != status {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return r
}

const publicClient = `{"redirect_uris":["` + testCallback + `"],"token_endpoint_auth_method":"none","client_name":"App"}`

// grantedTo has Jane allow the client, and returns the tokens.
func (h *house) grantedTo(t *testing.T, id string) tokens {
	t.Helper()
	h.visit(id)
	to, err := url.Parse(h.postConsent(t, "allow").Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return h.tokens(t, h.post("/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "client_id": {id},
		"redirect_uri": {testCallback}, "code_verifier": {testVerifier},
	}))
}

func TestManagementNeedsItsToken(t *testing.T) {
	h := newHouse(t)
	mine, other := h.managing(t, publicClient), h.managing(t, publicClient)
	access := h.grantedTo(t, mine.ClientID).Access
	var said []string
	for _, id := range []string{mine.ClientID, "client_gone", h.public.ID, "https://a.example", "%00", strings.Repeat("x", 5000)} {
		for _, token := range []string{"", "x", other.ManageToken, access, mine.ManageToken + "x", strings.ToUpper(mine.ManageToken)} {
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				w := h.json(method, "/oauth/register/"+url.PathEscape(id), publicClient, token)
				if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer ") {
					t.Errorf("%s %.20s with %.10q: %d %s", method, id, token, w.Code, w.Body)
				}
				said = append(said, w.Body.String())
			}
		}
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("answers differ: %s and %s", s, said[0])
		}
	}
	if w := h.json("GET", "/oauth/register/"+mine.ClientID, "", mine.ManageToken); w.Code != http.StatusOK {
		t.Errorf("still there: %d", w.Code)
	}
}

// TestSecretReplacedMeanwhile has an operator replace a client's secret while the client's update is on its way.
func TestSecretReplacedMeanwhile(t *testing.T) {
	h := newHouse(t)
	mine := h.managing(t, `{"redirect_uris":["`+testCallback+`"],"client_name":"App"}`)
	body := `{"client_id":"` + mine.ClientID + `","redirect_uris":["` + testCallback + `"],"client_name":"App"}`
	secret, hash := NewClientSecret()
	r := httptest.NewRequest("PUT", "/oauth/register/"+mine.ClientID, io.MultiReader(
		strings.NewReader(body[:10]), reading(func() { must(t, h.Store.SetClientSecret(t.Context(), mine.ClientID, hash)) }), strings.NewReader(body[10:]),
	))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+mine.ManageToken)
	told(t, h.do(r), http.StatusOK)
	c, err := h.Store.Client(t.Context(), mine.ClientID)
	must(t, err)
	if !secretMatches(secret, c.SecretHash) || c.SecretRotatedAt.IsZero() {
		t.Error("the secret that was replaced is back")
	}
}

// reading is an empty body that calls itself when it is read.
type reading func()

func (f reading) Read([]byte) (int, error) { f(); return 0, io.EOF }

func TestUpdatesAtOnce(t *testing.T) {
	h := newHouse(t)
	mine := h.managing(t, publicClient)
	body := strings.Replace(publicClient, "{", `{"client_id":"`+mine.ClientID+`",`, 1)
	var g sync.WaitGroup
	answers := make(chan *httptest.ResponseRecorder, 16)
	for range cap(answers) {
		g.Go(func() { answers <- h.json("PUT", "/oauth/register/"+mine.ClientID, body, mine.ManageToken) })
	}
	g.Wait()
	close(answers)
	var winner string
	for w := range answers {
		switch w.Code {
		case http.StatusOK:
			if winner != "" {
				t.Error("two updates with one token")
			}
			winner = told(t, w, http.StatusOK).ManageToken
		case http.StatusUnauthorized:
		default:
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if w := h.json("GET", "/oauth/register/"+mine.ClientID, "", winner); w.Code != http.StatusOK {
		t.Errorf("the winner's token: %d", w.Code)
	}
}

func TestDeletedClientsTokensAreDead(t *testing.T) {
	h := newHouse(t)
	mine := h.managing(t, publicClient)
	got := h.grantedTo(t, mine.ClientID)
	if _, err := h.Verify(t.Context(), got.Access, testResource); err != nil {
		t.Fatal(err)
	}
	if w := h.json("DELETE", "/oauth/register/"+mine.ClientID, "", mine.ManageToken); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if _, err := h.Verify(t.Context(), got.Access, testResource); err == nil {
		t.Error("the access token lives")
	}
	w := h.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got.Refresh}, "client_id": {mine.ClientID}})
	if w.Code != http.StatusUnauthorized {
		t.Errorf("refresh: %d", w.Code)
	}
	if w := h.visit(mine.ClientID); w.Code != http.StatusBadRequest {
		t.Errorf("authorize: %d", w.Code)
	}
}

func TestBlockedClient(t *testing.T) {
	h := newHouse(t)
	mine := h.managing(t, publicClient)
	got := h.grantedTo(t, mine.ClientID)
	if err := h.Store.BlockClient(t.Context(), mine.ClientID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Verify(t.Context(), got.Access, testResource); err == nil {
		t.Error("the access token lives")
	}
	if w := h.visit(mine.ClientID); w.Code != http.StatusBadRequest {
		t.Errorf("authorize: %d", w.Code)
	}
	w := h.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got.Refresh}, "client_id": {mine.ClientID}})
	if w.Code != http.StatusUnauthorized {
		t.Errorf("refresh: %d", w.Code)
	}
	if w := h.json("PUT", "/oauth/register/"+mine.ClientID, publicClient, mine.ManageToken); w.Code != http.StatusForbidden {
		t.Errorf("update: %d", w.Code)
	}
}

func TestSecretsOverUpdates(t *testing.T) {
	h := newHouse(t)
	mine := h.managing(t, `{"redirect_uris":["`+testCallback+`"]}`)
	update := func(method, more string) registration {
		t.Helper()
		r := told(t, h.json("PUT", "/oauth/register/"+mine.ClientID,
			`{"client_id":"`+mine.ClientID+`","redirect_uris":["`+testCallback+`"],"token_endpoint_auth_method":"`+method+`"`+more+`}`, mine.ManageToken), 200)
		if r.ManageToken == mine.ManageToken || r.ManageToken == "" {
			t.Error("the token was not replaced")
		}
		mine.ManageToken = r.ManageToken
		return r
	}
	works := func(secret string) bool {
		return h.post("/oauth/revoke", url.Values{"token": {"x"}, "client_id": {mine.ClientID}, "client_secret": {secret}}).Code == http.StatusOK
	}
	if r := update("client_secret_post", `,"client_secret":"`+mine.ClientSecret+`"`); r.ClientSecret != "" || !works(mine.ClientSecret) {
		t.Errorf("the secret did not stay: %+v", r)
	}
	if r := update("none", ""); r.ClientSecret != "" || works(mine.ClientSecret) {
		t.Errorf("a public client has a secret: %+v", r)
	}
	if r := update("client_secret_post", ""); r.ClientSecret == "" || r.ClientSecret == mine.ClientSecret || !works(r.ClientSecret) || works(mine.ClientSecret) {
		t.Errorf("no new secret: %+v", r)
	}
}

func TestRegistrationCeiling(t *testing.T) {
	h := newHouse(t)
	h.RegistrationsMax = 3
	try := func(when string, want int) string {
		t.Helper()
		w := h.json("POST", "/oauth/register", publicClient, "")
		if w.Code != want || want == 429 && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", when, w.Code, w.Body)
		}
		var r registration
		_ = json.Unmarshal(w.Body.Bytes(), &r)
		return r.ClientID
	}
	first := try("first", 201)
	try("second", 201)
	try("third", 201)
	try("fourth", 429)
	o := newOrigin(t)
	if w := h.visit(o.url); w.Code != http.StatusTooManyRequests || o.served.Load() != 0 {
		t.Errorf("a document beyond the ceiling: %d", w.Code)
	}
	h.grantedTo(t, first)
	h.clock.at = h.clock.at.Add(countAgainFull + 1)
	try("one was allowed something", 201)
	try("full again", 429)
	h.clock.at = h.clock.at.Add(signingIn - 2*countAgainFull)
	try("all are too new to go", 429)
	h.clock.at = h.clock.at.Add(2 * countAgainFull)
	try("nobody has come for the oldest", 201)
	if _, err := h.Store.Client(t.Context(), first); err != nil {
		t.Errorf("a client that was allowed something: %v", err)
	}
}

// TestCeilingStands when whoever registers hangs up: what was not counted is not believed.
func TestCeilingStands(t *testing.T) {
	h := newHouse(t)
	h.RegistrationsMax = 3
	for range 3 {
		h.managing(t, publicClient)
	}
	h.clock.at = h.clock.at.Add(countAgainFull + 1)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(gone, "POST", "/oauth/register", strings.NewReader(publicClient))
	r.Header.Set("Content-Type", "application/json")
	h.do(r)
	if w := h.json("POST", "/oauth/register", publicClient, ""); w.Code != http.StatusTooManyRequests {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestPagesUseUpTheirOwn registrations, whichever way they have a visitor's browser come, and none of the programs' on the
// same machine.
func TestPagesUseUpTheirOwn(t *testing.T) {
	h := newHouse(t)
	h.registers = newRegisters(2, h.Now)
	register := func(header, value string) int {
		r := httptest.NewRequest("POST", "/oauth/register", strings.NewReader(publicClient))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(header, value)
		return h.do(r).Code
	}
	for _, try := range []struct {
		header, value string
		want          int
	}{
		{"Origin", "https://evil.example", http.StatusCreated},
		{"Sec-Fetch-Site", "cross-site", http.StatusCreated},
		{"Sec-Fetch-Site", "same-site", http.StatusTooManyRequests},
		{"Origin", "null", http.StatusTooManyRequests},
		{"Sec-Fetch-Mode", "cors", http.StatusCreated}, // what Node's fetch sends
		{"Sec-Fetch-Site", "none", http.StatusCreated}, // an address that a program had the browser open
		{"User-Agent", "x", http.StatusTooManyRequests},
	} {
		if code := register(try.header, try.value); code != try.want {
			t.Errorf("%s: %s: %d", try.header, try.value, code)
		}
	}
}

func TestInitialAccessToken(t *testing.T) {
	h := newHouse(t)
	h.InitialAccessToken = "0123456789abcdef"
	for token, want := range map[string]int{"": 401, "x": 401, "0123456789abcdeF": 401, "0123456789abcdef": 201} {
		w := h.json("POST", "/oauth/register", publicClient, token)
		if w.Code != want || want == 401 && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%q: %d %s", token, w.Code, w.Body)
		}
	}
	h.registers = newRegisters(3, h.Now)
	for i, want := range []int{401, 401, 401, 429} {
		if w := h.json("POST", "/oauth/register", publicClient, "guess"); w.Code != want {
			t.Errorf("guess %d: %d", i+1, w.Code)
		}
	}
}
