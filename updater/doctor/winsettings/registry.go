package winsettings

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// ErrTooLong is a value of more than [MaxValue] bytes. None that koshin asks
// for is anywhere near.
var ErrTooLong = errors.New("registry value is too long")

// MaxValue bounds one value in bytes. The longest that matters is the list of
// cipher suites, below 4 KiB.
const MaxValue = 64 << 10

// Hive is one of the two trees that the settings lie in.
type Hive string

// The hives. User is the one of the user that this process runs as.
const (
	User    Hive = "HKCU"
	Machine Hive = "HKLM"
)

// View is one of the two faces that HKLM\SOFTWARE has on a 64-bit Windows. A
// 32-bit program sees another one than a 64-bit program.
type View string

// The views. Whole is for places that every program sees alike: HKCU, policies,
// HKLM\SYSTEM, and all of a 32-bit Windows.
const (
	Whole  View = ""
	View64 View = "64-bit"
	View32 View = "32-bit"
)

// Place is where one value lies.
type Place struct {
	Hive Hive
	View View
	Key  string // without the hive, as a 64-bit program names it
	Name string
}

// String is the path as the Registry Editor shows it: what a 32-bit program
// sees lies under WOW6432Node there.
func (p Place) String() string {
	key := p.Key
	if first, rest, ok := strings.Cut(key, `\`); ok && p.View == View32 {
		key = first + `\WOW6432Node\` + rest
	}
	return string(p.Hive) + `\` + key + `\` + p.Name
}

// Registry is what the readers, the fix and its undo need of Windows.
type Registry interface {
	// Views are those that HKLM\SOFTWARE has here: View64 and View32, or Whole.
	Views() []View
	// Read gives a value as it lies there. Missing, be it the value or its key,
	// is [fs.ErrNotExist]; longer than MaxValue is ErrTooLong.
	Read(Place) (Value, error)
	// Write sets a value, makes its key where there is none, and has it on the
	// disk when it returns.
	Write(Place, Value) error
	// Delete takes a value away and has that on the disk when it returns. One
	// that is not there is no error. Keys stay.
	Delete(Place) error
}

// Lister is a registry that can also say which values a key has.
type Lister interface {
	// Names are the values' names of a place's key, at most [MaxNames]. A key that
	// is not there has none.
	Names(Place) ([]string, error)
}

// MaxNames bounds them. The keys that koshin looks at have a dozen.
const MaxNames = 256

// Reading is one value as it was found, or not.
type Reading struct {
	Place Place
	Found bool
	Value Value
	Err   error // why it could not be read; nil where it is only missing
}

// Read reads one place.
func Read(r Registry, p Place) Reading {
	value, err := r.Read(p)
	if errors.Is(err, fs.ErrNotExist) {
		return Reading{Place: p}
	}
	if err != nil {
		return Reading{Place: p, Err: fmt.Errorf("read %s: %w", p, err)}
	}
	return Reading{Place: p, Found: true, Value: value}
}

// String is the evidence: path, value and type.
func (r Reading) String() string {
	switch {
	case r.Err != nil:
		return r.Err.Error()
	case !r.Found:
		return r.Place.String() + ": not set"
	}
	return fmt.Sprintf("%s = %s", r.Place, r.Value)
}

// number is the value as a number. Found and not a number is malformed.
func (r Reading) number() (n uint32, found, malformed bool) {
	if !r.Found {
		return 0, false, false
	}
	n, ok := r.Value.Number()
	return n, ok, !ok
}

// text is the value as a text; "" where it is missing or no text.
func (r Reading) text() string {
	text, _ := r.Value.Text()
	return text
}

// software are the places of one value under HKLM\SOFTWARE, one for each view.
func software(r Registry, key, name string) []Place {
	var places []Place
	for _, view := range r.Views() {
		places = append(places, Place{Machine, view, `SOFTWARE\` + key, name})
	}
	return places
}
