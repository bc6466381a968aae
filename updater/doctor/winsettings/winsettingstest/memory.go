// Package winsettingstest is a registry in memory for tests: it can be told to
// fail, remembers what was done to it in which order, and is the same on every
// system.
package winsettingstest

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// Registry is a [winsettings.Registry] in memory. The zero value is an empty
// registry of a 64-bit Windows. It is not for several goroutines at once.
type Registry struct {
	Only32 bool // a 32-bit Windows
	// Fail is asked before each step ("read", "write", "delete"); its error is
	// the step's. Nil never fails.
	Fail func(step string, p winsettings.Place) error
	// Steps are the writes and deletes so far, as in "write HKCU\…\Name".
	Steps  []string
	values map[winsettings.Place]winsettings.Value
}

// Set fills in a value without leaving a step.
func (r *Registry) Set(p winsettings.Place, v winsettings.Value) *Registry {
	if r.values == nil {
		r.values = map[winsettings.Place]winsettings.Value{}
	}
	r.values[plain(p)] = winsettings.Value{Type: v.Type, Data: slices.Clone(v.Data)}
	return r
}

// Unset takes a value away without leaving a step.
func (r *Registry) Unset(p winsettings.Place) { delete(r.values, plain(p)) }

// Get is a value without a step, for looking at what was done.
func (r *Registry) Get(p winsettings.Place) (winsettings.Value, bool) {
	v, ok := r.values[plain(p)]
	return v, ok
}

// Len is how many values there are.
func (r *Registry) Len() int { return len(r.values) }

// plain makes one name of those that Windows takes for the same.
func plain(p winsettings.Place) winsettings.Place {
	p.Key, p.Name = strings.ToLower(p.Key), strings.ToLower(p.Name)
	return p
}

// Views implements winsettings.Registry.
func (r *Registry) Views() []winsettings.View {
	if r.Only32 {
		return []winsettings.View{winsettings.Whole}
	}
	return []winsettings.View{winsettings.View64, winsettings.View32}
}

func (r *Registry) fail(step string, p winsettings.Place) error {
	if r.Fail == nil {
		return nil
	}
	return r.Fail(step, p)
}

// Names implements winsettings.Lister. Case is lost here.
func (r *Registry) Names(p winsettings.Place) ([]string, error) {
	var names []string
	for place := range r.values {
		if place.Hive == p.Hive && place.View == p.View && place.Key == strings.ToLower(p.Key) {
			names = append(names, place.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Read implements winsettings.Registry.
func (r *Registry) Read(p winsettings.Place) (winsettings.Value, error) {
	if err := r.fail("read", p); err != nil {
		return winsettings.Value{}, err
	}
	v, ok := r.Get(p)
	if !ok {
		return winsettings.Value{}, fmt.Errorf("%s: %w", p, fs.ErrNotExist)
	}
	return winsettings.Value{Type: v.Type, Data: slices.Clone(v.Data)}, nil
}

// Write implements winsettings.Registry.
func (r *Registry) Write(p winsettings.Place, v winsettings.Value) error {
	if err := r.fail("write", p); err != nil {
		return err
	}
	r.Steps = append(r.Steps, "write "+p.String())
	r.Set(p, v)
	return nil
}

// Delete implements winsettings.Registry.
func (r *Registry) Delete(p winsettings.Place) error {
	if err := r.fail("delete", p); err != nil {
		return err
	}
	r.Steps = append(r.Steps, "delete "+p.String())
	r.Unset(p)
	return nil
}
