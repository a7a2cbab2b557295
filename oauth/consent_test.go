package oauth

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"frontdesk/store"
)

// asks shows the public client's consent page.
func (h *house) asks(t *testing.T, change url.Values) {
	t.Helper()
	r := httptest.NewRequest("GET", h.authorizeURL(change), nil)
	r.AddCookie(h.cookie)
	if w := h.do(r); w.Code != http.StatusOK || h.pages.asked.Token == "" {
		t.Fatalf("no page: %d %s", w.Code, h.pages.said)
	}
}

// updating is the client's own update of what it registered.
func updating(change func(c *store.Client)) func(h *house) error {
	return func(h *house) error {
		c := *h.public
		change(&c)
		return h.Store.UpdateClient(context.Background(), &c, h.public.RegistrationHash)
	}
}

// TestClientChangesMeanwhile blocks or changes the client after the answer was read and before it is saved. Whichever
// it is, the answer is to another page, and nothing comes of it.
func TestClientChangesMeanwhile(t *testing.T) {
	for name, change := range map[string]func(h *house) error{
		"blocked":           func(h *house) error { return h.Store.BlockClient(t.Context(), h.public.ID) },
		"renamed":           updating(func(c *store.Client) { c.Name = "Another" }),
		"moved":             updating(func(c *store.Client) { c.RedirectURIs = []string{"https://evil.example/cb"} }),
		"no longer checked": updating(func(c *store.Client) { c.URI = "https://evil.example" }),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			must(t, h.Store.Disconnect(t.Context(), h.jane.ID, h.public.ID))
			h.asks(t, nil)
			var err error
			h.Now = func() time.Time { // asked for first when the form's age is looked at
				h.Now = h.clock.now
				err = change(h)
				return h.clock.now()
			}
			w := h.postConsent(t, "allow")
			must(t, err)
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
				t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
			}
			there, err := h.Store.Connected(t.Context(), h.jane.ID, h.public.ID)
			must(t, err)
			if there {
				t.Error("the answer counts")
			}
		})
	}
}
