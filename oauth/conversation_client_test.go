package oauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// introduction is how a script's client introduces itself: its document and its key.
type introduction struct {
	server *httptest.Server
	mu     sync.Mutex
	status int
	served int
	files  map[string]any // by path
	key    crypto.Signer
	alg    jose.SignatureAlgorithm
}

// site is where the document lies and the keys beside it; it is there until the script ends.
func (i *introduction) site(ts *testscript.TestScript) string {
	if i.server == nil {
		i.files = map[string]any{}
		i.server = httptest.NewServer(i)
		ts.Defer(i.server.Close)
	}
	return i.server.URL
}

// ServeHTTP implements http.Handler.
func (i *introduction) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.served++
	switch file, there := i.files[r.URL.Path]; {
	case i.status != 0:
		w.WriteHeader(i.status)
	case !there:
		w.WriteHeader(http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(file)
	}
}

func document(ts *testscript.TestScript, _ bool, args []string) {
	i := &talkOf(ts).introduction
	site := i.site(ts)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.status = 0
	if len(args) == 1 {
		if status, err := strconv.Atoi(args[0]); err == nil {
			i.status = status
			return
		}
	}
	i.files["/client.json"] = changedJSON(ts, map[string]any{
		"client_id": site + "/client.json", "client_name": "Documented", "redirect_uris": []string{callback}, "token_endpoint_auth_method": "none",
	}, args)
	ts.Setenv("CLIENT", site+"/client.json")
	ts.Setenv("SECRET", "")
}

func key(ts *testscript.TestScript, _ bool, args []string) {
	i := &talkOf(ts).introduction
	var err error
	switch i.alg = jose.SignatureAlgorithm(args[0]); i.alg {
	case jose.RS256, jose.PS256:
		i.key, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		i.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.EdDSA:
		_, i.key, err = ed25519.GenerateKey(rand.Reader)
	default:
		ts.Fatalf("no key for %s", args[0])
	}
	ts.Check(err)
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: rand.Text()}}}
	text, err := json.Marshal(set)
	ts.Check(err)
	site := i.site(ts)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.files["/jwks.json"] = set
	ts.Setenv("JWKS", string(text))
	ts.Setenv("JWKS_URI", site+"/jwks.json")
}

func assertion(ts *testscript.TestScript, _ bool, args []string) {
	i, now, client := &talkOf(ts).introduction, time.Now(), ts.Getenv("CLIENT")
	claims, err := json.Marshal(changedJSON(ts, map[string]any{
		"iss": client, "sub": client, "aud": ts.Getenv("URL"), "jti": rand.Text(), "exp": now.Add(time.Minute).Unix(),
	}, args))
	ts.Check(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: i.alg, Key: i.key}, new(jose.SignerOptions).WithType("JWT"))
	ts.Check(err)
	signed, err := signer.Sign(claims)
	ts.Check(err)
	compact, err := signed.CompactSerialize()
	ts.Check(err)
	ts.Setenv("ASSERTION", compact)
}

// changedJSON is the members with NAME=JSON set and -NAME taken out. What is no JSON is a text.
func changedJSON(ts *testscript.TestScript, members map[string]any, args []string) map[string]any {
	for _, arg := range args {
		name, text, set := strings.Cut(arg, "=")
		if !set {
			delete(members, strings.TrimPrefix(arg, "-"))
			continue
		}
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			value = text
		}
		members[name] = value
	}
	return members
}
