package transport

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
)

// shown is an address as logs and errors have it. A host may send a reader on to
// a download store with an address that is itself the permission to read: what
// stands in its query is as good as a password, and its path says enough.
func shown(u *url.URL) string {
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if u.RawQuery != "" || u.ForceQuery {
		return bare.String() + "?" + hidden
	}
	return bare.String()
}

// hidden stands for a query.
const hidden = "…"

// queries finds them in a text, up to the quote that ends the address there.
var queries = regexp.MustCompile(`\?(?:\\.|[^"\\])*`)

// withoutQuery is an http.Client's error without the queries of the addresses
// that it came to, which http.Client puts into it. The cause stays what it is.
func withoutQuery(err error) error {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	return fmt.Errorf("%s %w", failed.Op, quiet{
		text:  queries.ReplaceAllString(fmt.Sprintf("%q: %v", failed.URL, failed.Err), "?"+hidden),
		cause: failed.Err,
	})
}

// quiet is an error in other words.
type quiet struct {
	text  string
	cause error
}

func (q quiet) Error() string { return q.text }
func (q quiet) Unwrap() error { return q.cause }
