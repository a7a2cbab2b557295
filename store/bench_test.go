package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// benchEach measures on SQLite as it is delivered, with synchronous=FULL, and on PostgreSQL, whose cluster
// here does not wait for the disk.
func benchEach(b *testing.B, run func(b *testing.B, s *store.Store, u *store.User, c *store.Client)) {
	for _, database := range []struct {
		name string
		dsn  func(testing.TB) string
	}{{"sqlite", storetest.SQLiteFile}, {"postgres", storetest.PostgresURL}} {
		b.Run(database.name, func(b *testing.B) {
			s := storetest.Open(b, store.Config{DSN: database.dsn(b)})
			u, c := person(b, s, "jane"), app(b, s, "Editor")
			b.ReportAllocs()
			run(b, s, u, c)
		})
	}
}

func BenchmarkRotateRefreshToken(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, c *store.Client) {
		token := refreshable(b, s, u, c)
		for b.Loop() {
			next := newToken(token.GrantID)
			must(b, s.RotateRefreshToken(b.Context(), token.Signature, next, time.Minute))
			token = next
		}
	})
}

// BenchmarkExchange is what a code flow writes and reads: the code at authorize, then its use and the first
// refresh token at the token endpoint, in one transaction.
func BenchmarkExchange(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, c *store.Client) {
		for b.Loop() {
			code := newCode(u, c)
			must(b, s.CreateCode(b.Context(), code))
			_, err := s.Code(b.Context(), code.Signature)
			must(b, err)
			ctx, err := s.Begin(b.Context())
			must(b, err)
			must(b, s.UseCode(ctx, code.Signature))
			must(b, s.CreateRefreshToken(ctx, newToken(code.GrantID)))
			must(b, s.Commit(ctx))
		}
	})
}

// BenchmarkRevokeGrant is what clients write that revoke at once, eight for each processor.
func BenchmarkRevokeGrant(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, c *store.Client) {
		var ids []string
		for range b.N {
			ids = append(ids, allowed(b, s, u, c).GrantID)
		}
		var next atomic.Int64
		b.SetParallelism(8)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := s.RevokeGrant(b.Context(), ids[next.Add(1)-1]); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func BenchmarkCreateCode(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, c *store.Client) {
		for b.Loop() {
			must(b, s.CreateCode(b.Context(), newCode(u, c)))
		}
	})
}

func BenchmarkCreateClient(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, _ *store.User, _ *store.Client) {
		for b.Loop() {
			app(b, s, "Editor")
		}
	})
}

func BenchmarkGrantAlive(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, c *store.Client) {
		id := allowed(b, s, u, c).GrantID
		for b.Loop() {
			if alive, err := s.GrantAlive(b.Context(), id); err != nil || !alive {
				b.Fatal(alive, err)
			}
		}
	})
}

func BenchmarkUser(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, _ *store.Client) {
		for b.Loop() {
			_, err := s.User(b.Context(), u.ID)
			must(b, err)
		}
	})
}

func BenchmarkClient(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, _ *store.User, c *store.Client) {
		for b.Loop() {
			_, err := s.Client(b.Context(), c.ID)
			must(b, err)
		}
	})
}

func BenchmarkCode(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, c *store.Client) {
		code := allowed(b, s, u, c)
		for b.Loop() {
			_, err := s.Code(b.Context(), code.Signature)
			must(b, err)
		}
	})
}

func BenchmarkRefreshToken(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, c *store.Client) {
		token := refreshable(b, s, u, c)
		for b.Loop() {
			_, err := s.RefreshToken(b.Context(), token.Signature)
			must(b, err)
		}
	})
}

func BenchmarkSession(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store, u *store.User, _ *store.Client) {
		session := &store.Session{ID: "id", UserID: u.ID, AuthTime: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}
		must(b, s.CreateSession(b.Context(), session))
		for b.Loop() {
			_, err := s.Session(b.Context(), session.ID)
			must(b, err)
		}
	})
}
