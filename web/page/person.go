package page

import "strings"

// Person is somebody who is signed in. Either part may be empty.
type Person struct{ Name, Email string }

// Initials are one or two letters for the person's round badge.
func (p Person) Initials() string {
	words := strings.Fields(clean(p.Name))
	switch len(words) {
	case 0:
		return initial(p.Email)
	case 1:
		return initial(words[0])
	}
	return initial(words[0]) + initial(words[len(words)-1])
}

// Title is what the person is called in one line: the name, else the email address.
func (p Person) Title() string {
	if name := clean(p.Name); name != "" {
		return shorten(name, 40, 20)
	}
	return p.Mail()
}

// Detail is the line below Title, empty when there is no more to say.
func (p Person) Detail() string {
	if clean(p.Name) == "" {
		return ""
	}
	return p.Mail()
}

// Address is the whole email address, for whoever looks closer.
func (p Person) Address() string { return clean(p.Email) }

// Mail is the email address, short enough to stand in a box.
func (p Person) Mail() string { return shorten(p.Address(), 40, 28) }
