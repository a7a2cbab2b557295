package oauth

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// freshness reads how long an answer may be believed from now on (RFC 9111 section 4.2), between minFresh and maxFresh.
func freshness(h http.Header) time.Duration {
	fresh, said := time.Duration(0), 0 // 1: by max-age, 2: by s-maxage
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		rank := map[string]int{"max-age": 1, "s-maxage": 2}[name]
		switch seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32); {
		case name == "no-store", name == "no-cache", name == "private":
			return minFresh
		case rank > said && err == nil:
			fresh, said = time.Duration(seconds)*time.Second, rank
		}
	}
	if said == 0 {
		expires, err1 := http.ParseTime(h.Get("Expires"))
		date, err2 := http.ParseTime(h.Get("Date"))
		if err1 == nil && err2 == nil {
			fresh = expires.Sub(date)
		}
	}
	if age, err := strconv.ParseInt(h.Get("Age"), 10, 32); err == nil && age > 0 {
		fresh -= time.Duration(age) * time.Second
	}
	return min(max(fresh, minFresh), maxFresh)
}
