package main

import (
	"strings"
	"testing"
)

// TestClientPolicy decides about a client and about documents, one of them before anybody has seen it.
func TestClientPolicy(t *testing.T) {
	p := newProgram(t)
	var made clientDescription
	p.do(&made, "", "client", "create", "--name", "Editor", "--redirect-uri", "http://127.0.0.1/cb", "--json")
	const document = "https://a.example/client.json"
	state := func(id string) string {
		t.Helper()
		var shown clientDescription
		p.do(&shown, "", "client", "show", id, "--json")
		return shown.State
	}
	for _, step := range []struct{ command, id, state string }{
		{"block", made.ID, "blocked"},
		{"unblock", made.ID, "allowed"},
		{"block", made.ID, "blocked"},
		{"allow", made.ID, "allowed"},
		{"allow", document, "allowed"},
		{"block", document, "blocked"},
		{"block", document + "?2", "blocked"},
		{"unblock", document + "?2", "unverified"},
	} {
		if p.do(nil, "", "client", step.command, step.id); state(step.id) != step.state {
			t.Errorf("%s %s: %s", step.command, step.id, state(step.id))
		}
	}
	out, _, _ := p.run("", "client", "list")
	for _, line := range []string{"FROM      STATE", "operator  allowed", "document  blocked", "document  unverified"} {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in:\n%s", line, out)
		}
	}
	for _, command := range []string{"allow", "block", "unblock"} {
		for _, id := range []string{"client_gone", "https://a.example", "ftp://a.example/c", "https://u@a.example/c", "http://a.example/c", "http://localhost/c"} {
			if _, wrong, code := p.run("", "client", command, id); code != 1 || !strings.Contains(wrong, "there is no client") {
				t.Errorf("%s %s: %d, %s", command, id, code, wrong)
			}
		}
		if _, _, code := p.run("", "client", command); code != 2 {
			t.Errorf("%s of nobody: %d", command, code)
		}
	}
}

// TestUnseenDocuments are decided about where they can be fetched, and only a decision makes them known.
func TestUnseenDocuments(t *testing.T) {
	p := newMigrated(t, "FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK=on")
	for id, code := range map[string]int{"http://localhost:1/c.json": 0, "http://a.example/c.json": 1} {
		if _, wrong, got := p.run("", "client", "allow", id); got != code {
			t.Errorf("%s: %d %s", id, got, wrong)
		}
	}
	const unseen = "https://a.example/c.json"
	if _, wrong, code := p.run("", "client", "unblock", unseen); code != 1 || !strings.Contains(wrong, "there is no client") {
		t.Error(code, wrong)
	}
}

// TestBlockedDocumentStays: without its row nothing would keep it out.
func TestBlockedDocumentStays(t *testing.T) {
	p := newMigrated(t)
	const document = "https://a.example/client.json"
	p.do(nil, "", "client", "block", document)
	if _, wrong, code := p.run("", "client", "delete", document); code != 1 || !strings.Contains(wrong, "Unblock it first") {
		t.Error(code, wrong)
	}
	p.do(nil, "", "client", "show", document)
	p.do(nil, "", "client", "unblock", document)
	p.do(nil, "", "client", "delete", document)
	var made clientDescription
	p.do(&made, "", "client", "create", "--name", "Editor", "--redirect-uri", "http://127.0.0.1/cb", "--json")
	p.do(nil, "", "client", "block", made.ID)
	p.do(nil, "", "client", "delete", made.ID) // what is not there cannot come back
}

func TestRegistrationSettings(t *testing.T) {
	for _, c := range []struct {
		env                            []string
		registration, token, documents string
	}{
		{nil, "on", "", "anyone"},
		{[]string{"FRONTDESK_REGISTRATION=False", "FRONTDESK_CLIENT_DOCUMENTS=no"}, "off", "", "off"},
		{[]string{"FRONTDESK_REGISTRATION=1", "FRONTDESK_CLIENT_DOCUMENTS=yes"}, "on", "", "on"},
		{[]string{"FRONTDESK_INITIAL_ACCESS_TOKEN=0123456789abcdef"}, "on", "", "anyone"},
		{[]string{"FRONTDESK_REGISTRATION=token", "FRONTDESK_INITIAL_ACCESS_TOKEN=0123456789abcdef"}, "token", "0123456789abcdef", "anyone"},
	} {
		got, err := loadConfig(c.env, "")
		if err != nil || got.Registration != c.registration || got.initialAccessToken() != c.token || got.ClientDocuments != c.documents {
			t.Errorf("%v: %+v, %v", c.env, got, err)
		}
	}
}

func TestDoctorSeesLoopbackDocuments(t *testing.T) {
	for env, word := range map[string]string{
		"FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK=off": "ok       client documents",
		"FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK=on":  "warning  client documents",
		"FRONTDESK_CLIENT_DOCUMENTS=off":          "They are off",
	} {
		if out, _, _ := newProgram(t, env).run("", "doctor"); !strings.Contains(out, word) {
			t.Errorf("%s: no %q in:\n%s", env, word, out)
		}
	}
}

// TestAllowSaysWhatIsVouchedFor, and a block has nothing to vouch for.
func TestAllowSaysWhatIsVouchedFor(t *testing.T) {
	p := newProgram(t)
	var made clientDescription
	p.do(&made, "", "client", "create", "--name", "Editor", "--redirect-uri", "http://127.0.0.1/cb", "--json")
	for _, step := range []struct {
		command, id, says string
		not               bool
	}{
		{"allow", made.ID, `It is called "Editor" and takes people to http://127.0.0.1/cb.`, false},
		{"allow", "https://a.example/c.json", "Its document has not been fetched yet.", false},
		{"block", made.ID, "It is called", true},
		{"unblock", made.ID, "It is called", true},
	} {
		if out, _, code := p.run("", "client", step.command, step.id); code != 0 || strings.Contains(out, step.says) == step.not {
			t.Errorf("%s %s: %d %s", step.command, step.id, code, out)
		}
	}
}
