package oauth

import (
	"strings"
	"unicode"
)

// maxName is as long as a client's name may be on a page, in runes.
const maxName = 80

// cleanName makes a client's name fit to show: no control, bidirectional or zero-width characters, which
// could make it look like another; single spaces; not too long.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, name)
	runes := []rune(strings.Join(strings.Fields(name), " "))
	if len(runes) > maxName {
		runes = append(runes[:maxName-1], '…')
	}
	return string(runes)
}
