package signin

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"frontdesk/internal/account"
)

// refusals are what people read when they may not come in. The text never tells whether an account exists.
var refusals = map[error]string{
	account.ErrWrongPassword: "The email or username, or the password, is wrong. Check both and try again.",
	account.ErrLocked:        "This account is locked. Ask the operator of this server to unlock it.",
	account.ErrBanned:        "This account is closed. Ask the operator of this server why.",
}

const tooMany = "Too many tries came from your network. Wait a minute, then try again."

// password signs in with an email address or username and a password.
func (s *Server) password(w http.ResponseWriter, r *http.Request) error {
	p := s.page(r)
	if err := r.ParseForm(); err != nil {
		p.Message = "The form was too large or cut off. Fill it in again."
		return s.Pages.Render(w, r, http.StatusBadRequest, p)
	}
	p.Identifier = r.PostForm.Get("identifier")
	if wait := s.throttle(w, r); wait {
		p.Message = tooMany
		return s.Pages.Render(w, r, http.StatusTooManyRequests, p)
	}
	u, err := s.Accounts.Authenticate(r.Context(), p.Identifier, r.PostForm.Get("password"))
	if err == nil {
		err = s.welcome(w, r, u, "pwd") // refuses whoever was banned, or got another password, this very moment
	}
	for refusal, message := range refusals {
		if errors.Is(err, refusal) {
			p.Message = message
			return s.Pages.Render(w, r, http.StatusUnprocessableEntity, p)
		}
	}
	return err
}

// throttle counts the try and tells whether it is one too many.
func (s *Server) throttle(w http.ResponseWriter, r *http.Request) bool {
	ok, wait := s.Accounts.AllowSignIn(r.RemoteAddr)
	if !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	return !ok
}
