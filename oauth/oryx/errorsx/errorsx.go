// Package errorsx is the small part of github.com/ory/x/errorsx that fosite calls. The whole module
// would link gRPC, OTLP, Jaeger and Zipkin; go.mod replaces it with this folder.
package errorsx

import "github.com/pkg/errors"

// StackTracer is an error that knows where it was made.
type StackTracer interface{ StackTrace() errors.StackTrace }

// WithStack gives err a stack trace unless it has one.
func WithStack(err error) error {
	if _, ok := err.(StackTracer); ok {
		return err
	}
	return errors.WithStack(err)
}

// Cause returns the innermost error that err wraps.
func Cause(err error) error { return errors.Cause(err) }

// The carriers are what fosite's error type offers to those who log it.
type (
	// StatusCodeCarrier tells an HTTP status code.
	StatusCodeCarrier interface{ StatusCode() int }
	// RequestIDCarrier tells the request's id.
	RequestIDCarrier interface{ RequestID() string }
	// ReasonCarrier tells a reason.
	ReasonCarrier interface{ Reason() string }
	// DebugCarrier tells what only the log may have.
	DebugCarrier interface{ Debug() string }
	// StatusCarrier tells an HTTP status text.
	StatusCarrier interface{ Status() string }
	// DetailsCarrier tells details by name.
	DetailsCarrier interface{ Details() map[string]interface{} }
)
