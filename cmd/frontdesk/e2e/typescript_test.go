//go:build e2e

package e2e

import (
	"encoding/json"
	"testing"
)

func TestTypeScriptSDK(t *testing.T) {
	for _, script := range []string{"sdk_v1.mjs", "sdk_v2.mjs"} {
		for _, method := range []string{"none", "client_secret_post", "client_secret_basic"} {
			t.Run(script+"/"+method, func(t *testing.T) {
				d := start(t)
				p := d.user(t)
				d.enrich(t, p)
				cb := listen(t)
				k := converse(t, node(t, script, d.URL+"/mcp", cb.URL, method))

				var first struct{ Open string }
				if err := json.Unmarshal([]byte(k.hear(t)), &first); err != nil {
					t.Fatal(err)
				}
				d.browser(t).signInAndAllow(t, first.Open, p)
				k.say(t, cb.URL+"?"+cb.wait(t).Encode())

				var said struct {
					Tools, Result, Again json.RawMessage
					Refreshed            bool
				}
				if err := json.Unmarshal([]byte(k.hear(t)), &said); err != nil {
					t.Fatal(err)
				}
				ourTools(t, said.Tools)
				d.same(t, p, readProfile(t, said.Result))
				d.same(t, p, readProfile(t, said.Again))
				if !said.Refreshed {
					t.Error("the SDK did not refresh its token")
				}
				k.end(t)
			})
		}
	}
}
