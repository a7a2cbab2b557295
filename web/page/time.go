package page

import (
	"fmt"
	"time"
)

// span is a time as people say it: 1 hour, 30 days.
func span(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= unit.length && (d%unit.length == 0 || d >= 3*unit.length) {
			return count(int(d/unit.length), unit.name)
		}
	}
	return count(int(d/time.Second), "second")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// moment is a time as a page shows it: in the words of people, and exactly.
type moment struct{ Words, Exact, Machine string }

func exactly(t time.Time, words string) moment {
	t = t.UTC()
	return moment{words, t.Format("2 January 2006, 15:04 UTC"), t.Format(time.RFC3339)}
}

// ago is how long before now t was: people think of the last days so, and of others by their date.
func ago(now, t time.Time) moment {
	words := ""
	switch d := now.Sub(t); {
	case d < time.Minute:
		words = "just now"
	case d < time.Hour:
		words = count(int(d/time.Minute), "minute") + " ago"
	case d < 24*time.Hour:
		words = count(int(d/time.Hour), "hour") + " ago"
	case d < 48*time.Hour:
		words = "yesterday"
	default:
		words = day(now, t)
	}
	return exactly(t, words)
}

// since is the day of t.
func since(now, t time.Time) moment { return exactly(t, day(now, t)) }

// day is a date, with its year where that is another one.
func day(now, t time.Time) string {
	if now.UTC().Year() == t.UTC().Year() {
		return t.UTC().Format("2 January")
	}
	return t.UTC().Format("2 January 2006")
}
