package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/store"
)

const (
	sessionLife  = 7 * 24 * time.Hour
	secretLength = 32  // bytes: 256 random bits
	maxUserAgent = 200 // bytes
)

var secretEncoding = base64.RawURLEncoding

// Session is a signed-in browser and the person in front of it.
type Session struct {
	*store.Session
	User *store.User
}

// StartSession signs the browser in as user, who was just authenticated or has just signed up, and forgets
// whom it was signed in as. methods say how (RFC 8176). ErrWrongPassword: the person was banned, deleted or given
// another password since. ErrLocked: locked since.
func (a *Accounts) StartSession(w http.ResponseWriter, r *http.Request, user *store.User, methods ...string) (*Session, error) {
	var b [secretLength]byte
	_, _ = rand.Read(b[:]) // never fails
	secret := secretEncoding.EncodeToString(b[:])
	now := a.now()
	session := &store.Session{
		ID: sessionID(secret), UserID: user.ID, UserAgent: userAgent(r), Address: host(r.RemoteAddr),
		AuthTime: now, ExpiresAt: now.Add(sessionLife), AMR: methods,
	}
	err := a.store.Tx(r.Context(), func(ctx context.Context) error {
		held, err := a.store.HoldUser(ctx, user.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return ErrWrongPassword
		case err != nil:
			return err
		case held.Banned() || held.PasswordHash != user.PasswordHash:
			// A ban or a new password ends every session; none may slip in behind it.
			return ErrWrongPassword
		case held.Locked():
			return ErrLocked
		}
		if err := a.deleteSessions(ctx, r); err != nil {
			return err
		}
		return a.store.CreateSession(ctx, session)
	})
	if err != nil {
		return nil, fmt.Errorf("start session: %w", err)
	}
	http.SetCookie(w, a.cookie(secret, int(sessionLife/time.Second)))
	return &Session{session, user}, nil
}

// Session reads who is signed in with the browser. store.ErrNotFound: nobody, or somebody who is banned.
func (a *Accounts) Session(r *http.Request) (*Session, error) {
	cookies := r.CookiesNamed(a.cookieName())
	if len(cookies) != 1 || !wellFormed(cookies[0].Value) {
		return nil, store.ErrNotFound // two of them: somebody else on this host has set one
	}
	session, err := a.store.Session(r.Context(), sessionID(cookies[0].Value))
	if err != nil {
		return nil, err
	}
	user, err := a.store.User(r.Context(), session.UserID)
	switch {
	case err != nil:
		return nil, err
	case user.Banned():
		return nil, store.ErrNotFound
	}
	return &Session{session, user}, nil
}

// EndSession signs the browser out. Where nobody is signed in it does nothing.
func (a *Accounts) EndSession(w http.ResponseWriter, r *http.Request) error {
	if err := a.deleteSessions(r.Context(), r); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	http.SetCookie(w, a.cookie("", -1))
	return nil
}

// deleteSessions forgets every session that the browser shows a cookie of.
func (a *Accounts) deleteSessions(ctx context.Context, r *http.Request) error {
	var ids []string
	for _, c := range r.CookiesNamed(a.cookieName()) {
		if wellFormed(c.Value) {
			ids = append(ids, sessionID(c.Value))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return a.store.EndSessions(ctx, ids...)
}

// cookieName takes the prefix that lets no other host and no http page set the cookie (RFC 6265bis
// section 4.1.3.2), where there is https.
func (a *Accounts) cookieName() string {
	if a.secure {
		return "__Host-frontdesk"
	}
	return "frontdesk"
}

func (a *Accounts) cookie(secret string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: a.cookieName(), Value: secret, Path: "/", MaxAge: maxAge,
		Secure: a.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// sessionID is what the store knows of a secret: a reader of the database cannot sign in with it.
func sessionID(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func wellFormed(secret string) bool { return len(secret) == secretEncoding.EncodedLen(secretLength) }

func userAgent(r *http.Request) string {
	agent := strings.ToValidUTF8(r.UserAgent(), "")
	if len(agent) <= maxUserAgent {
		return agent
	}
	n := maxUserAgent
	for n > 0 && !utf8.RuneStart(agent[n]) {
		n--
	}
	return agent[:n]
}

func host(remote string) string {
	h, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return h
}
