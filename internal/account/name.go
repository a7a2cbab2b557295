package account

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

const (
	maxName    = 100 // characters
	maxAddress = 254 // bytes, RFC 5321 section 4.5.3.1.3
	maxLocal   = 64  // bytes, RFC 5321 section 4.5.3.1.1
)

var usernamePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{1,30}$`)

// domains turns a domain into the one spelling that is compared: lower case, punycode.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

var errAddress = &FieldError{"email", "This is not an email address. Write it like jane@example.com."}

// canonicalIdentifier is the spelling under which the store knows an email address or username.
func canonicalIdentifier(identifier string) (string, error) {
	if strings.Contains(identifier, "@") {
		return canonicalEmail(strings.TrimSpace(identifier))
	}
	username := canonicalUsername(identifier)
	if !usernamePattern.MatchString(username) {
		return "", errUsername
	}
	return username, nil
}

// canonicalEmail is the spelling under which addresses are compared: everybody's mail server ignores case,
// and one domain has many spellings.
func canonicalEmail(address string) (string, error) {
	if len(address) > maxAddress || !visible(address) {
		return "", errAddress
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address { // a name, a comment or quotes around it
		return "", errAddress
	}
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:at], address[at+1:]
	if local == "" || len(local) > maxLocal {
		return "", errAddress
	}
	domain, err = domains.ToASCII(domain)
	if err != nil {
		return "", errAddress
	}
	return norm.NFC.String(strings.ToLower(local)) + "@" + domain, nil
}

func checkName(field, label, name string) error {
	switch {
	case utf8.RuneCountInString(name) > maxName:
		return &FieldError{field, fmt.Sprintf("The %s is too long. Use at most %d characters.", label, maxName)}
	case !visible(name):
		return &FieldError{field, fmt.Sprintf("The %s contains characters that cannot be seen. Type it again.", label)}
	}
	return nil
}

// visible tells whether people see every character: no controls, nothing that turns the writing direction,
// nothing of no width.
func visible(s string) bool {
	for _, r := range s {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) {
			return false
		}
	}
	return utf8.ValidString(s)
}
