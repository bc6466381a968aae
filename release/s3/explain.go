package s3

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"unicode"

	"github.com/minio/minio-go/v7"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// maxQuoted bounds what is repeated of a host's words.
const maxQuoted = 300

// explain turns a failed exchange into what a publisher can act on.
func (b *Bucket) explain(err error, w *witness) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.source != nil {
		return w.source
	}
	if answer, ok := errors.AsType[minio.ErrorResponse](err); ok && answer.StatusCode != 0 && w.failed == nil {
		return b.answered(answer, w)
	}
	if errors.Is(err, manifest.ErrTooLarge) {
		return err
	}
	if w.failed != nil {
		err = w.failed // with its own causes, which the library flattens
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return fmt.Errorf("%w: %w", ErrEndpoint, err)
	}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return err
	}
	if errors.Is(err, context.Canceled) { // not by the caller
		err = fmt.Errorf("%w: %w", errSilent, err)
	}
	return &release.Temporary{Err: err, After: w.after}
}

// answered names the host's answer. Codes are those of the S3 API reference,
// "Error responses".
func (b *Bucket) answered(answer minio.ErrorResponse, w *witness) error {
	said := w.quote(answer.Code, answer.Message)
	switch answer.Code {
	case minio.NoSuchKey:
		return fs.ErrNotExist
	case minio.NoSuchBucket:
		return fmt.Errorf("%w at this host, for region %s", ErrNoBucket, b.region)
	case minio.PreconditionFailed:
		return errCondition
	case "RequestTimeTooSkewed":
		return fmt.Errorf("%w: the host says %s", ErrClock, cmp.Or(w.quote("", w.date), "nothing of its own"))
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidSecurity", "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "UnrecognizedClientException":
		return fmt.Errorf("%w: %s", ErrCredentials, said)
	case minio.InvalidRegion, "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException":
		if region := w.quote("", answer.Region); region != "" {
			return fmt.Errorf("%w: it is in %s, and %s was asked", ErrRegion, region, b.region)
		}
		return fmt.Errorf("%w: %s", ErrRegion, said)
	case "XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody", "RequestTimeout", "SlowDown", "SlowDownWrite", "OperationAborted", "ConditionalRequestConflict", "Throttling", "ThrottlingException":
		return &release.Temporary{Err: fmt.Errorf("the host says %s", said), After: w.after}
	}
	switch status := answer.StatusCode; {
	case status == http.StatusNotImplemented:
		return fmt.Errorf("%w: %s", errNotImplemented, said)
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", ErrCredentials, said)
	case status == http.StatusForbidden:
		return fmt.Errorf("%w: %s", ErrRights, said)
	case status == http.StatusMovedPermanently || status == http.StatusTemporaryRedirect:
		return fmt.Errorf("%w: %s", ErrRegion, said)
	case status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500 && status != http.StatusInsufficientStorage:
		return &release.Temporary{Err: fmt.Errorf("the host says %s", said), After: w.after}
	}
	return fmt.Errorf("the host refused: %s", said)
}

// quote repeats a host's words on one line, without what this request had to
// keep secret.
func (w *witness) quote(code, message string) string {
	text := strings.TrimSpace(code + " " + message)
	for _, secret := range w.secrets {
		text = strings.ReplaceAll(text, secret, "…")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, text)
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + "…"
	}
	return text
}
