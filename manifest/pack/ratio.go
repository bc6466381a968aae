package pack

import "fmt"

// Limits of what a package unpacks to.
const (
	// MaxRatio is the most bytes that one byte of a package may become. Programs
	// become three to five times their size, texts ten, an empty database a
	// hundred.
	MaxRatio = 1000
	// anySize may come out of the smallest package: no disk is filled by it.
	anySize = 64 << 20
)

// CheckRatio says whether a package of so many bytes may unpack to so many
// ([ErrRatio]). Both numbers are in the signed manifest, so that a package which
// only serves to fill the disk is refused before it is loaded; a publisher's
// package is refused when it is added.
func CheckRatio(packed, unpacked int64) error {
	if unpacked <= anySize || unpacked/MaxRatio <= packed {
		return nil
	}
	return fmt.Errorf("%w: %d bytes from %d", ErrRatio, unpacked, packed)
}
