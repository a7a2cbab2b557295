package page

import (
	"cmp"
	"net/http"
)

// Error tells what went wrong and how to go on. Whatever is empty is filled in from Status.
type Error struct {
	Status    int
	Heading   string
	Message   string // says what Detail is
	Detail    string // an address, or a line for the app's maker; empty: none
	App       string // what the app calls itself that this is about, if any
	RequestID string // what the log calls this request
	LinkURL   string // the way on; empty: the landing page
	LinkText  string
}

func (Error) sheet() string { return "error" }
func (Error) leaves() bool  { return false }

// saying is a heading and a sentence for a status.
type saying struct{ heading, message string }

// sayings are used where the caller has nothing more exact.
var sayings = map[int]saying{
	http.StatusForbidden:             {"This is not allowed", "Go back to where you came from and start again."},
	http.StatusNotFound:              {"There is nothing here", "The address is wrong, or what was here is gone."},
	http.StatusMethodNotAllowed:      {"This does not work that way", "Go back and use the buttons on the page."},
	http.StatusRequestEntityTooLarge: {"That is too much", "Send less at once."},
	http.StatusTooManyRequests:       {"Too many tries", "Wait a minute, then try again."},
	http.StatusInternalServerError:   {"Something broke here", "It is not your fault. Try again in a moment."},
	http.StatusServiceUnavailable:    {"Not available right now", "Try again in a moment."},
}

func (p Error) saying() saying {
	if s, ok := sayings[p.Status]; ok {
		return s
	}
	return saying{"This did not work", "Go back to where you came from and start again."}
}

// Title is the heading.
func (p Error) Title() string { return cmp.Or(p.Heading, p.saying().heading) }

// Sentence says what happened and what to do.
func (p Error) Sentence() string { return cmp.Or(p.Message, p.saying().message) }
