package main

import (
	"strings"
	"time"

	"frontdesk/store"
)

// userDescription is a user as the commands print one. Its names are those of get_user_profile, and then some.
type userDescription struct {
	ID                        string             `json:"id"`
	UserID                    string             `json:"user_id" text:"-"` // the same, as get_user_profile calls it
	Username                  string             `json:"username"`
	FirstName                 string             `json:"first_name"`
	LastName                  string             `json:"last_name"`
	PrimaryEmail              string             `json:"primary_email"`
	SecondaryEmails           []string           `json:"secondary_emails"`
	Emails                    []emailDescription `json:"emails"`
	TwoFactorEnabled          bool               `json:"two_factor_enabled"`
	Banned                    bool               `json:"banned"`
	Locked                    bool               `json:"locked"`
	ImageURL                  string             `json:"image_url"`
	ExternalAccounts          []string           `json:"external_accounts"`
	CreateOrganizationEnabled bool               `json:"create_organization_enabled"`
	DeleteSelfEnabled         bool               `json:"delete_self_enabled"`
	Admin                     bool               `json:"admin"`
	CreatedAt                 time.Time          `json:"created_at"`
}

type emailDescription struct {
	Address  string `json:"address"`
	Primary  bool   `json:"primary"`
	Verified bool   `json:"verified"`
}

// String is the address as people read it.
func (e emailDescription) String() string {
	var notes []string
	if e.Primary {
		notes = append(notes, "primary")
	}
	if e.Verified {
		notes = append(notes, "verified")
	}
	if len(notes) == 0 {
		return e.Address
	}
	return e.Address + " (" + strings.Join(notes, ", ") + ")"
}

func describeUser(u *store.User) userDescription {
	d := userDescription{
		ID: u.ID, UserID: u.ID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName,
		PrimaryEmail: u.Primary().Address, SecondaryEmails: u.Secondary(), Emails: []emailDescription{}, ExternalAccounts: []string{},
		TwoFactorEnabled: u.TwoFactorEnabled, Banned: u.Banned(), Locked: u.Locked(), ImageURL: u.ImageURL,
		CreateOrganizationEnabled: u.CreateOrganizationEnabled, DeleteSelfEnabled: u.DeleteSelfEnabled,
		Admin: u.Admin, CreatedAt: u.CreatedAt.UTC(),
	}
	for _, e := range u.Emails {
		d.Emails = append(d.Emails, emailDescription{e.Address, e.Primary, !e.VerifiedAt.IsZero()})
	}
	for _, a := range u.ExternalAccounts {
		d.ExternalAccounts = append(d.ExternalAccounts, a.Provider+" ("+a.Identifier+")")
	}
	return d
}

// state is what keeps the user out, or what they may.
func state(u *store.User) string {
	switch {
	case u.Banned():
		return "banned"
	case u.Locked():
		return "locked"
	case u.Admin:
		return "admin"
	}
	return "active"
}
