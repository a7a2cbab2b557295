package oauth_test

import (
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/conformance.md")

const conformanceDocument = "../docs/conformance.md"

// specifications is what the comments of the scripts cite, in the order of the document. A comment cites by name and
// section; with the section alone it means the first specification that the script's own comment, on top, names.
var specifications = []struct{ name, title, address string }{
	{"OAuth 2.1", "The OAuth 2.1 Authorization Framework (draft 15)", "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-15"},
	{"RFC 6749", "The OAuth 2.0 Authorization Framework", "https://www.rfc-editor.org/rfc/rfc6749"},
	{"RFC 6750", "Bearer Token Usage", "https://www.rfc-editor.org/rfc/rfc6750"},
	{"RFC 7009", "Token Revocation", "https://www.rfc-editor.org/rfc/rfc7009"},
	{"RFC 7517", "JSON Web Key", "https://www.rfc-editor.org/rfc/rfc7517"},
	{"RFC 7523", "JWT Profile for Client Authentication", "https://www.rfc-editor.org/rfc/rfc7523"},
	{"RFC 7591", "Dynamic Client Registration", "https://www.rfc-editor.org/rfc/rfc7591"},
	{"RFC 7592", "Dynamic Client Registration Management", "https://www.rfc-editor.org/rfc/rfc7592"},
	{"RFC 7636", "Proof Key for Code Exchange", "https://www.rfc-editor.org/rfc/rfc7636"},
	{"RFC 7662", "Token Introspection", "https://www.rfc-editor.org/rfc/rfc7662"},
	{"RFC 8252", "OAuth 2.0 for Native Apps", "https://www.rfc-editor.org/rfc/rfc8252"},
	{"RFC 8414", "Authorization Server Metadata", "https://www.rfc-editor.org/rfc/rfc8414"},
	{"RFC 8707", "Resource Indicators", "https://www.rfc-editor.org/rfc/rfc8707"},
	{"RFC 8725", "JSON Web Token Best Current Practices", "https://www.rfc-editor.org/rfc/rfc8725"},
	{"RFC 9068", "JWT Profile for Access Tokens", "https://www.rfc-editor.org/rfc/rfc9068"},
	{"RFC 9110", "HTTP Semantics", "https://www.rfc-editor.org/rfc/rfc9110"},
	{"RFC 9207", "Issuer Identification", "https://www.rfc-editor.org/rfc/rfc9207"},
	{"RFC 9700", "Best Current Practice for OAuth 2.0 Security", "https://www.rfc-editor.org/rfc/rfc9700"},
	{"RFC 9728", "Protected Resource Metadata", "https://www.rfc-editor.org/rfc/rfc9728"},
	{"CIMD", "Client ID Metadata Document (draft 01)", "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-client-id-metadata-document-01"},
	{"MCP Authorization", "Model Context Protocol", "https://modelcontextprotocol.io/specification/draft/basic/authorization"},
	{"OpenID Connect Core", "OpenID Connect Core 1.0", "https://openid.net/specs/openid-connect-core-1_0.html"},
	{"OpenID Connect Discovery", "OpenID Connect Discovery 1.0", "https://openid.net/specs/openid-connect-discovery-1_0.html"},
	{"OpenID Connect Registration", "OpenID Connect Dynamic Client Registration 1.0", "https://openid.net/specs/openid-connect-registration-1_0.html"},
	{"OpenID Connect RP-Initiated Logout", "OpenID Connect RP-Initiated Logout 1.0", "https://openid.net/specs/openid-connect-rpinitiated-1_0.html"},
	{"OpenID's plans", "The modules of OpenID's conformance plans", "https://openid.net/certification/"},
}

// requirement is a comment of a script with the lines below it.
type requirement struct {
	specification, section, text string
	script                       string
	line, checks                 int
}

var (
	specificationNames = func() string {
		var names []string
		for _, s := range specifications {
			names = append(names, regexp.QuoteMeta(s.name))
		}
		return strings.Join(names, "|")
	}()
	anySpecification = regexp.MustCompile(specificationNames)
	citation         = regexp.MustCompile(`^(?:(` + specificationNames + `)(?: sections? |, | ))?((?:\d[\d.]*(?:, | and |$))+|appendix [A-Z]|[A-Z][^:;]*)$`)
	nearly           = regexp.MustCompile(`^(?:\d|section|MCP|OIDC|RFC|OAuth|OpenID (?:Connect|Discovery)|oidcc-|.*: not here)`)
	module           = regexp.MustCompile(`^(oidcc-[\w-]+(?:, oidcc-[\w-]+)*)(?:: (.+))?$`)
	check            = regexp.MustCompile(`^(?:! )?(?:status|header|body|json|jwt|query|stdout|grep|tokens)\b`)
	goTest           = regexp.MustCompile(`\bTest[A-Z]\w+`)
)

// TestConformanceDocument writes the document anew from the scripts' comments and compares.
func TestConformanceDocument(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	var all []requirement
	for _, script := range scripts {
		all = append(all, requirementsOf(t, script)...)
	}
	document := conformance(t, all)
	if *update {
		if err := os.WriteFile(conformanceDocument, document, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if written, err := os.ReadFile(conformanceDocument); err != nil || string(written) != string(document) {
		t.Errorf("docs/conformance.md is not what the scripts say (%v): go test ./oauth -run TestConformanceDocument -update", err)
	}
}

// requirementsOf reads a script: a comment with a section begins a requirement, the next comment ends it.
func requirementsOf(t *testing.T, script string) []requirement {
	t.Helper()
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	var (
		found []requirement
		own   string // the specification of sections without a name
		in    int    // so many of found, the last ones, are above the line
	)
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "# ") {
			if check.MatchString(lines[i]) {
				for j := range in {
					found[len(found)-1-j].checks++
				}
			}
			continue
		}
		at, comment := i, lines[i][2:]
		for ; i+1 < len(lines) && strings.HasPrefix(lines[i+1], "# ") && len(cited(lines[i+1][2:], own)) == 0; i++ {
			comment += " " + lines[i+1][2:]
		}
		if at == 0 {
			own = anySpecification.FindString(comment)
			continue
		}
		now := cited(comment, own)
		if in = len(now); in == 0 && nearly.MatchString(comment) {
			t.Errorf("%s:%d: cites, but not as SPECIFICATION section NUMBER: %s", script, at+1, comment)
		}
		for _, r := range now {
			r.script, r.line = filepath.ToSlash(script), at+1
			found = append(found, r)
		}
	}
	return found
}

// cited is what a comment is about: "4.1.3: …", or "4.1.3; OAuth 2.1 section 4.1.3: …" for two that ask the same. None, where
// it cites nothing.
func cited(comment, own string) []requirement {
	if m := module.FindStringSubmatch(comment); m != nil {
		return []requirement{{specification: "OpenID's plans", section: m[1], text: m[2]}}
	}
	head, text, ok := strings.Cut(comment, ": ")
	if !ok {
		return nil
	}
	var all []requirement
	for part := range strings.SplitSeq(head, "; ") {
		m := citation.FindStringSubmatch(part)
		if m == nil || m[1] == "" && (m[2][0] < '0' || m[2][0] > '9') {
			return nil
		}
		all = append(all, requirement{specification: cmp.Or(m[1], own), section: m[2], text: text})
	}
	return all
}
