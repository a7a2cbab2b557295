package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"frontdesk/oauth"
)

func TestKeyCommands(t *testing.T) {
	p := newMigrated(t)
	var keys, made []keyDescription
	p.do(&keys, "", "key", "list", "--json")
	if len(keys) != 0 {
		t.Errorf("before the first start there are %+v", keys)
	}
	p.do(&made, "", "key", "rotate", "--json")
	if len(made) != len(oauth.Algorithms()) {
		t.Fatalf("%+v", made)
	}
	for i, name := range oauth.Algorithms() {
		if k := made[i]; k.Algorithm != name || k.State != oauth.KeySigning || k.SignsUntil != nil || k.PublishedUntil != nil {
			t.Errorf("the first key is %+v", k)
		}
	}
	first := made[0]
	p.do(&made, "", "key", "rotate", "--algorithm", "ES256", "--json")
	if len(made) != 1 || made[0].State != oauth.KeyPublished || !made[0].SignsFrom.After(time.Now()) {
		t.Fatalf("the next one is %+v", made)
	}
	p.do(&keys, "", "key", "list", "--json")
	if len(keys) != 4 || keys[0].ID != first.ID || keys[0].SignsUntil == nil || !keys[0].SignsUntil.Equal(made[0].SignsFrom) ||
		keys[0].PublishedUntil.Sub(*keys[0].SignsUntil) < time.Hour {
		t.Errorf("%+v", keys)
	}
	out, _, _ := p.run("", "key", "list")
	if !strings.Contains(out, first.ID) || strings.Count(out, "\n") != 5 {
		t.Error(out)
	}
	if out, wrong, code := p.run("", "key", "revoke", first.ID); code != 0 || !strings.Contains(out, first.ID+" is revoked") || wrong != "" {
		t.Error(code, out, wrong)
	}
	p.do(&keys, "", "key", "list", "--json")
	for _, k := range keys {
		if k.ID == first.ID || k.ID == made[0].ID && k.State != oauth.KeySigning {
			t.Errorf("after the revocation there is %+v", k)
		}
	}
}

func TestWrongKeyCommands(t *testing.T) {
	p := newMigrated(t)
	for _, c := range []struct {
		args, word string
		code       int
	}{
		{"key revoke", "which key?", 2},
		{"key revoke a b", "one argument too many", 2},
		{"key rotate --algorithm HS256", "ES256, RS256, EdDSA", 2},
		{"key revoke nobody", `there is no key "nobody"`, 1},
		{"key", "key rotate", 2},
	} {
		if out, wrong, code := p.run("", strings.Fields(c.args)...); code != c.code || !strings.Contains(wrong, c.word) || out != "" {
			t.Errorf("%s: %d %s%s", c.args, code, out, wrong)
		}
	}
}

// TestAnotherMasterKey: whoever looks says so, and nobody makes keys that the others could not open.
func TestAnotherMasterKey(t *testing.T) {
	p := newMigrated(t)
	p.do(nil, "", "key", "rotate", "--algorithm", "ES256")
	if out, _, code := p.run("", "doctor"); code != 0 || !strings.Contains(out, "The master key opens them.") {
		t.Error(code, out)
	}
	p.env = append(p.env, "FRONTDESK_MASTER_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
	for _, args := range []string{"doctor", "serve", "key list", "key rotate"} {
		if out, wrong, code := p.run("", strings.Fields(args)...); code != 1 || !strings.Contains(out+wrong, "sealed under another master key") {
			t.Errorf("%s: %d %s%s", args, code, out, wrong)
		}
	}
	p.env = p.env[:len(p.env)-1]
	if err := os.Remove(p.dir + "/master.key"); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"doctor", "serve", "key list", "key rotate"} {
		if out, wrong, code := p.run("", strings.Fields(args)...); code != 1 || !strings.Contains(out+wrong, "bring ") {
			t.Errorf("%s: %d %s%s", args, code, out, wrong)
		}
		if _, err := os.Stat(p.dir + "/master.key"); err == nil {
			t.Fatalf("%s has made another key, which looks like the one that is to be brought back", args)
		}
	}
}
