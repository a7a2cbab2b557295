package oauth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"strconv"
	"time"

	"frontdesk/internal/outbound"
	"frontdesk/store"
)

// A client's logo is fetched when the consent page first wants it: not by the person's browser, which would tell its
// host who is about to allow what, and not at registration, which strangers could use to flood others.
const (
	logoFresh    = 24 * time.Hour
	logoRetry    = time.Hour
	logoPatience = time.Second // what the page waits for it; whoever comes later sees it
	maxLogoSide  = 2048        // pixels
)

// logoOf is the address of our copy of the client's logo, "" where there is none (yet).
func (s *Server) logoOf(ctx context.Context, c *store.Client) string {
	id := c.Logo
	switch {
	case c.LogoURI == "":
		return ""
	case !s.Now().Before(c.LogoUntil):
		fetched := s.logos.DoChan(c.ID, func() (any, error) { return s.fetchLogo(context.WithoutCancel(ctx), c), nil })
		patience := time.NewTimer(logoPatience)
		defer patience.Stop()
		select {
		case result := <-fetched:
			id = result.Val.(string)
		case <-patience.C:
		case <-ctx.Done():
		}
	}
	return logoURL(id)
}

// LogoURL is the address of the copy that we have of a client's logo, without looking for a newer one; "": there is none.
func LogoURL(c *store.Client) string {
	if c.LogoURI == "" {
		return ""
	}
	return logoURL(c.Logo)
}

func logoURL(id string) string {
	if id == "" {
		return ""
	}
	return "/oauth/logos/" + id
}

// fetchLogo brings and keeps the client's logo. While its origin is down the one that we have goes on.
func (s *Server) fetchLogo(ctx context.Context, c *store.Client) (id string) {
	until := s.Now().Add(logoRetry)
	got, err := s.Outbound.Image(ctx, c.LogoURI)
	var kind string
	if err == nil {
		kind, err = imageKind(got.Body)
	}
	switch {
	case err == nil:
		sum := sha256.Sum256(got.Body)
		id, until = hex.EncodeToString(sum[:]), s.Now().Add(logoFresh)
		err = s.Store.SaveLogo(ctx, &store.Logo{ID: id, Kind: kind, Image: got.Body})
	case errors.Is(err, outbound.ErrDown):
		id = c.Logo
	}
	if err != nil {
		s.Log.WarnContext(ctx, "client's logo not taken", "client", c.ID, "err", err)
	}
	if err := s.Store.SetLogo(ctx, c.ID, id, until); err != nil {
		s.Log.ErrorContext(ctx, "client's logo not saved", "client", c.ID, "err", err)
		return ""
	}
	return id
}

// imageKind is the media type of a picture that a page may show, by what it is and not by what it is called. SVG is a
// program, not a picture.
func imageKind(body []byte) (string, error) {
	kind := http.DetectContentType(body)
	var width, height int
	switch kind {
	case "image/png", "image/jpeg", "image/gif":
		config, _, err := image.DecodeConfig(bytes.NewReader(body))
		if err != nil {
			return "", fmt.Errorf("logo: %w", err)
		}
		width, height = config.Width, config.Height
	case "image/webp":
		width, height = sizeOfWebP(body)
	default:
		return "", fmt.Errorf("logo: it is %s", kind)
	}
	if width < 1 || height < 1 || width > maxLogoSide || height > maxLogoSide {
		return "", fmt.Errorf("logo: it has %d by %d pixels", width, height)
	}
	return kind, nil
}

// sizeOfWebP reads a picture's size from its first chunk (RFC 9649 sections 2.5 to 2.7); 0 by 0: it has none.
func sizeOfWebP(b []byte) (width, height int) {
	if len(b) < 30 {
		return 0, 0
	}
	number := func(at, bytes int) (n int) {
		for i := range bytes {
			n |= int(b[at+i]) << (8 * i)
		}
		return n
	}
	switch string(b[12:16]) {
	case "VP8 ":
		if bytes.Equal(b[23:26], []byte{0x9d, 0x01, 0x2a}) {
			return number(26, 2) & 0x3fff, number(28, 2) & 0x3fff
		}
	case "VP8L":
		if b[20] == 0x2f {
			bits := number(21, 4)
			return bits&0x3fff + 1, bits>>14&0x3fff + 1
		}
	case "VP8X":
		return number(24, 3) + 1, number(27, 3) + 1
	}
	return 0, 0
}

// logo answers with our copy of a logo. It never changes, and nothing in it may run.
func (s *Server) logo(w http.ResponseWriter, r *http.Request) error {
	logo, err := s.Store.Logo(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return errNoLogo
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", logo.Kind)
	h.Set("Content-Length", strconv.Itoa(len(logo.Image)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(logo.Image) // the browser may be gone
	return nil
}
