package oauth_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const conformanceHead = `# Conformance

What the specifications ask of an authorization server and a resource server like this one, and where tests hold us to it.
Every line with checks is played by ` + "`go test ./oauth`" + ` against the built program: a check that fails fails the build, so this page is as
true as the last build was green. It is made from the comments of the scripts in [oauth/testdata](../oauth/testdata):
` + "`go test ./oauth -run TestConformanceDocument -update`" + `.

Checks are the lines below the comment. "in Go" is a test that needs a clock, a race or a network of its own; some of them
stand in other packages, which ` + "`make test`" + ` runs. "not here" is a choice, with its reason, and with checks that we say so to clients. What
has no line is not claimed.
`

var goTestLine = regexp.MustCompile(`(?m)^func (Test[A-Z]\w+)\(`)

// conformance is the document. A requirement without a check is an error, unless it names a Go test that there is, or
// says that it is not here.
func conformance(t *testing.T, all []requirement) []byte {
	t.Helper()
	tests := goTests(t)
	var page bytes.Buffer
	page.WriteString(conformanceHead)
	written := 0
	for _, s := range specifications {
		ours := slices.DeleteFunc(slices.Clone(all), func(r requirement) bool { return r.specification != s.name })
		if written += len(ours); len(ours) == 0 {
			continue
		}
		slices.SortStableFunc(ours, func(a, b requirement) int {
			return slices.Compare(sectionNumbers(a.section), sectionNumbers(b.section))
		})
		title := s.name
		if !strings.HasPrefix(s.title, s.name) {
			title += ": " + s.title
		}
		fmt.Fprintf(&page, "\n## %s\n\n<%s>\n\n| section | requirement | where tested | result |\n|---|---|---|---|\n", title, s.address)
		for _, r := range ours {
			where, result := r.outcome(t, tests)
			fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", r.section, cell(cmp.Or(r.text, "as the module's name says")), where, result)
		}
	}
	if written != len(all) {
		t.Errorf("%d requirements, and %d in the document: a script's first comment names no specification", len(all), written)
	}
	return page.Bytes()
}

// outcome is where r is tested and what came of it.
func (r requirement) outcome(t *testing.T, tests map[string]string) (where, result string) {
	t.Helper()
	places := []string{fmt.Sprintf("[%s:%d](../oauth/%[3]s#L%[2]d)", filepath.Base(r.script), r.line, r.script)}
	inGo := false
	for _, name := range goTest.FindAllString(r.text, -1) {
		if tests[name] == "" {
			t.Errorf("%s:%d: there is no %s", r.script, r.line, name)
		}
		if inGo = true; !slices.Contains(places, tests[name]) {
			places = append(places, tests[name])
		}
	}
	word := "passes"
	if strings.Contains(r.text, "not here") {
		word, inGo = "not here", inGo && r.checks > 0
		result = word
	}
	switch {
	case r.checks == 1:
		result = word + " (1 check)"
	case r.checks > 1:
		result = fmt.Sprintf("%s (%d checks)", word, r.checks)
	}
	switch {
	case inGo && result == "":
		result = "passes (in Go)"
	case inGo:
		result += ", in Go too"
	}
	if result == "" {
		t.Errorf("%s:%d: %s: a requirement without a check", r.script, r.line, r.text)
	}
	return strings.Join(places, ", "), result
}

// goTests links each Go test of the module to its file; of two with one name, ours. Not to its line: a line more in another
// room must not make this page untrue.
func goTests(t *testing.T) map[string]string {
	t.Helper()
	tests := map[string]string{}
	for _, folder := range []string{"oauth", "mcpserver", "cmd/frontdesk", "cmd/frontdesk/e2e", "internal/account", "internal/outbound", "store", "web/page", "web/signin"} {
		files, _ := filepath.Glob("../" + folder + "/*_test.go") // the pattern is good
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range goTestLine.FindAllSubmatch(text, -1) {
				if name := string(m[1]); tests[name] == "" {
					tests[name] = fmt.Sprintf("[%s](../%s/%[1]s)", filepath.Base(file), folder)
				}
			}
		}
	}
	return tests
}

// sectionNumbers orders sections as their specification does: 3.1.2 before 3.1.10.
func sectionNumbers(section string) []int {
	first, _, _ := strings.Cut(strings.ReplaceAll(section, ",", " "), " ")
	var numbers []int
	for _, part := range strings.Split(first, ".") {
		if n, err := strconv.Atoi(part); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// cell is text that a Markdown table bears.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}
