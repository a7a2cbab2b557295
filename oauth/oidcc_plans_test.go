package oauth_test

import (
	"slices"
	"strings"
	"testing"
)

// plans is the modules of OpenID's certification plans by the names that the conformance suite gives them, in its order
// (openid-certification/conformance-suite, August 2026). Each plan is one script.
var plans = map[string]string{
	"oidcc_basic.txt": `
		oidcc-server oidcc-response-type-missing oidcc-idtoken-signature oidcc-idtoken-unsigned oidcc-userinfo-get
		oidcc-userinfo-post-header oidcc-userinfo-post-body oidcc-ensure-request-without-nonce-succeeds-for-code-flow
		oidcc-scope-profile oidcc-scope-email oidcc-scope-address oidcc-scope-phone oidcc-scope-all oidcc-alternate-happy-flow
		oidcc-display-page oidcc-display-popup oidcc-prompt-login oidcc-prompt-none-not-logged-in oidcc-prompt-none-logged-in
		oidcc-max-age-1 oidcc-max-age-10000 oidcc-ensure-request-with-unknown-parameter-succeeds oidcc-id-token-hint
		oidcc-login-hint oidcc-ui-locales oidcc-claims-locales oidcc-ensure-request-with-acr-values-succeeds oidcc-codereuse
		oidcc-codereuse-30seconds oidcc-ensure-registered-redirect-uri oidcc-ensure-post-request-succeeds
		oidcc-server-client-secret-post oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
		oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported oidcc-claims-essential
		oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-request-with-valid-pkce-succeeds`,
	"oidcc_config.txt": `oidcc-discovery-endpoint-verification`,
	"oidcc_dynamic.txt": `
		oidcc-idtoken-rs256 oidcc-idtoken-unsigned oidcc-userinfo-rs256 oidcc-ensure-redirect-uri-in-authorization-request
		oidcc-redirect-uri-query-OK oidcc-redirect-uri-query-mismatch oidcc-redirect-uri-query-added oidcc-redirect-uri-regfrag
		oidcc-discovery-endpoint-verification oidcc-server oidcc-registration-logo-uri oidcc-registration-policy-uri
		oidcc-registration-tos-uri oidcc-registration-jwks-uri oidcc-registration-sector-uri oidcc-registration-sector-bad
		oidcc-server-rotate-keys oidcc-refresh-token-rp-key-rotation oidcc-request-uri-unsigned oidcc-request-uri-signed-rs256
		oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-client-assertion-with-iss-aud-succeeds`,
	"oidcc_logout.txt": `
		oidcc-rp-initiated-logout-discovery-endpoint-verification oidcc-rp-initiated-logout
		oidcc-rp-initiated-logout-bad-post-logout-redirect-uri oidcc-rp-initiated-logout-modified-id-token-hint
		oidcc-rp-initiated-logout-no-id-token-hint oidcc-rp-initiated-logout-no-params
		oidcc-rp-initiated-logout-no-post-logout-redirect-uri oidcc-rp-initiated-logout-no-state
		oidcc-rp-initiated-logout-only-state oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
		oidcc-rp-initiated-logout-bad-id-token-hint`,
}

// TestOpenIDPlans: every module of a plan is a line of its script, and every line with a module's name is one of the plan.
func TestOpenIDPlans(t *testing.T) {
	for script, names := range plans {
		var found []string
		for _, r := range requirementsOf(t, "testdata/"+script) {
			if r.specification == "OpenID's plans" {
				found = append(found, strings.Split(r.section, ", ")...)
			}
		}
		want := strings.Fields(names)
		for _, name := range want {
			if !slices.Contains(found, name) {
				t.Errorf("%s does not have %s", script, name)
			}
		}
		for _, name := range found {
			if !slices.Contains(want, name) {
				t.Errorf("%s: the plan has no %s", script, name)
			}
		}
	}
}
