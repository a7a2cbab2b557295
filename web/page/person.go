package page

import (
	"html/template"
	"strings"
)

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
func (p Person) Detail() template.HTML {
	if p.Email == "" || clean(p.Name) == "" {
		return ""
	}
	return breakable(p.Mail(), clean(p.Email))
}

// Only is Title where there is no Detail.
func (p Person) Only() template.HTML {
	if clean(p.Name) == "" {
		return breakable(p.Mail(), clean(p.Email))
	}
	return breakable(p.Title(), p.Title())
}

// Mail is the email address, short enough to stand in a box.
func (p Person) Mail() string { return shorten(clean(p.Email), 40, 28) }
