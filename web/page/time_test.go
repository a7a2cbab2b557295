package page

import (
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		time.Hour: "1 hour", 30 * 24 * time.Hour: "30 days", 24 * time.Hour: "1 day", 36 * time.Hour: "36 hours",
		90 * time.Minute: "90 minutes", 15 * time.Minute: "15 minutes", 90 * time.Second: "90 seconds", time.Second: "1 second",
		100 * time.Hour: "4 days",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "just now", -time.Second: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 4 * time.Minute: "4 minutes ago",
		time.Hour: "1 hour ago", 23 * time.Hour: "23 hours ago", 25 * time.Hour: "yesterday", 49 * time.Hour: "18 November",
		400 * 24 * time.Hour: "16 October 2025",
	} {
		if got := ago(now, now.Add(-d)); got.Words != want {
			t.Errorf("%v: %q, want %q", d, got.Words, want)
		}
	}
	elsewhere := now.In(time.FixedZone("", 3600))
	if got := ago(now, elsewhere); got.Exact != "20 November 2026, 10:00 UTC" || got.Machine != "2026-11-20T10:00:00Z" {
		t.Errorf("%+v", got)
	}
}
