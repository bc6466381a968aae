package manifest

import (
	"fmt"
	"regexp"
	"strings"
)

// ProductID names a client software: lower-case letters, digits and single
// hyphens, at most 40 characters. It becomes a TUF role, a folder and a file
// name on every system, so the device names of Windows are refused.
type ProductID string

// SelfID is koshin as a product of itself. It is published like any other and
// configured nowhere: where it is and which version it is, it knows.
const SelfID ProductID = "koshin"

// Channel is a line of builds that a PC follows.
type Channel string

// The two channels: everybody's, and the one of those who try builds first.
const (
	Stable Channel = "stable"
	Pilot  Channel = "pilot"
)

var (
	productPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	targetPattern  = regexp.MustCompile(`^[a-z0-9._-]+(/[a-z0-9._-]+)*$`)
)

// maxProductLength keeps role file names ("N.<product>.json") and paths short
// on Windows; maxTargetLength does the same for names inside the repository.
const (
	maxProductLength = 40
	maxTargetLength  = 200
)

// reservedRoles are names that TUF itself uses for metadata files.
var reservedRoles = map[string]bool{"root": true, "targets": true, "snapshot": true, "timestamp": true}

// ParseProductID checks a product's name.
func ParseProductID(text string) (ProductID, error) {
	switch {
	case len(text) > maxProductLength || !productPattern.MatchString(text):
		return "", fmt.Errorf("%w: %q: use a-z, 0-9 and single hyphens, at most %d characters", ErrName, text, maxProductLength)
	case IsDeviceName(text) || reservedRoles[text]:
		return "", fmt.Errorf("%w: %q is reserved", ErrName, text)
	}
	return ProductID(text), nil
}

// ParseChannel checks a channel's name.
func ParseChannel(text string) (Channel, error) {
	switch c := Channel(text); c {
	case Stable, Pilot:
		return c, nil
	}
	return "", fmt.Errorf("%w: channel %q is neither %q nor %q", ErrName, text, Stable, Pilot)
}

// UnmarshalText is [ParseProductID].
func (id *ProductID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseProductID(string(text))
	return err
}

// UnmarshalText is [ParseChannel].
func (c *Channel) UnmarshalText(text []byte) (err error) {
	*c, err = ParseChannel(string(text))
	return err
}

// CheckTargetName refuses every repository name that could mean something else
// on an operator's disk or in a URL: only [a-z0-9._-] and "/", no empty, "."
// or ".." part, no Windows device name, no part ending in a dot. go-tuf alone
// lets "CON" and "x:y" pass (measured).
func CheckTargetName(name string) error {
	if len(name) > maxTargetLength || !targetPattern.MatchString(name) {
		return fmt.Errorf("%w: target %q: use a-z, 0-9, '.', '_', '-' and '/', at most %d characters", ErrName, name, maxTargetLength)
	}
	for part := range strings.SplitSeq(name, "/") {
		if IsDeviceName(part) || strings.HasSuffix(part, ".") {
			return fmt.Errorf("%w: target %q: part %q cannot be a file name", ErrName, name, part)
		}
	}
	return nil
}

// IsDeviceName says whether Windows would open a device instead of a file of
// this name, with or without an extension: CON, nul.txt, COM1, ...
func IsDeviceName(part string) bool {
	base, _, _ := strings.Cut(part, ".")
	base = strings.TrimRight(base, " ")
	if len(base) > len("CONOUT$") { // as most names are
		return false
	}
	base = strings.ToUpper(base)
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	port, isPort := strings.CutPrefix(base, "COM")
	if !isPort {
		port, isPort = strings.CutPrefix(base, "LPT")
	}
	return isPort && (len(port) == 1 && port >= "0" && port <= "9" || port == "¹" || port == "²" || port == "³")
}

// TargetName is the manifest's own name in the repository.
func TargetName(product ProductID, channel Channel) string {
	return fmt.Sprintf("%s/%s.v1.json", product, channel)
}
