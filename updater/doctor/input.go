package doctor

import (
	"context"
	"crypto/x509"
	"log/slog"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/transport"
)

// Input is everything that an examination is told. It reads no configuration
// and no environment by itself.
type Input struct {
	Setup    Setup
	Products []Product
	Reach    Reach
	System   System
	Built    time.Time // when this program was made; zero where unknown
	// Clean takes what names a person or this PC out of a text; nil leaves all.
	// Nothing of the kind is gathered; this is the second lock on the door.
	Clean func(string) string
	Now   func() time.Time // nil is time.Now
	Log   *slog.Logger     // nil is silent
}

// Setup is what the configuration says about sending, or why there is none.
type Setup struct {
	State  Reason // SelfSends, DelegatedSends, NotEnrolled, ConfigUnusable or ConfigUnreadable
	Detail string // of what is wrong with it, without paths
}

// Product is one client, as it is known without asking anybody.
type Product struct {
	ID        manifest.ProductID
	Dir       string
	Installed installer.Installed
	Err       error            // its folder or its rule could not be read
	Known     bool             // a manifest of it was verified here
	Floor     manifest.Version // zero: not known
	Ready     *bool            // installed at or above the floor; nil: cannot be said
	MinOS     manifest.Version // of the newest build for this PC; zero: none
	Running   []string         // the client's open programs, by file name
	RunningOK bool             // they could be looked for
	Confirm   manifest.Confirm
}

// Reach is how this PC reaches the outside.
type Reach struct {
	Setting string              // the configuration's proxy: "auto", "none" or an address
	Proxy   transport.ProxyFunc // what it comes to; nil: none
	CAFile  string              // "" for none
	Roots   *x509.CertPool      // nil: the system's
	Stacks  confirm.AskFunc     // asks WinINet and WinHTTP; nil: this system has none
	Budget  time.Duration       // per host; 0: confirm.DefaultBudget
	// AsOperator is as in confirm.Place.
	AsOperator process.RunFunc
	// Environment are the variables that name a proxy, and their values.
	Environment []Fact
}

// System is what this PC is.
type System struct {
	OS, Arch string // as GOOS and GOARCH
	// Settings are what Windows has been told; nil elsewhere, and where they
	// cannot be read.
	Settings *winsettings.Settings
	// WrongUser says that this process does not run as the operator who is
	// signed in, so that the user's settings above are somebody else's.
	WrongUser bool
	// Certificates lists the operator's own certificates; nil where there is
	// no store to look into.
	Certificates func(ctx context.Context) ([]OwnCertificate, error)
}

// OwnCertificate is one certificate of the operator's own store, without
// anything that says whose it is.
type OwnCertificate struct {
	NotBefore, NotAfter time.Time
	HasKey              bool
	SHA1                bool // signed with SHA-1
	Sends               bool // may be shown to a host: client authentication
}

// testable says whether there is a whole client whose test says something.
func (p Product) testable() bool {
	switch p.Installed.State {
	case installer.Recorded, installer.Edited, installer.ByHand, installer.Unknown:
		return p.Err == nil && p.Dir != ""
	}
	return false
}
