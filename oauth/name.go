package oauth

import (
	"slices"
	"strings"
	"unicode"
)

// maxName is as long as a client's name may be on a page, in runes.
const maxName = 80

// maxMarks is how many accents may follow one letter: a pile of them would cover the lines above and below.
const maxMarks = 3

// cleanName makes a client's name fit to show: nothing that cannot be seen, which could make it look like another or turn
// the text around it (control, bidirectional and zero-width characters, blank letters, variation selectors); single
// spaces; not too long.
func cleanName(name string) string {
	var b strings.Builder
	marks := 0
	for _, r := range strings.ToValidUTF8(name, "") {
		switch {
		case unicode.IsSpace(r):
			r, marks = ' ', 0
		case !unicode.IsPrint(r), r == '\u2800', // braille blank
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
	runes := []rune(strings.Join(strings.Fields(b.String()), " "))
	if len(runes) > maxName {
		runes = slices.Concat(runes[:maxName/2-1], []rune{'…'}, runes[len(runes)-maxName/2:]) // pages shorten there, too
	}
	return string(runes)
}
