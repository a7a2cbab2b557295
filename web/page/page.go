// Package page draws what people see.
//
// Its one idea: a page is a struct, and the template that bears the struct's name. A handler fills
// the struct and calls Render; words, markup, style and script all live here. The package knows
// nothing of requests to come, of sessions or of OAuth: what it is not told it does not show.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets templates
var files embed.FS

// Page is one of this package's page structs.
type Page interface {
	// sheet names the template that draws the page, as in Renderer.sheets.
	sheet() string
	// leaves tells whether sending this page's form may end at an address that is not ours.
	leaves() bool
}

// Renderer draws pages for one site. It is safe for concurrent use.
type Renderer struct {
	sheets  map[string]*template.Template
	assets  map[string]asset
	stays   string // Content-Security-Policy where forms end here
	departs string // the same where a form's answer may lead to a client
	buffers sync.Pool
}

// New parses every template for site. It fails when the site's logo is not an address that a
// page may show.
func New(site Site) (*Renderer, error) {
	site, origin, err := site.settled()
	if err != nil {
		return nil, err
	}
	rr := &Renderer{
		sheets:  make(map[string]*template.Template),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
	if rr.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	rr.stays, rr.departs = policies(origin)
	if err := rr.parse(site); err != nil {
		return nil, err
	}
	return rr, nil
}

// parse reads the frame once and lays every page's own file over a copy of it: each in templates, and those of the rooms that
// have a frame of their own.
func (rr *Renderer) parse(site Site) error {
	frame := template.New("frame.html").Funcs(words(site))
	err := parseFiles(frame, "templates/frame/frame.html", "templates/frame/parts.html")
	for name, text := range rr.constants(site) {
		if err == nil {
			_, err = frame.New(name).Parse(text)
		}
	}
	if err != nil {
		return fmt.Errorf("parse the frame of pages: %w", err)
	}
	own, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return fmt.Errorf("list pages: %w", err)
	}
	overlay := map[string][]string{}
	for _, file := range own {
		overlay[strings.TrimSuffix(path.Base(file), ".html")] = []string{file}
	}
	for _, c := range clients {
		overlay[c.sheet()] = []string{"templates/frame/landing.html", "templates/" + c.sheet() + ".html"}
	}
	for _, room := range accountPages {
		overlay[room.sheet()] = []string{"templates/frame/account.html", "templates/" + room.sheet() + ".html"}
	}
	for name, paths := range overlay {
		t, err := frame.Clone()
		if err == nil {
			err = parseFiles(t, paths...)
		}
		if err != nil {
			return fmt.Errorf("parse page %s: %w", name, err)
		}
		rr.sheets[name] = t
	}
	return nil
}

// indent is what sets off a template's lines for those who write it. Nobody sees it on a page.
var indent = regexp.MustCompile(`\n[ \t]+`)

// parseFiles parses files into t, without their indentation: a tenth of a page.
func parseFiles(t *template.Template, paths ...string) error {
	for _, file := range paths {
		text, err := files.ReadFile(file)
		if err != nil {
			return err
		}
		into := t
		if name := path.Base(file); name != t.Name() {
			into = t.New(name)
		}
		if _, err := into.Parse(indent.ReplaceAllString(string(text), "\n")); err != nil {
			return err
		}
	}
	return nil
}

// Render draws p and answers with it. The page is complete before the first byte leaves, so an
// error means that nothing has been written and another answer is still possible. Headers that
// the caller has set stay, except those that guard a page.
func (rr *Renderer) Render(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	buf := rr.buffers.Get().(*bytes.Buffer)
	defer rr.release(buf)
	if err := rr.sheets[p.sheet()].Execute(buf, p); err != nil {
		return fmt.Errorf("draw page %s: %w", p.sheet(), err)
	}
	rr.guard(w.Header(), p)
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		// A reader who has gone away is no fault of the page.
		_, _ = w.Write(buf.Bytes())
	}
	return nil
}

// release gives a buffer back, unless one odd page has made it too large to keep.
func (rr *Renderer) release(buf *bytes.Buffer) {
	if buf.Cap() > 1<<16 {
		return
	}
	buf.Reset()
	rr.buffers.Put(buf)
}
