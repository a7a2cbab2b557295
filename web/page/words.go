package page

import (
	"cmp"
	"html/template"
	"strings"
	"unicode"
)

// snippet is a piece of text to copy and the file that it belongs in.
type snippet struct {
	File template.HTML
	Text string
}

// words returns what templates may call.
func words(site Site) template.FuncMap {
	return template.FuncMap{
		"site":    func() Site { return site },
		"snippet": func(file, text string) snippet { return snippet{breakable(file, file), text} },
		"name":    appName,
		"initial": initial,
		"clean":   clean,
		"span":    span,
		"host":    func(s string) string { return shorten(clean(s), 10, 30) },
	}
}

// constants are the parts of the frame that are the same on every page, as templates: functions in their place took as long
// as all the rest of a page.
func (rr *Renderer) constants(site Site) map[string]string {
	icon, mark := rr.assets["bell.svg"].url, `{{template "bell"}}`
	if site.LogoURL != "" {
		icon, mark = site.LogoURL, `{{template "logo"}}`
	}
	return map[string]string{
		"site": literal(site.Name), "icon": literal(icon), "mark": mark,
		"style": rr.assets["frontdesk.css"].url, "script": rr.assets["frontdesk.js"].url,
	}
}

// literal is s in a template's text, or in an attribute there.
func literal(s string) string { return strings.ReplaceAll(template.HTMLEscapeString(s), "{", "&#123;") }

// appName is what we call a client: its own name, made harmless and no longer than a heading
// bears.
func appName(s string) string { return shorten(cmp.Or(clean(s), "Unnamed app"), 26, 14) }

// breakable is a short form of an email address or of the name of a file, both clean, with places where a line may end: to a
// browser it is one word, which it breaks anywhere. The whole is there for whoever looks closer.
func breakable(short, whole string) template.HTML {
	text := template.HTMLEscapeString(short)
	if len(text) > fitsPhone {
		text = `<span title="` + template.HTMLEscapeString(whole) + `">` + lineEnds.Replace(text) + "</span>"
	}
	return template.HTML(text) // the rest is ours
}

// fitsPhone is how many characters stand in one line of a box even on the smallest phone.
const fitsPhone = 24

var lineEnds = strings.NewReplacer(".", "<wbr>.", "@", "<wbr>@", "/", "/<wbr>", "_", "_<wbr>")

// initial is the letter that stands for a person, or for a client without a logo. A client's logo is
// our copy of it: to load it from its host would tell that who is about to allow what.
func initial(s string) string {
	s = clean(s)
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "?"
}

// maxMarks is how many accents may follow one letter. Every script in use gets by with it; a
// pile of them would cover the lines above and below.
const maxMarks = 3

// clean makes one harmless line of s. What cannot be seen goes, since it serves to make one name
// look like another or to turn the text around it: control and formatting characters, among them
// every bidirectional one, zero-width characters, blank letters and variation selectors.
func clean(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			r, marks = ' ', 0
		case !unicode.IsGraphic(r) || r == unicode.ReplacementChar || r == '\u2800' || // braille blank
			unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(r)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// isPlain tells whether s is words of printable ASCII with one space between them, which clean leaves as they are: a quick
// answer for most.
func isPlain(s string) bool {
	for i, last := 0, byte(' '); i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && last == ' ' {
			return false
		}
		last = s[i]
	}
	return !strings.HasSuffix(s, " ")
}

// shorten leaves out the middle of s when it has more than head+tail+1 characters. The end stays,
// since the end of a host is what says whose it is.
func shorten(s string, head, tail int) string {
	if len(s) <= head+tail+1 {
		return s
	}
	runes := []rune(s)
	if len(runes) <= head+tail+1 {
		return s
	}
	return string(runes[:head]) + "…" + string(runes[len(runes)-tail:])
}
