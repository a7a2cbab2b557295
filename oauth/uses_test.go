package oauth

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// lastUse is when the person's only app was last used.
func (h *house) lastUse(t *testing.T) time.Time {
	t.Helper()
	all, err := h.Store.Connections(t.Context(), h.jane.ID)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0].LastUsed.UTC()
}

// TestUsesAreWrittenDown when the program ends, at the latest: those of living tokens, whoever asks about them.
func TestUsesAreWrittenDown(t *testing.T) {
	h := newHouse(t)
	h.clock.at = h.Now().UTC().Truncate(time.Millisecond) // as it is kept
	tk := h.signedIn(t)
	began := h.Now()
	ending := func() {
		ctx, end := context.WithCancel(t.Context())
		end()
		h.Maintain(ctx)
	}
	h.clock.at = h.clock.at.Add(30 * time.Minute)
	if ending(); !h.lastUse(t).Equal(began) {
		t.Errorf("used at %v, and it was not", h.lastUse(t))
	}
	if _, err := h.Verify(t.Context(), tk.Access, testResource); err != nil {
		t.Fatal(err)
	}
	if ending(); !h.lastUse(t).Equal(h.Now()) {
		t.Errorf("used now, and noted for %v", h.lastUse(t))
	}
	used := h.Now()
	h.clock.at = h.clock.at.Add(10 * time.Minute)
	if _, err := h.Verify(t.Context(), tk.Access, "https://another.example/mcp"); err == nil {
		t.Fatal("good for another resource")
	}
	if ending(); !h.lastUse(t).Equal(used) {
		t.Errorf("refused now, and noted for %v", h.lastUse(t))
	}
	h.clock.at = h.clock.at.Add(time.Hour)
	if w := h.refresh(tk.Refresh); w.Code != http.StatusOK || !h.lastUse(t).Equal(h.Now()) {
		t.Errorf("refreshed: %d, %v", w.Code, h.lastUse(t))
	}
}
