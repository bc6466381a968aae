package manifest

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Schema is the only value of a manifest's schema field that this program
// reads and writes.
const Schema = "koshin/manifest/1"

// Manifest is one channel of one product: the builds that it offers and how an
// installed build proves that it connects.
type Manifest struct {
	Schema   string    `json:"schema"`
	Product  ProductID `json:"product"`
	Channel  Channel   `json:"channel"`
	Seq      int64     `json:"seq"` // grows by one with every signature
	Title    Text      `json:"title"`
	TLSReady *Floor    `json:"tls_ready,omitzero"`
	Builds   []Build   `json:"builds"`
	Confirm  Confirm   `json:"confirm"`
	Preserve []string  `json:"preserve,omitempty"` // "**" globs of user data inside the install folder
	Detect   string    `json:"detect"`             // how the installed version is read; see Rule
	Deadline *Date     `json:"deadline,omitzero"`  // after this day a busy lease no longer counts
}

// Text is something said to people, in both languages.
type Text struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

// Floor is the TLS-ready build: an installed build below it needs an update.
type Floor struct {
	Version Version `json:"version"`
	Since   Date    `json:"since"`
}

// Build is one version of the product.
type Build struct {
	Version   Version    `json:"version"`
	Released  Date       `json:"released"`
	Notes     Text       `json:"notes"`
	MinOS     Version    `json:"min_os,omitzero"`
	Rollout   *Rollout   `json:"rollout,omitzero"` // absent: everybody
	Withdrawn *Withdrawn `json:"withdrawn,omitzero"`
	Packages  []Package  `json:"packages"`
}

// Rollout limits an optional build to a share of the PCs.
type Rollout struct {
	Percent int `json:"percent"` // 0 to 100
}

// Withdrawn says why nobody should install this build any more.
type Withdrawn struct {
	Reason string `json:"reason"`
}

// Kind is what a package is and so how it is installed.
type Kind string

// The kinds of package.
const (
	Tree  Kind = "tree"  // a folder of files
	Exe   Kind = "exe"   // one executable
	MSI   Kind = "msi"   // a Windows Installer package
	Setup Kind = "setup" // an installer program with silent arguments
)

// Package is a build for one operating system and architecture.
type Package struct {
	OS             string     `json:"os"`   // as GOOS
	Arch           string     `json:"arch"` // as GOARCH
	Kind           Kind       `json:"kind"`
	Target         string     `json:"target"` // name in the repository
	Size           int64      `json:"size"`   // bytes to download
	SHA256         Digest     `json:"sha256"`
	InstalledSize  int64      `json:"installed_size"`       // bytes on the disk; of an installer, an estimate
	TreeSHA256     Digest     `json:"tree_sha256,omitzero"` // hash of the tree's index; kind tree only
	Signer         string     `json:"signer,omitempty"`     // who must have signed its programs; see [Signer]
	RestartAllowed bool       `json:"restart_allowed,omitzero"`
	Deltas         []Delta    `json:"deltas,omitempty"`
	Installer      *Installer `json:"installer,omitzero"`
}

// Delta is a patch from an older build's package to this one.
type Delta struct {
	From   Version `json:"from"`
	Target string  `json:"target"`
	Size   int64   `json:"size"`
	SHA256 Digest  `json:"sha256"`
}

// Installer says how somebody else's installer is run silently. In an argument
// {dir} stands for the install folder and {log} for the run's log file. For
// kind msi the arguments are properties, such as INSTALLDIR={dir}.
type Installer struct {
	Args         []string `json:"args,omitempty"`
	SuccessCodes []int    `json:"success_codes,omitempty"` // absent: 0
	RestartCodes []int    `json:"restart_codes,omitempty"` // successes too; for kind msi 3010 and 1641 always are
}

// Confirm says how connectivity is proved after an update.
type Confirm struct {
	Hosts    []Host    `json:"hosts"`
	SelfTest *SelfTest `json:"self_test,omitzero"`
}

// Host is a reception host that a confirmed PC can reach over TLS 1.2.
type Host struct {
	URL          string      `json:"url"`
	ExpectStatus StatusRange `json:"expect_status"`
	Stacks       []Stack     `json:"stacks"`
	RefuseOld    bool        `json:"refuse_old,omitzero"` // TLS 1.0 and 1.1 must be refused
}

// Stack is a TLS implementation that a proof uses.
type Stack string

// The stacks that a host may be proved with.
const (
	StackGo      Stack = "go"
	StackWinHTTP Stack = "winhttp"
	StackWinINet Stack = "wininet"
)

// SelfTest is the client's own connection test. It exits 0 when it connected
// and 1 when it started but could not; anything else, or the timeout, means
// that the build is broken.
type SelfTest struct {
	Program   string   `json:"program"`              // path inside the install folder
	StartArgs []string `json:"start_args,omitempty"` // only start, print the version, exit 0
	Args      []string `json:"args"`                 // {url}, {ca_file} and {dir} are replaced
	Timeout   Seconds  `json:"timeout"`
}

// Digest is a SHA-256, in lower-case hexadecimal when written.
type Digest [32]byte

// IsZero says whether the digest is absent.
func (d Digest) IsZero() bool { return d == Digest{} }

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes 64 hexadecimal digits.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (d *Digest) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("a sha256 has 64 hexadecimal digits, not %d", len(text))
	}
	_, err := hex.Decode(d[:], text)
	return err
}

// Date is a calendar day, written 2021-04-01. It begins at midnight UTC.
type Date struct{ day time.Time }

// ParseDate reads a day as 2021-04-01.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date such as 2021-04-01", text)
	}
	return Date{t}, nil
}

// DateOf is the day of t in UTC.
func DateOf(t time.Time) Date { return Date{t.UTC().Truncate(24 * time.Hour)} }

// Time is the day's first instant.
func (d Date) Time() time.Time { return d.day }

// IsZero says whether the date is absent.
func (d Date) IsZero() bool { return d.day.IsZero() }

func (d Date) String() string { return d.day.Format(time.DateOnly) }

// MarshalText writes the day as 2021-04-01.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is [ParseDate].
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

// Seconds is a duration in whole seconds, written as a number.
type Seconds int

// Duration is the same as a time.Duration.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

// StatusRange is the HTTP status codes that count as an answer, written
// "200-399" or "200".
type StatusRange struct{ Low, High int }

// ParseStatusRange reads "200-399" or "200".
func ParseStatusRange(text string) (StatusRange, error) {
	var r StatusRange
	if n, _ := fmt.Sscanf(text, "%d-%d", &r.Low, &r.High); n == 1 {
		r.High = r.Low
	}
	if r.Low < 100 || r.High > 599 || r.Low > r.High || r.String() != text {
		return StatusRange{}, fmt.Errorf("%q is not a range of HTTP status codes such as 200-399", text)
	}
	return r, nil
}

// Contains says whether the status counts.
func (r StatusRange) Contains(status int) bool { return r.Low <= status && status <= r.High }

func (r StatusRange) String() string {
	if r.Low == r.High {
		return fmt.Sprint(r.Low)
	}
	return fmt.Sprintf("%d-%d", r.Low, r.High)
}

// MarshalText writes "200-399".
func (r StatusRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is [ParseStatusRange].
func (r *StatusRange) UnmarshalText(text []byte) (err error) {
	*r, err = ParseStatusRange(string(text))
	return err
}
