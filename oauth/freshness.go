package oauth

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// freshness reads how long an answer that was just received may be believed (RFC 9111 section 4.2), between minFresh and
// maxFresh.
func freshness(h http.Header, received time.Time) time.Duration {
	fresh, said := time.Duration(0), 0 // 1: by max-age, 2: by s-maxage
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		rank := map[string]int{"max-age": 1, "s-maxage": 2}[name]
		switch lasts, ok := deltaSeconds(strings.Trim(value, `"`)); {
		case name == "no-store", name == "no-cache", name == "private":
			return minFresh
		case rank > said && ok:
			fresh, said = lasts, rank
		}
	}
	if said == 0 {
		date, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			date = received // RFC 9110 section 6.6.1
		}
		if expires, err := http.ParseTime(h.Get("Expires")); err == nil {
			fresh = expires.Sub(date)
		}
	}
	if age, ok := deltaSeconds(h.Get("Age")); ok && age > 0 {
		fresh -= age
	}
	return min(max(fresh, minFresh), maxFresh)
}

// deltaSeconds reads a number of seconds; one that is too large counts as the largest (RFC 9111 section 1.2.2).
func deltaSeconds(text string) (lasts time.Duration, ok bool) {
	seconds, err := strconv.ParseInt(text, 10, 32)
	return time.Duration(seconds) * time.Second, err == nil || errors.Is(err, strconv.ErrRange)
}
