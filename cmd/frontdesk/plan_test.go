package main

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors says which rooms each room may import. Folders inside a room belong to it and see each other.
var floors = map[string][]string{
	"cmd/frontdesk":     {"web", "web/signin", "web/page", "mcpserver", "oauth", "internal/account", "internal/outbound", "store"},
	"cmd/frontdesk/e2e": {},
	"web":               {"web/signin", "web/page", "oauth", "internal/account", "store"},
	"web/signin":        {"web/page", "internal/account", "store"},
	"web/page":          {},
	"mcpserver":         {"oauth", "internal/account", "store"},
	"oauth":             {"internal/account", "internal/outbound", "store"},
	"internal/account":  {"store"},
	"internal/outbound": {},
	"store":             {"migrations"},
	"store/storetest":   {"store"},
	"migrations":        {},
}

// libraries says which room each big library lives in.
var libraries = map[string]string{
	"github.com/ory":                         "oauth",
	"github.com/go-jose":                     "oauth",
	"github.com/modelcontextprotocol/go-sdk": "mcpserver",
	"database/sql":                           "store",
	"gorm.io":                                "store",
	"github.com/pressly/goose":               "store",
	"github.com/jackc":                       "store",
	"github.com/mattn/go-sqlite3":            "store",
	"html/template":                          "web/page",
	"golang.org/x/crypto/argon2":             "internal/account",
	"golang.org/x/crypto/bcrypt":             "internal/account",
	"golang.org/x/crypto/scrypt":             "internal/account",
	"github.com/go-webauthn":                 "internal/account",
	"github.com/pquerna/otp":                 "internal/account",
	"github.com/chromedp":                    "cmd/frontdesk/e2e",
	"testing":                                "store/storetest",
}

// TestPlan holds the house together. Test files keep to the floors too, with a database from storetest on
// top, but any library may serve them: a test that forges a token or acts as a client needs the other
// side's tools. The rooms cmd/frontdesk/e2e and store/storetest are tests throughout, whatever their
// files are called, and no program code imports them. oauth/oryx is a module of its own.
func TestPlan(t *testing.T) {
	out, err := exec.Command("go", "list", "-e", "-tags=e2e", "-json", "frontdesk/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for packages := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir, ImportPath                                              string
			GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := packages.Decode(&p); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if room(p.ImportPath) == "" {
			t.Errorf("%s is no room of the house", p.ImportPath)
		}
		for _, file := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles) {
			for _, path := range imports(t, filepath.Join(p.Dir, file)) {
				if why := breach(p.ImportPath, file, path); why != "" {
					t.Errorf("%s/%s imports %s: %s", p.ImportPath, file, path, why)
				}
			}
		}
	}
}

func imports(t *testing.T, file string) (paths []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// breach says why a file of a package may not import path, and "" when it may.
func breach(pkg, file, path string) string {
	from, to := room(pkg), room(path)
	test := strings.HasSuffix(file, "_test.go") || from == "cmd/frontdesk/e2e" || from == "store/storetest"
	library, listed := libraries[within(path, libraries)]
	switch {
	case strings.HasPrefix(path, "frontdesk/") && to == "":
		return path + " is no room of the house"
	case to == "store/storetest" && test, from == to:
		return ""
	case to != "" && !slices.Contains(floors[from], to):
		return from + " may not look up or across to " + to
	case listed && library != from && !test:
		return "that library's room is " + library
	}
	return ""
}

// room is the room that an import path of ours lies in, and "" when it lies in none.
func room(path string) string {
	path, ours := strings.CutPrefix(path, "frontdesk/")
	if !ours {
		return ""
	}
	return within(path, floors)
}

// within is the longest key of table that path is or lies under, and "" when there is none.
func within[V any](path string, table map[string]V) (longest string) {
	for key := range table {
		if (path == key || strings.HasPrefix(path, key+"/")) && len(key) > len(longest) {
			longest = key
		}
	}
	return longest
}

func TestPlanNoticesABreach(t *testing.T) {
	for _, c := range []struct {
		pkg, file, path string
		allowed         bool
	}{
		{"frontdesk/oauth", "token.go", "frontdesk/store", true},
		{"frontdesk/oauth", "token.go", "github.com/ory/fosite/compose", true},
		{"frontdesk/mcpserver/gateway", "gateway.go", "frontdesk/mcpserver", true},
		{"frontdesk/mcpserver", "mcp_test.go", "github.com/go-jose/go-jose/v4", true},
		{"frontdesk/oauth", "token_test.go", "frontdesk/store/storetest", true},
		{"frontdesk/oauth", "token.go", "frontdesk/store/storetest", false},
		{"frontdesk/store", "user.go", "frontdesk/oauth", false},
		{"frontdesk/store", "user_test.go", "frontdesk/oauth", false},
		{"frontdesk/mcpserver", "mcp.go", "frontdesk/web/page", false},
		{"frontdesk/oauth", "token.go", "frontdesk/migrations", false},
		{"frontdesk/web", "consent.go", "html/template", false},
		{"frontdesk/mcpserver", "bearer.go", "github.com/go-jose/go-jose/v4/jwt", false},
		{"frontdesk/web", "web.go", "frontdesk/util", false},
		{"frontdesk/cmd/frontdesk/e2e", "desk_test.go", "frontdesk/store/storetest", true},
		{"frontdesk/cmd/frontdesk/e2e", "desk_test.go", "frontdesk/store", false},
	} {
		if why := breach(c.pkg, c.file, c.path); (why == "") != c.allowed {
			t.Errorf("%s/%s imports %s: %q", c.pkg, c.file, c.path, why)
		}
	}
}
