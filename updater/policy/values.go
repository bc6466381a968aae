package policy

import (
	"errors"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Why a value does not count.
var (
	// ErrType: the value is of a registry type that its name does not have.
	ErrType = errors.New("wrong registry type")
	// ErrValue: it is outside its bounds, or nothing that koshin knows.
	ErrValue = errors.New("no value for this policy")
	// ErrPart: it is missing, and what lies beside it means nothing without it.
	ErrPart = errors.New("missing beside its other part")
	// ErrName: koshin reads no value of this name.
	ErrName = errors.New("no policy has this name")
	// ErrUnread: Windows does not give it.
	ErrUnread = errors.New("cannot be read")
)

// Fault is a value that is there and does not count, or is missing beside its
// other part.
type Fault struct {
	Path  string // as the Registry Editor shows it
	Value string // what is there; "" where nothing is, or where it may hold a password
	Err   error  // one of the above
}

func (f Fault) Error() string { return f.Path + ": " + f.Err.Error() }

// Unwrap gives Err.
func (f Fault) Unwrap() error { return f.Err }

// Setting is one thing that a policy can say. The zero Setting says nothing.
type Setting[T any] struct {
	Value T
	From  string // path of the value that says it; "" where none does
	Fault *Fault // what is there and does not count
}

// Set says whether the policy says it.
func (s Setting[T]) Set() bool { return s.From != "" }

// Values is all that a policy says. The zero Values says nothing.
type Values struct {
	CheckPeriod  Setting[time.Duration]
	Suppressed   Setting[Hours]
	Proxy        Setting[string] // as source.proxy of koshin.toml
	ReportFolder Setting[string] // absolute
	Channel      Setting[manifest.Channel]
	Install      Setting[bool]

	products []Product
	faults   []Fault
}

// Product is what a policy says about one product, its own values above those
// for all.
type Product struct {
	ID         manifest.ProductID
	Install    Setting[bool]
	Target     Setting[manifest.Version] // nothing newer is installed
	Channel    Setting[manifest.Channel]
	Suppressed Setting[Hours]
	Faults     []Fault // of what would keep an update back
}

// Product is what is said about one product: of one that was not asked for in
// [Read], what is said for all.
func (v Values) Product(id manifest.ProductID) Product {
	p := Product{ID: id}
	for _, own := range v.products {
		if own.ID == id {
			p = own
		}
	}
	for _, fault := range []*Fault{v.Install.Fault, p.Install.Fault, p.Target.Fault, v.Suppressed.Fault} {
		if fault != nil {
			p.Faults = append(p.Faults, *fault)
		}
	}
	if !p.Install.Set() {
		p.Install = v.Install
	}
	if !p.Channel.Set() {
		p.Channel = v.Channel
	}
	p.Suppressed = v.Suppressed
	return p
}

// Faults are all values that do not count, in the order of [Names].
func (v Values) Faults() []Fault { return v.faults }
