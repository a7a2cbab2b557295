package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// The largest documents, in bytes.
const (
	maxJSON  = 64 << 10
	maxImage = 256 << 10
)

// Document is what a fetch brought.
type Document struct {
	Body   []byte // JSON, or an image, or what claims to be
	Header http.Header
}

// JSON fetches a JSON document of 64 KiB at most. Errors are for the log; they wrap ErrRefused where the address may
// not be fetched, and ErrDown where trying again later may help.
func (c *Client) JSON(ctx context.Context, from string) (*Document, error) {
	d, err := c.fetch(ctx, from, "application/json", maxJSON)
	if err != nil {
		return nil, err
	}
	kind, _, err := mime.ParseMediaType(d.Header.Get("Content-Type"))
	if err != nil || (kind != "application/json" && !strings.HasSuffix(kind, "+json")) {
		return nil, fmt.Errorf("fetch: the answer is %q, not JSON", kind)
	}
	return d, nil
}

// Image fetches what claims to be an image, of 256 KiB at most. Errors are like those of JSON.
func (c *Client) Image(ctx context.Context, from string) (*Document, error) {
	return c.fetch(ctx, from, "image/png, image/webp, image/jpeg, image/gif", maxImage)
}

func (c *Client) fetch(ctx context.Context, from, accept string, limit int64) (*Document, error) {
	if err := c.Check(from); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	done, err := c.turns.take(ctx, siteOf(q.URL))
	if err != nil {
		return nil, fmt.Errorf("%w: too much is being fetched", ErrDown)
	}
	defer done()
	q.Header.Set("Accept", accept)
	q.Header.Set("User-Agent", "Frontdesk")
	resp, err := c.http.Do(q)
	switch {
	case errors.Is(err, ErrRefused):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDown, err)
	}
	defer resp.Body.Close()
	return read(resp, limit)
}

func read(resp *http.Response, limit int64) (*Document, error) {
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, fmt.Errorf("fetch: the answer is %s", resp.Status)
	default:
		return nil, fmt.Errorf("%w: the answer is %s", ErrDown, resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDown, err)
	case int64(len(body)) > limit:
		return nil, fmt.Errorf("fetch: the answer is larger than %d bytes", limit)
	}
	return &Document{Body: body, Header: resp.Header}, nil
}
