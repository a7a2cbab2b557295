package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ErrInvalidToken says that a token is none of ours, or not of the kind or for the resource that was asked about, is over,
// or was revoked. Any other error of Verify means that nobody can tell.
var ErrInvalidToken = errors.New("invalid access token")

// maxToken is far beyond what we issue.
const maxToken = 8 << 10

// Token is a verified access token (RFC 9068 section 2.2). It is shared between requests: nobody
// changes what it says.
type Token struct {
	ID        string // jti
	GrantID   string
	UserID    string // sub
	ClientID  string
	Resource  string // aud: exactly one
	Scopes    []string
	AuthTime  time.Time
	IssuedAt  time.Time
	ExpiresAt time.Time

	keyID string        // of the key that signed it
	used  atomic.Uint64 // in which turn of uses it was last
}

// Has tells whether the token was granted scope.
func (t *Token) Has(scope string) bool { return slices.Contains(t.Scopes, scope) }

// Verify checks an access token for the resource (RFC 9068 section 4) and that its grant is alive. It
// returns ErrInvalidToken, or another error when the database cannot say: then nobody may pass.
func (s *Server) Verify(ctx context.Context, raw, resource string) (*Token, error) {
	t, err := s.verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Resource != resource:
		return nil, fmt.Errorf("%w: it is for another resource", ErrInvalidToken)
	case !s.Now().Before(t.ExpiresAt):
		return nil, fmt.Errorf("%w: it has expired", ErrInvalidToken)
	}
	if err := s.unrevoked(ctx, t); err != nil {
		return nil, err
	}
	s.used.add(t)
	return t, nil
}

// Alive checks once more a token that Verify has returned, for whoever has done something else since: time passes, keys are
// taken back and grants end. Errors are those of Verify.
func (s *Server) Alive(ctx context.Context, t *Token) error {
	if !s.Now().Before(t.ExpiresAt) {
		return fmt.Errorf("%w: it has expired", ErrInvalidToken)
	}
	if _, err := s.keys.find(ctx, t.keyID); err != nil {
		return err
	}
	return s.unrevoked(ctx, t)
}

func (s *Server) unrevoked(ctx context.Context, t *Token) error {
	if s.revocations.vouch(t) {
		return nil
	}
	alive, err := s.Store.GrantAlive(ctx, t.GrantID)
	if err != nil {
		return fmt.Errorf("check token: %w", err)
	}
	if !alive {
		return fmt.Errorf("%w: it was revoked", ErrInvalidToken)
	}
	return nil
}

// verify checks that raw is an access token that we signed, with a key that nobody has taken back. Whether it has
// expired or was revoked is another question.
func (s *Server) verify(ctx context.Context, raw string) (*Token, error) {
	if len(raw) > maxToken {
		return nil, fmt.Errorf("%w: it is too long", ErrInvalidToken)
	}
	sum := sha256.Sum256(append(make([]byte, 0, 1<<10), raw...)) // on the stack, however often it is asked
	if t := s.seen.find(sum); t != nil {
		_, err := s.keys.find(ctx, t.keyID)
		return t, err
	}
	t, err := s.parse(ctx, raw)
	if err != nil {
		return nil, err
	}
	s.seen.add(sum, t, s.Now())
	return t, nil
}

func (s *Server) parse(ctx context.Context, raw string) (*Token, error) {
	body, keyID, err := s.keys.verify(ctx, raw, "at+jwt") // an ID token is not an access token
	if err != nil {
		return nil, err
	}
	var c accessClaims
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalidToken, err)
	}
	if c.Issuer != s.URL || c.Subject == "" || c.GrantID == "" {
		return nil, fmt.Errorf("%w: it is from another issuer", ErrInvalidToken)
	}
	return c.token(keyID), nil
}

// seen remembers tokens that this process has made, or whose signature was right, so that it is checked once at most.
// Only our own tokens get in, so strangers cannot fill it.
type seen struct {
	mu     sync.RWMutex
	tokens map[[sha256.Size]byte]*Token
}

// maxSeen bounds the memory: about 1 KiB a token.
const maxSeen = 10_000

func (s *seen) find(sum [sha256.Size]byte) *Token {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tokens[sum]
}

func (s *seen) add(sum [sha256.Size]byte, t *Token, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil {
		s.tokens = make(map[[sha256.Size]byte]*Token)
	}
	if len(s.tokens) >= maxSeen {
		s.makeRoom(now)
	}
	s.tokens[sum] = t
}

// makeRoom forgets what has expired, or else a tenth at random: it is only a memory.
func (s *seen) makeRoom(now time.Time) {
	for sum, t := range s.tokens {
		if t.ExpiresAt.Before(now) {
			delete(s.tokens, sum)
		}
	}
	for sum := range s.tokens {
		if len(s.tokens) <= maxSeen*9/10 {
			return
		}
		delete(s.tokens, sum)
	}
}
