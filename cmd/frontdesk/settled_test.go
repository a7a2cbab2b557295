package main

import (
	"bytes"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"frontdesk/store"
)

// ear is another process: it remembers whether it was told about id.
type ear struct {
	id     string
	began  sync.Once
	begins chan struct{} // closed by the first look
	heard  atomic.Bool
}

func (e *ear) Doubt(string) {}
func (e *ear) Lose(error)   {}

func (e *ear) Hear(n store.News) {
	for _, r := range n.Revoked {
		if r.ID == e.id {
			e.heard.Store(true)
		}
	}
	e.began.Do(func() { close(e.begins) })
}

// said is where a command says that it is done. early: it did before the ear was told.
type said struct {
	bytes.Buffer
	ear   *ear
	early bool
}

func (s *said) Write(b []byte) (int, error) {
	s.early = s.early || !s.ear.heard.Load()
	return s.Buffer.Write(b)
}

// TestDoneIsDoneEverywhere: what a command says has ended has ended on the servers that run beside it.
func TestDoneIsDoneEverywhere(t *testing.T) {
	for _, command := range []string{
		"user ban", "user delete", "user reset-password --password-stdin", "client block", "client delete",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			var user userDescription
			var client clientDescription
			p.do(&user, "correct horse\n", "user", "create", "--email", "jane@example.com", "--admin", "--password-stdin", "--json")
			p.do(&client, "", "client", "create", "--name", "Editor", "--redirect-uri", "http://127.0.0.1/cb", "--json")
			e := &ear{id: user.ID, begins: make(chan struct{})}
			if strings.HasPrefix(command, "client") {
				e.id = client.ID
			}
			p.open().Follow(e)
			<-e.begins
			stdout, stderr := &said{ear: e}, new(bytes.Buffer)
			code := run(t.Context(), append(strings.Fields(command), e.id), p.env, strings.NewReader("another horse\n"), stdout, stderr)
			if code != 0 || stdout.Len() == 0 || stdout.early {
				t.Errorf("%d, said before it was true: %v: %s%s", code, stdout.early, stdout, stderr)
			}
		})
	}
}
