package account

import (
	"errors"
	"strings"
	"testing"

	"frontdesk/store"
)

func TestChangeProfile(t *testing.T) {
	d := newDesk(t, Config{})
	jane := d.jane(t)
	if err := d.store.CreateUser(t.Context(), &store.User{Username: "joe"}); err != nil {
		t.Fatal(err)
	}
	to := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		change ProfileChange
		field  string
	}{
		"taken":           {ProfileChange{Username: to("Joe"), FirstName: to("Eve")}, "username"},
		"no username":     {ProfileChange{Username: to(" ")}, "username"},
		"an id":           {ProfileChange{Username: to("user_06h25x25kjfd6kzm8")}, "username"},
		"not a username":  {ProfileChange{Username: to("a@b")}, "username"},
		"long first name": {ProfileChange{FirstName: to(strings.Repeat("x", 101))}, "first_name"},
		"unseen":          {ProfileChange{LastName: to("a\u200bb"), FirstName: to("Eve")}, "last_name"},
	} {
		_, err := d.ChangeProfile(t.Context(), jane.ID, c.change)
		if wrong, ok := errors.AsType[*FieldError](err); !ok || wrong.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if u, err := d.store.User(t.Context(), jane.ID); err != nil || u.FirstName != jane.FirstName || u.Username != "jane" {
		t.Errorf("changed all the same: %+v %v", u, err)
	}
	u, err := d.ChangeProfile(t.Context(), jane.ID, ProfileChange{FirstName: to(" Janet "), LastName: to(""), Username: to(" JANET ")})
	if err != nil || u.FirstName != "Janet" || u.LastName != "" || u.Username != "janet" || u.Primary().Address != "Jane@Example.com" {
		t.Errorf("%+v %v", u, err)
	}
	if _, err := d.Authenticate(t.Context(), "Janet", password); err != nil {
		t.Errorf("the new name does not sign in: %v", err)
	}
	for _, change := range []ProfileChange{{}, {FirstName: to("x")}} {
		if _, err := d.ChangeProfile(t.Context(), "user_gone", change); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("somebody who is gone: %v", err)
		}
	}
}
