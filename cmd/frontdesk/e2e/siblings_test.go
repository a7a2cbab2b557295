//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestMCPRemoteSiblings: two mcp-remote processes that hold the same refresh token use it at the same moment, and both go
// on working. In one folder they wait for each other; with a copy of it, as older versions do, only the server keeps
// them from ending each other's grant.
func TestMCPRemoteSiblings(t *testing.T) {
	t.Run("one folder", func(t *testing.T) {
		// mcp-remote refreshes within the last minute: with these tokens, before every request.
		d := start(t, "FRONTDESK_ACCESS_TOKEN_LIFETIME=1m")
		p := d.user(t)
		memory, first := d.signedInRemote(t, p)
		second := converse(t, d.remote(t, memory))
		d.same(t, p, second.useTool(t))
		seen := map[string]bool{held(t, memory): true}
		for range 8 {
			d.together(t, p, first, second)
			seen[held(t, memory)] = true
		}
		if len(seen) < 3 {
			t.Errorf("in 8 rounds they had %d access tokens: nobody refreshed", len(seen))
		}
		first.end(t)
		second.end(t)
	})
	t.Run("a copy", func(t *testing.T) {
		d := start(t)
		p := d.user(t)
		memory, first := d.signedInRemote(t, p)
		twin := filepath.Join(t.TempDir(), "twin")
		if err := os.CopyFS(twin, os.DirFS(memory)); err != nil {
			t.Fatal(err)
		}
		second := converse(t, d.remote(t, twin))
		d.same(t, p, second.useTool(t))
		before := held(t, memory)
		if before != held(t, twin) {
			t.Fatal("they do not hold the same token")
		}
		age(t, memory)
		age(t, twin)
		d.together(t, p, first, second)
		d.together(t, p, first, second)
		if held(t, memory) == before || held(t, twin) == before {
			t.Error("one of them did not refresh")
		}
		first.end(t)
		second.end(t)
	})
}

// signedInRemote is a running mcp-remote that p has allowed, and its memory.
func (d *desk) signedInRemote(t *testing.T, p person, flags ...string) (memory string, k *talk) {
	t.Helper()
	memory = t.TempDir()
	cmd := d.remote(t, memory, flags...)
	opened := desktop(t, cmd)
	k = converse(t, cmd)
	d.browser(t).signInAndAllow(t, opened(t), p)
	d.same(t, p, k.useTool(t))
	return memory, k
}

// together lets both call before either has been answered.
func (d *desk) together(t *testing.T, p person, first, second *talk) {
	t.Helper()
	first.beginCall(t)
	second.beginCall(t)
	d.same(t, p, first.endCall(t))
	d.same(t, p, second.endCall(t))
}

// beginCall calls get_user_profile and does not wait.
func (k *talk) beginCall(t *testing.T) {
	t.Helper()
	k.asked++
	k.say(t, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"get_user_profile","arguments":{}}}`, k.asked))
}

// endCall waits for what beginCall asked.
func (k *talk) endCall(t *testing.T) profile {
	t.Helper()
	for {
		m := hear[struct {
			ID            any
			Result, Error json.RawMessage
		}](t, k)
		switch {
		case fmt.Sprint(m.ID) != fmt.Sprint(k.asked):
		case m.Error != nil:
			t.Fatalf("the call failed: %s\n%s", m.Error, k.log)
		default:
			return readProfile(t, m.Result)
		}
	}
}

// held is the access token in mcp-remote's memory.
func held(t *testing.T, memory string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(memory, "*", "*tokens.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("mcp-remote keeps its tokens in %v, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(b, &kept); err != nil || kept.Access == "" {
		t.Fatalf("mcp-remote keeps no token: %v", err)
	}
	return kept.Access
}
