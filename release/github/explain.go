package github

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	api "github.com/google/go-github/v60/github"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

const (
	// maxQuoted bounds what is repeated of GitHub's words.
	maxQuoted = 300
	// secondaryWait is the documented wait where a secondary limit names none.
	secondaryWait = time.Minute
)

// explain turns what went wrong into what a publisher, or package release, can
// act on.
func (g *Repository) explain(answer *api.Response, err error) error {
	if err == nil {
		return nil
	}
	if limit, ok := errors.AsType[*api.RateLimitError](err); ok {
		return rateLimited("", time.Until(limit.Rate.Reset.Time))
	}
	if limit, ok := errors.AsType[*api.AbuseRateLimitError](err); ok {
		return rateLimited("secondary ", waitOf(limit.RetryAfter))
	}
	if refused, ok := errors.AsType[*api.ErrorResponse](err); ok {
		return g.refused(refused)
	}
	if _, ok := errors.AsType[*api.AcceptedError](err); ok {
		return &release.Temporary{Err: errors.New("GitHub is still working on it")}
	}
	return unreached(err)
}

func waitOf(retryAfter *time.Duration) time.Duration {
	if retryAfter == nil {
		return secondaryWait
	}
	return *retryAfter
}

// rateLimited says until when, as a clock on the wall has it.
func rateLimited(kind string, wait time.Duration) error {
	wait = max(wait, 0) + time.Second // GitHub counts whole seconds
	until := time.Now().Add(wait)
	return &release.Temporary{
		Err:   fmt.Errorf("%w: its %slimit ends at %s, in %s", ErrRateLimit, kind, until.Format(time.TimeOnly), wait.Round(time.Second)),
		After: wait,
	}
}

// refused sorts GitHub's answers. Beside the status they differ in words only.
func (g *Repository) refused(e *api.ErrorResponse) error {
	said := quote(e)
	has := func(words string) bool { return strings.Contains(strings.ToLower(said), words) }
	switch code := e.Response.StatusCode; {
	case code == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", ErrToken, said)
	case code == http.StatusTooManyRequests, code == http.StatusForbidden && (has("rate limit") || e.Response.Header.Get("Retry-After") != ""):
		return limitedBy(e.Response.Header)
	case code == http.StatusForbidden && has("archived"):
		return fmt.Errorf("%w: %s", ErrArchived, g.place)
	case code == http.StatusForbidden:
		return fmt.Errorf("%w: %s%s", ErrRights, said, needed(e.Response.Header))
	case has("repository is empty"):
		return fmt.Errorf("%w: %s", ErrEmpty, g.place)
	case has("immutable release"):
		return fmt.Errorf("%w: %s", ErrImmutable, said)
	case code == http.StatusNotFound && e.Response.Request.Method != http.MethodGet:
		return fmt.Errorf("%w: GitHub says %q to a write", ErrRights, said)
	case code >= 500, code == http.StatusConflict, code == http.StatusRequestTimeout:
		return &release.Temporary{Err: e, After: seconds(e.Response.Header)}
	}
	return e
}

// limitedBy reads the headers in the documented order.
func limitedBy(h http.Header) error {
	if after := seconds(h); after > 0 {
		return rateLimited("secondary ", after)
	}
	if reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil && h.Get("X-RateLimit-Remaining") == "0" {
		return rateLimited("", time.Until(time.Unix(reset, 0)))
	}
	return rateLimited("secondary ", secondaryWait)
}

func seconds(h http.Header) time.Duration {
	n, err := strconv.ParseInt(h.Get("Retry-After"), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// needed is the permission that GitHub says is missing.
func needed(h http.Header) string {
	if want := h.Get("X-Accepted-GitHub-Permissions"); want != "" {
		return " (needed: " + clean(want) + ")"
	}
	return ""
}

// unreached is no answer at all. What may go away by itself is worth another
// try; a name that does not exist and a certificate that is not trusted are
// not.
func unreached(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, manifest.ErrTooLarge) {
		return err
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return err
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return err
	}
	return &release.Temporary{Err: err}
}

// quote repeats GitHub's own words, short and printable.
func quote(e *api.ErrorResponse) string {
	words := []string{e.Message}
	for _, detail := range e.Errors {
		words = append(words, strings.TrimSpace(detail.Field+" "+detail.Code+" "+detail.Message))
	}
	return clean(strings.Join(words, "; "))
}

func clean(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if runes := []rune(text); len(runes) > maxQuoted {
		return string(runes[:maxQuoted]) + "…"
	}
	return text
}
