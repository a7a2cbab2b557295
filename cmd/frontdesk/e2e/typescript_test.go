//go:build e2e

package e2e

import (
	"encoding/json"
	"testing"
)

func TestTypeScriptSDK(t *testing.T) {
	for _, line := range []string{"v1", "v2"} {
		for _, method := range []string{"none", "client_secret_post", "client_secret_basic"} {
			t.Run(line+"/"+method, func(t *testing.T) {
				d := start(t)
				p := d.user(t)
				d.enrich(t, p)
				cb := listen(t)
				k := converse(t, node(t, "sdk.mjs", d.URL+"/mcp", cb.URL, line, method))

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
