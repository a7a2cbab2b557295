package oauth

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"frontdesk/store"
)

// knownNames remembers our own names and those of the clients that an operator vouches for, by how they look.
type knownNames struct {
	mu     sync.Mutex
	read   time.Time
	byLook map[string]store.NamedClient // ours have no ID
}

// namesFresh is how long the names are believed.
const namesFresh = 30 * time.Second

// lookAlike is the name that a client's own can be mistaken for: that of a client that an operator vouches for, our own, or
// what letters of several alphabets are put together to look like. "": none.
func (s *Server) lookAlike(ctx context.Context, c *store.Client) (string, error) {
	if c.Verified {
		return "", nil
	}
	known, err := s.names.find(ctx, s, c)
	switch {
	case err != nil || known != "":
		return known, err
	case mixesAlphabets(c.Name):
		return inLatin(c.Name), nil
	}
	return "", nil
}

// find is the known name that looks like c's, "": none does.
func (k *knownNames) find(ctx context.Context, s *Server, c *store.Client) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := s.Now(); k.byLook == nil || now.Sub(k.read) > namesFresh {
		all, err := s.Store.VerifiedClients(ctx)
		if err != nil {
			return "", err
		}
		for _, r := range s.Resources {
			all = append(all, store.NamedClient{Name: r.Name})
		}
		k.byLook, k.read = make(map[string]store.NamedClient, len(all)), now
		for _, known := range all {
			for _, look := range looks(known.Name) {
				k.byLook[look] = known
			}
		}
	}
	for _, look := range looks(c.Name) {
		if known, ok := k.byLook[look]; ok && known.ID != c.ID {
			return known.Name, nil
		}
	}
	return "", nil
}

// A page shows this much of both ends of a long name (web/page's appName).
const shownHead, shownTail = 26, 14

// looks are the ways to read a name: with what stands beside its letters, ™ or ², taken for letters, too, and without.
func looks(name string) []string {
	all := []string{skeleton(name), skeleton(bare(name))}
	if runes := []rune(name); len(runes) > shownHead+shownTail+1 { // what pages leave out nobody compares
		all = append(all, skeleton(string(runes[:shownHead])+string(runes[len(runes)-shownTail:])))
	}
	return slices.DeleteFunc(slices.Compact(all), func(look string) bool { return look == "" })
}

// bare is a name without what normalization would make letters or numbers of: signs, framed letters, raised and lowered ones.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.So, unicode.No) || unicode.Is(unicode.Lm, r) && unicode.Is(unicode.Latin, r) {
			return -1
		}
		return r
	}, name)
}

// skeleton is how a name looks to somebody who does not look twice: two names with the same one can be mistaken for each
// other (after Unicode Technical Standard 39 section 4). Width, style, accents, spaces and signs make no difference, nor
// does case, unless the capital looks like another letter than the small one.
func skeleton(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(norm.NFKC.String(name)) {
		r = unframed(r)
		if as, ok := latin(r); ok {
			b.WriteString(as)
		} else if unicode.IsLetter(r) || unicode.IsNumber(r) {
			b.WriteRune(usual(r))
		}
	}
	return pairs.Replace(b.String())
}

// latin is the Latin letter that r looks like.
func latin(r rune) (string, bool) {
	for _, r := range []rune{r, unicode.ToLower(r), usual(r)} {
		if as, ok := alike[r]; ok {
			return as, true
		}
	}
	return "", false
}

// usual is the small letter that shares r's capital: some letters have several, of other shapes.
func usual(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// inLatin is a name with every letter that looks like a Latin one written as that.
func inLatin(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(name) {
		as, ok := latin(r)
		switch {
		case !ok || r < unicode.MaxASCII:
			b.WriteRune(r)
		case unicode.IsUpper(r):
			b.WriteString(strings.ToUpper(as))
		default:
			b.WriteString(as)
		}
	}
	return b.String()
}

// alphabets have letters in common with each other to look at, and no word in any language is written in two of them.
var alphabets = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Lisu,
	unicode.Canadian_Aboriginal,
}

// elsewhere stands for all others of what looks like a Latin letter, signs too.
var elsewhere = new(unicode.RangeTable)

// alphabetOf is the one that r is of, as far as that can deceive; nil: it cannot.
func alphabetOf(r rune) *unicode.RangeTable {
	for _, a := range alphabets {
		if unicode.Is(a, r) {
			return a
		}
	}
	if _, ok := latin(r); ok && r > unicode.MaxASCII {
		return elsewhere
	}
	return nil
}

// parts tells whether words end at r: what is no letter, does not look like one, and is no number.
func parts(r rune) bool {
	_, ok := latin(r)
	return !ok && !unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// mixesAlphabets tells whether a single word does.
func mixesAlphabets(name string) bool {
	for word := range strings.FieldsFuncSeq(norm.NFKC.String(name), parts) {
		var first *unicode.RangeTable
		for _, r := range word {
			a := alphabetOf(r)
			if a != nil && first != nil && first != a {
				return true
			}
			first = cmp.Or(first, a)
		}
	}
	return false
}
