package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"frontdesk/oauth"
	"frontdesk/store"
	"frontdesk/web"
)

// refusal answers with a page where a person looks, else with JSON: clients probe for documents that may not
// be there, and HTML stops some of them.
func refusal(pages *web.Server) refuser {
	return func(w http.ResponseWriter, r *http.Request, status int) {
		if strings.Contains(r.Header.Get("Accept"), "text/html") && !strings.HasPrefix(r.URL.Path, "/.well-known/") {
			if pages.Error(w, r, oauth.Refusal{Status: status}) == nil {
				return
			}
		}
		h, words := w.Header(), refusalWords[status]
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{ // who is gone does not hear it
			"error": words.code, "error_description": words.description, "request_id": r.Header.Get(requestHeader),
		})
	}
}

var refusalWords = map[int]struct{ code, description string }{
	http.StatusForbidden:           {"cross_origin_request", "A page of another site may not do this."},
	http.StatusNotFound:            {"not_found", "There is nothing at this address."},
	http.StatusMethodNotAllowed:    {"method_not_allowed", "This address does not take that method. The Allow header says which it takes."},
	http.StatusInternalServerError: {"server_error", "Something went wrong on this server. Try again in a moment."},
}

// nowhere answers what no other route of mux does: 405 where another method would have one, else 404.
func nowhere(mux *http.ServeMux, refuse refuser) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allow []string
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
			other := r.WithContext(r.Context()) // a copy
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" && !slices.Contains(allow, method) {
				allow = append(allow, method)
			}
		}
		if len(allow) == 0 {
			refuse(w, r, http.StatusNotFound)
			return
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		refuse(w, r, http.StatusMethodNotAllowed)
	}
}

// healthy says that the program runs.
func healthy(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") }

// ready says whether the database answers, too.
func ready(s *store.Store, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := s.Ping(ctx); err != nil {
			log.WarnContext(ctx, "database does not answer", "err", err)
			answer(w, http.StatusServiceUnavailable, "the database does not answer")
			return
		}
		answer(w, http.StatusOK, "ok")
	}
}

func answer(w http.ResponseWriter, status int, words string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(words + "\n")) // who is gone does not hear it
}
