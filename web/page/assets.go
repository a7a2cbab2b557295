package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"
)

// asset is one embedded file and the address that changes whenever its content does.
type asset struct {
	url         string
	contentType string
	content     []byte
}

// assetTypes lists what may be served. Types are written down because those of the operating
// system differ from machine to machine.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// loadAssets reads the embedded assets, by file name. The style sheet is written in parts and
// served as one file.
func loadAssets() (map[string]asset, error) {
	contents := map[string][]byte{"frontdesk.css": nil}
	err := fs.WalkDir(files, "assets", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		if path.Dir(name) == "assets/style" {
			content = append(contents["frontdesk.css"], content...)
			name = "frontdesk.css"
		}
		contents[path.Base(name)] = content
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	assets := make(map[string]asset, len(contents))
	for name, content := range contents {
		kind, ok := assetTypes[path.Ext(name)]
		if !ok {
			return nil, fmt.Errorf("asset %s has no known content type", name)
		}
		sum := sha256.Sum256(content)
		assets[name] = asset{"/assets/" + hex.EncodeToString(sum[:8]) + "/" + name, kind, content}
	}
	return assets, nil
}

// Assets serves styles, script and icon below /assets/, each under a hash of its content and so
// for ever. Any other path is answered with 404.
func (rr *Renderer) Assets() http.Handler {
	byURL := make(map[string]asset, len(rr.assets))
	for _, a := range rr.assets {
		byURL[a.url] = a
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		a, ok := byURL[r.URL.Path]
		if !ok {
			h.Set("Cache-Control", "no-store")
			http.Error(w, "There is no such file.", http.StatusNotFound)
			return
		}
		h.Set("Content-Type", a.contentType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.content))
	})
}
