package account

import (
	"fmt"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	c := &clock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	l := NewLimiter(3, time.Minute, c.now)
	allow := func(address string, want bool) {
		t.Helper()
		if ok, wait := l.Allow(address); ok != want || ok != (wait == 0) || wait > 20*time.Second {
			t.Errorf("%s: %v, %v", address, ok, wait)
		}
	}
	for _, port := range []string{"1", "2", "3"} {
		allow("192.0.2.1:"+port, true)
	}
	allow("192.0.2.1:4", false)
	allow("192.0.2.1", false)
	allow("[::ffff:192.0.2.1]:4", false)
	allow("192.0.2.2:1", true)
	c.Time = c.Add(20*time.Second - time.Millisecond)
	allow("192.0.2.1:5", false)
	c.Time = c.Add(time.Millisecond)
	allow("192.0.2.1:6", true) // those that were refused cost nothing
	allow("192.0.2.1:7", false)

	for i := range 3 {
		allow(fmt.Sprintf("[2001:db8::%d]:1", i), true)
	}
	allow("[2001:db8::ffff:1]:1", false)
	allow("[2001:db8:0:1::1]:1", true)

	for range 3 {
		allow("what is this", true)
	}
	allow("", false)
}

// Whoever has a /48 has 65,536 times a /64: the larger network has a limit too, and what it refuses costs nobody anything.
func TestLimiterOfLargeNetworks(t *testing.T) {
	c := &clock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	l := NewLimiter(3, time.Minute, c.now)
	passed := 0
	for i := range 100 {
		if ok, _ := l.Allow(fmt.Sprintf("[2001:db8:1:%x::1]:1", i)); ok {
			passed++
		}
	}
	if passed != 3*largeNetwork {
		t.Errorf("%d passed", passed)
	}
	if ok, wait := l.Allow("[2001:db8:1:ffff::1]:1"); ok || wait > time.Minute/(3*largeNetwork) {
		t.Errorf("%v, %v", ok, wait)
	}
	if ok, _ := l.Allow("[2001:db8:2::1]:1"); !ok {
		t.Error("another network pays for it")
	}
	c.Time = c.Add(time.Minute)
	for i := range 3 {
		if ok, _ := l.Allow("[2001:db8:1:ffff::1]:1"); !ok {
			t.Errorf("try %d paid for one that was refused", i)
		}
	}
	if ok, _ := l.Allow("[2001:db8:1:ffff::1]:1"); ok {
		t.Error("the small network has no limit of its own")
	}
	for range 100 {
		l.Allow("[2001:db8:1:ffff::1]:1")
	}
	if ok, _ := l.Allow("[2001:db8:1:fffe::1]:1"); !ok {
		t.Error("what the small network was refused, the large one paid for")
	}
}

func TestNoLimit(t *testing.T) {
	l := NewLimiter(0, time.Minute, time.Now)
	for range 1000 {
		if ok, wait := l.Allow("192.0.2.1:1"); !ok || wait != 0 {
			t.Fatal(ok, wait)
		}
	}
}

func TestLimiterForgets(t *testing.T) {
	c := &clock{time.Unix(1, 0)}
	l := NewLimiter(1, time.Hour, c.now)
	quiet := "10.0.0.1"
	l.Allow(quiet)
	others := func(net, n int) {
		for i := range n {
			l.Allow(fmt.Sprintf("%d.%d.%d.%d", net, i>>16, i>>8&255, i&255))
		}
	}
	for net := range 3 { // seen again, it is remembered for as many more
		others(11+net, maxAddresses-1)
		if ok, _ := l.Allow(quiet); ok {
			t.Error("forgotten too early")
		}
	}
	others(20, maxAddresses)
	if ok, _ := l.Allow(quiet); !ok {
		t.Error("never forgotten")
	}
	if len(l.byAddr) != maxAddresses || l.recent.Len() != maxAddresses {
		t.Error(len(l.byAddr), l.recent.Len())
	}
}

func FuzzNetworks(f *testing.F) {
	f.Add("192.0.2.1:1")
	f.Add("[fe80::1%eth0]:1")
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range networks(s) {
			if n.prefix.IsValid() && n.prefix.Masked() != n.prefix {
				t.Errorf("%q: %v", s, n.prefix)
			}
		}
	})
}
