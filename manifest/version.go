package manifest

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Version is the version of a build: two, three or four numeric parts and an
// optional pre-release, as the clients in the field are numbered (2.2, 2.2.1,
// 2.2.1.4, 2.3.0-rc.1). A missing part counts as zero, so 2.2 equals 2.2.0.
// The zero Version is "no version"; see [Version.IsZero].
type Version struct {
	text   string
	core   semver.Version // first three parts and the pre-release
	fourth uint64
}

// maxVersionLength bounds a version's text. Installed versions are read from
// files that anybody may have edited; no real one comes near this.
const maxVersionLength = 64

// ParseVersion reads a version exactly as published: no leading "v", no
// spaces, no build metadata (two builds that differ only there would compare
// equal).
func ParseVersion(text string) (Version, error) {
	if len(text) > maxVersionLength {
		return Version{}, fmt.Errorf("%w: longer than %d characters", ErrVersion, maxVersionLength)
	}
	numbers, pre, hasPre := strings.Cut(text, "-")
	parts := strings.Split(numbers, ".")
	if len(parts) < 2 || len(parts) > 4 {
		return Version{}, fmt.Errorf("%w: %q has %d numeric parts, not two to four", ErrVersion, text, len(parts))
	}
	var fourth uint64
	if len(parts) == 4 {
		n, err := strconv.ParseUint(parts[3], 10, 63)
		if err != nil || (len(parts[3]) > 1 && parts[3][0] == '0') {
			return Version{}, fmt.Errorf("%w: %q: fourth part %q is not a number", ErrVersion, text, parts[3])
		}
		fourth, parts = n, parts[:3]
	}
	for len(parts) < 3 {
		parts = append(parts, "0")
	}
	canonical := strings.Join(parts, ".")
	if hasPre {
		canonical += "-" + pre
	}
	core, err := semver.StrictNewVersion(canonical)
	if err != nil || core.Metadata() != "" {
		return Version{}, fmt.Errorf("%w: %q", ErrVersion, text)
	}
	return Version{text: text, core: *core, fourth: fourth}, nil
}

// Compare orders versions: the first three parts, then the fourth, then the
// pre-release, which sorts before the release it precedes.
func (v Version) Compare(w Version) int {
	return cmp.Or(
		cmp.Compare(v.core.Major(), w.core.Major()),
		cmp.Compare(v.core.Minor(), w.core.Minor()),
		cmp.Compare(v.core.Patch(), w.core.Patch()),
		cmp.Compare(v.fourth, w.fourth),
		v.core.Compare(&w.core),
	)
}

// Equal says whether both are the same version, however written.
func (v Version) Equal(w Version) bool { return v.IsZero() == w.IsZero() && v.Compare(w) == 0 }

// Less says whether v comes before w.
func (v Version) Less(w Version) bool { return v.Compare(w) < 0 }

// IsZero says whether this is no version at all.
func (v Version) IsZero() bool { return v.text == "" }

// String is the version as it was published.
func (v Version) String() string { return v.text }

// MarshalText writes the version as published.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.text), nil }

// UnmarshalText is [ParseVersion].
func (v *Version) UnmarshalText(text []byte) error {
	parsed, err := ParseVersion(string(text))
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}
