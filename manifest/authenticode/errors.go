package authenticode

import "errors"

// What callers decide on. Every one but an error of reading is evidence that the
// file is not what its publisher signed, or that it never was signed as asked.
var (
	// ErrUnsigned is a file without a signature.
	ErrUnsigned = errors.New("file is not signed")
	// ErrTampered is a file that is not the one that was signed, or that has
	// more to it than the signature covers.
	ErrTampered = errors.New("file was changed after it was signed")
	// ErrPublisher is a file that somebody else signed.
	ErrPublisher = errors.New("file is signed by somebody else")
	// ErrUntrusted is a certificate that does not lead to the pinned one, is not
	// for signing programs, or was not valid when the file was signed.
	ErrUntrusted = errors.New("certificate of the signature is not trusted")
	// ErrTimeStamp is a signature without an RFC 3161 time stamp, or with one
	// that is not of this signature or not of the pinned authority.
	ErrTimeStamp = errors.New("signature has no valid time stamp")
	// ErrWeak is a digest or a key that can be forged today: MD5, SHA-1, RSA
	// below 2048 bits, curves below 256.
	ErrWeak = errors.New("signature is made with a weak algorithm")
	// ErrMalformed is a file or a signature that is not built as it must be.
	ErrMalformed = errors.New("file or signature is malformed")
)

// IsRefusal says whether an error is one of the above, rather than one of the
// disk or the context.
func IsRefusal(err error) bool {
	for _, kind := range []error{ErrUnsigned, ErrTampered, ErrPublisher, ErrUntrusted, ErrTimeStamp, ErrWeak, ErrMalformed} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
