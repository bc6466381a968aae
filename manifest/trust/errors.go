package trust

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// ErrRefused is what every refusal of signed data matches. The kinds below
// tell them apart.
var ErrRefused = errors.New("refused by the trust rules")

var (
	// ErrSignature: too few valid signatures for the role.
	ErrSignature = errors.New("not signed by enough of the role's keys")
	// ErrExpired: correctly signed, but its time is over. The host may be stale
	// or held back on purpose, or this PC's clock may be wrong.
	ErrExpired = errors.New("expired")
	// ErrRollback: older than what was accepted here before. The host may be
	// stale, or somebody may be replaying it.
	ErrRollback = errors.New("older than what was accepted before")
	// ErrMismatch: the bytes are not those that the metadata names.
	ErrMismatch = errors.New("length or hash does not fit the metadata")
	// ErrMalformed: not the metadata that belongs there.
	ErrMalformed = errors.New("malformed metadata")
	// ErrWrongRelease: a manifest of another product or channel, or one that
	// disagrees with the role that signed it.
	ErrWrongRelease = errors.New("manifest does not fit its role")
	// ErrManifest: signed by the right key, but a field is not acceptable; the
	// manifest.FieldError inside names it.
	ErrManifest = errors.New("unacceptable manifest")
)

// These are not refusals: nothing is wrong with any signature.
var (
	// ErrUnknownProduct: the repository has no such product or channel.
	ErrUnknownProduct = errors.New("the repository does not offer this product")
	// ErrIncomplete: the metadata names a file that the host does not have, as
	// happens between two steps of an upload or behind a slow cache.
	ErrIncomplete = errors.New("the repository is incomplete")
	// ErrAnchor: the anchor file is no root of trust.
	ErrAnchor = errors.New("not a usable anchor")
)

// refuse wraps a refusal with what was being verified.
func refuse(kind error, what string, cause error) error {
	if cause == nil {
		return fmt.Errorf("%w: %s: %w", ErrRefused, what, kind)
	}
	return fmt.Errorf("%w: %s: %w: %w", ErrRefused, what, kind, cause)
}

// classify gives an error of go-tuf its kind. The narrow types are asked for
// first: go-tuf's expired, version and length errors all match ErrRepository.
func classify(what string, err error) error {
	switch {
	case as[*metadata.ErrExpiredMetadata](err):
		return refuse(ErrExpired, what, err)
	case as[*metadata.ErrBadVersionNumber](err):
		return refuse(ErrRollback, what, err)
	case as[*metadata.ErrLengthOrHashMismatch](err):
		return refuse(ErrMismatch, what, err)
	case as[*metadata.ErrUnsignedMetadata](err):
		return refuse(ErrSignature, what, err)
	}
	return refuse(ErrMalformed, what, err)
}

// classifyFetch tells "not there" and "endless" from a network that failed.
func classifyFetch(what string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w: %w", what, ErrIncomplete, err)
	case errors.Is(err, manifest.ErrTooLarge):
		return refuse(ErrMalformed, what, err)
	}
	return fmt.Errorf("fetch %s: %w", what, err)
}

func as[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}
