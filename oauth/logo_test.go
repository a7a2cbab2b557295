package oauth

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func picture(t testing.TB, kind string, width, height int) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	var err error
	switch kind {
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	default:
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webP is the beginning of a WebP picture with the chunk.
func webP(chunk string, body ...byte) []byte {
	b := append([]byte("RIFF\x00\x00\x00\x00WEBP"+chunk), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	b = append(b, body...)
	for len(b) < 40 {
		b = append(b, 0)
	}
	return b
}

func TestImageKind(t *testing.T) {
	for name, c := range map[string]struct {
		body []byte
		kind string
	}{
		"png": {picture(t, "png", 64, 64), "image/png"}, "gif": {picture(t, "gif", 64, 64), "image/gif"}, "jpeg": {picture(t, "jpeg", 64, 64), "image/jpeg"},
		"largest": {picture(t, "png", maxLogoSide, maxLogoSide), "image/png"}, "webp lossy": {webP("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 64, 0, 64, 0), "image/webp"},
		"webp lossless": {webP("VP8L", 0x2f, 63, 0xc0, 0x0f, 0), "image/webp"}, "webp extended": {webP("VP8X", 0, 0, 0, 0, 63, 0, 0, 63, 0, 0), "image/webp"},
		"wide": {picture(t, "png", maxLogoSide+1, 1), ""}, "high": {picture(t, "gif", 1, maxLogoSide+1), ""}, "cut": {picture(t, "png", 64, 64)[:20], ""},
		"svg":  {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), ""},
		"html": {[]byte("<!doctype html><script>alert(1)</script>"), ""}, "empty": {nil, ""}, "text": {[]byte("hello"), ""}, "ico": {[]byte("\x00\x00\x01\x00\x01\x00"), ""},
		"bmp": {[]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00"), ""}, "pdf": {[]byte("%PDF-1.7"), ""}, "webp wide": {webP("VP8X", 0, 0, 0, 0, 0xff, 0xff, 0, 1, 0, 0), ""},
		"webp wrong": {webP("VP8 ", 0, 0, 0, 1, 2, 3, 64, 0, 64, 0), ""}, "webp other": {webP("ALPH", 1), ""}, "webp short": {[]byte("RIFF\x00\x00\x00\x00WEBPVP8X"), ""},
		"png bomb": {bomb(t), ""},
	} {
		kind, err := imageKind(c.body)
		if kind != c.kind || (err == nil) != (c.kind != "") {
			t.Errorf("%s: %q, %v", name, kind, err)
		}
	}
}

// bomb is a small PNG that says it has very many pixels.
func bomb(t *testing.T) []byte {
	b := picture(t, "png", 1, 1)
	copy(b[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	return b
}

func TestLogos(t *testing.T) {
	h := newHouse(t)
	var served atomic.Int32
	var answer atomic.Value
	answer.Store(picture(t, "png", 64, 64))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		b := answer.Load().([]byte)
		if len(b) == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write(b)
	}))
	t.Cleanup(s.Close)
	id := h.registered(t, `{"redirect_uris":["`+testCallback+`"],"token_endpoint_auth_method":"none","logo_uri":"`+s.URL+`/logo"}`)
	if served.Load() != 0 {
		t.Error("fetched at registration")
	}
	shown := func(want int32) string {
		t.Helper()
		h.visit(id)
		if served.Load() != want {
			t.Errorf("fetched %d times, want %d", served.Load(), want)
		}
		return h.pages.asked.LogoURL
	}
	url := shown(1)
	if shown(1) != url || !strings.HasPrefix(url, "/oauth/logos/") {
		t.Fatalf("logo at %q", url)
	}
	w := h.do(httptest.NewRequest("GET", url, nil))
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), answer.Load().([]byte)) {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "public, max-age=31536000, immutable",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, path := range []string{"/oauth/logos/x", "/oauth/logos/%00", "/oauth/logos/" + strings.Repeat("0", 64)} {
		if w := h.do(httptest.NewRequest("GET", path, nil)); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	h.clock.at = h.clock.at.Add(logoFresh)
	answer.Store([]byte{})
	for range 2 {
		if shown(2) != url {
			t.Error("gone while its origin is down")
		}
	}
	h.clock.at = h.clock.at.Add(logoRetry)
	answer.Store([]byte("<svg/>"))
	if got := shown(3); got != "" {
		t.Errorf("no picture, and shown at %s", got)
	}
	shown(3)
}

// A page does not wait long for a logo; whoever comes later sees it.
func TestSlowLogos(t *testing.T) {
	h := newHouse(t)
	wait := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-wait
		_, _ = w.Write(picture(t, "gif", 8, 8))
	}))
	t.Cleanup(s.Close)
	id := h.registered(t, `{"redirect_uris":["`+testCallback+`"],"token_endpoint_auth_method":"none","logo_uri":"`+s.URL+`/logo"}`)
	begun := time.Now()
	if h.visit(id); h.pages.asked.LogoURL != "" {
		t.Errorf("%q after %v, and nothing was sent yet", h.pages.asked.LogoURL, time.Since(begun))
	}
	close(wait)
	for h.visit(id); h.pages.asked.LogoURL == ""; h.visit(id) { // it waits for the same fetch
		if time.Since(begun) > 20*logoPatience {
			t.Fatal("not there later")
		}
	}
}
