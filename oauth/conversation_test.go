package oauth_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// program is where the built program lies.
var program string

// TestConversations plays the scripts in testdata against the built program. A script is a conversation over
// HTTP: it begins with "serve", and each rule of a specification is a few lines of it. The commands:
//
//	serve [KEY=VALUE]…             start the program on an empty database; sets $URL and $MCP
//	user EMAIL PASSWORD [FLAG]…    frontdesk user create; sets $USER
//	client NAME URI [FLAG]…        frontdesk client create; sets $CLIENT and $SECRET
//	frontdesk ARG…                 any other command; it must succeed
//	sign-in EMAIL PASSWORD         this browser signs in ("sign-in" alone: a new browser, nobody)
//	pkce                           sets $VERIFIER and $CHALLENGE
//	authorize [NAME=VALUE|-NAME]…  ask as $CLIENT with good parameters, but for those named
//	tokens [NAME=VALUE|-NAME]…     authorize, Allow where asked, exchange; sets $ACCESS, $REFRESH and $CODE
//	token NAME=VALUE…              POST to the token endpoint, VALUEs unescaped
//	introspect NAME=VALUE…         POST to the introspection endpoint, VALUEs unescaped
//	GET|HEAD|PUT|DELETE|OPTIONS PATH [HEADER:VALUE]…
//	POST PATH BODY [HEADER:VALUE]… a form, or JSON where BODY begins with { or [
//	PUT PATH JSON [HEADER:VALUE]…
//	document [NAME=JSON|-NAME]…    serve a client's metadata document, good but for those named; sets $CLIENT ("document 503":
//	                               its site answers so)
//	key ALG                        make a client's key; sets $JWKS, and $JWKS_URI, where it is served
//	assertion [NAME=JSON|-NAME]…   sign good claims of $CLIENT but for those named; sets $ASSERTION
//	follow                         go where the answer's Location leads, on this server
//	answer [NAME=VALUE|-NAME]…     fill in the first form of the page and send it
//	status CODE                    what the last answer was
//	header NAME REGEXP             (! header NAME: it is not there)
//	body REGEXP                    (! body REGEXP)
//	json PATH [REGEXP]             a member of a JSON answer, a.b.0; (! json PATH: it is not there)
//	jwt VARIABLE PART PATH REGEXP  a member of a JWT's header or claims
//	query NAME [REGEXP]            a parameter of the answer's Location (! query NAME)
//	set VARIABLE json|query|header|body WHAT   keep it; of body, the first group of a regexp
func TestConversations(t *testing.T) {
	program = filepath.Join(t.TempDir(), "frontdesk")
	if out, err := exec.Command("go", "build", "-race", "-o", program, "frontdesk/cmd/frontdesk").CombinedOutput(); err != nil {
		t.Fatalf("build: %s", out)
	}
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: func(env *testscript.Env) error { env.Values[talkKey{}] = newTalk(); return nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "user": user, "client": client, "frontdesk": command, "sign-in": signIn, "pkce": pkce,
			"authorize": authorize, "tokens": tokens, "token": token, "introspect": introspect,
			"GET": request("GET"), "HEAD": request("HEAD"), "PUT": request("PUT"), "DELETE": request("DELETE"),
			"OPTIONS": request("OPTIONS"), "POST": request("POST"),
			"follow": follow, "answer": answer, "status": status, "header": header, "body": body, "json": member,
			"jwt": jwt, "query": query, "set": set, "document": document, "key": key, "assertion": assertion,
		},
		RequireExplicitExec: true,
	})
}
