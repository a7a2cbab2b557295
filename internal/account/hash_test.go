package account

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestHashFormat(t *testing.T) {
	h := newHasher()
	made, err := h.make(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parseHash(made)
	if err != nil || parsed.String() != made || parsed.outdated() {
		t.Fatalf("%s: %+v, %v", made, parsed, err)
	}
	if again, _ := h.make(t.Context(), password); again == made {
		t.Error("two hashes have one salt")
	}
	for given, want := range map[string]bool{password: true, password + " ": false, "": false, strings.ToUpper(password): false} {
		if ok, err := h.matches(t.Context(), parsed, given); ok != want || err != nil {
			t.Errorf("%q: %v, %v", given, ok, err)
		}
	}
}

// The reference implementation's own vector: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1.
func TestHashOfTheReferenceImplementation(t *testing.T) {
	h, err := parseHash("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := newHasher().matches(t.Context(), h, "password"); !ok || err != nil {
		t.Error(ok, err)
	}
	if !h.outdated() {
		t.Error("other parameters pass for today's")
	}
}

func TestHashesThatAreNone(t *testing.T) {
	for _, s := range []string{
		"", "$", "password", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=65536,t=2,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$!!$!!",
	} {
		if h, err := parseHash(s); err == nil {
			t.Errorf("%q is taken for a hash: %+v", s, h)
		}
	}
}

// A letter with an accent is one character or two, as the keyboard has it.
func TestPasswordsAreNormalised(t *testing.T) {
	h := newHasher()
	made, err := h.make(t.Context(), "caf\u00e9 au lait")
	if err != nil {
		t.Fatal(err)
	}
	parsed, _ := parseHash(made)
	if ok, err := h.matches(t.Context(), parsed, "cafe\u0301 au lait"); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestHashesAtOnceAreBounded(t *testing.T) {
	h := newHasher()
	n := int64(runtime.GOMAXPROCS(0))
	if !h.slots.TryAcquire(n) || h.slots.TryAcquire(1) {
		t.Fatalf("not %d at once", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.make(ctx, password); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("one more was made:", err)
	}
	h.slots.Release(1)
	if _, err := h.make(t.Context(), password); err != nil {
		t.Error(err)
	}
	if !h.slots.TryAcquire(1) {
		t.Error("a slot was not given back")
	}
}

func TestCheckPassword(t *testing.T) {
	for p, ok := range map[string]bool{
		"1234567": false, "12345678": true, "ééééééé": false, "éééééééé": true, "": false, "          ": false,
		strings.Repeat("x", 1024): true, strings.Repeat("x", 1025): false,
	} {
		err := checkPassword(p)
		if (err == nil) != ok || !ok && !isField(err, "password") {
			t.Errorf("%.20q: %v", p, err)
		}
	}
}

// What no person could have set is not worth a look, however cheap the look is.
func TestLongPasswordsNeverMatch(t *testing.T) {
	h, long := newHasher(), strings.Repeat("x", 1025)
	made, err := h.make(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	parsed, _ := parseHash(made)
	if ok, err := h.matches(t.Context(), parsed, long); ok || err != nil {
		t.Error(ok, err)
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseHash(s)
		if err != nil {
			return
		}
		again, err := parseHash(h.String())
		if err != nil || again.String() != h.String() {
			t.Errorf("%q reads as %q, and that as %q (%v)", s, h, again, err)
		}
	})
}
