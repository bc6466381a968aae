package winsettings

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Profile is the user's part of what [ReadAll] reads, so that a process of the
// operator's own can hand it to one that has another profile.
type Profile []ProfileValue

// ProfileValue is one value under HKCU.
type ProfileValue struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Found  bool   `json:"found"`
	Type   Type   `json:"type,omitempty"`
	Data   []byte `json:"data,omitempty"`
	Unseen bool   `json:"unseen,omitempty"` // it could not be read
}

// ErrUnseen is a value of another profile that could not be read there, or was
// not asked for.
var ErrUnseen = errors.New("not seen in the user's session")

// ReadProfile reads this process's user's part.
func ReadProfile(r Registry, kernel Windows) Profile {
	rec := &recorder{Registry: r}
	ReadAll(rec, kernel)
	return rec.profile
}

// recorder notes what is asked under HKCU and what the answer was.
type recorder struct {
	Registry
	profile Profile
}

func (r *recorder) Read(p Place) (Value, error) {
	value, err := r.Registry.Read(p)
	if p.Hive == User {
		one := ProfileValue{Key: p.Key, Name: p.Name, Found: err == nil, Type: value.Type, Data: value.Data}
		one.Unseen = err != nil && !errors.Is(err, fs.ErrNotExist)
		r.profile = append(r.profile, one)
	}
	return value, err
}

// WithProfile is a registry whose HKCU is another profile. It is for reading:
// nothing is written there.
func WithProfile(r Registry, p Profile) Registry { return &withProfile{r, p} }

type withProfile struct {
	Registry
	profile Profile
}

func (w *withProfile) Read(p Place) (Value, error) {
	if p.Hive != User {
		return w.Registry.Read(p)
	}
	i := slices.IndexFunc(w.profile, func(one ProfileValue) bool { return one.Key == p.Key && one.Name == p.Name })
	switch {
	case i < 0 || w.profile[i].Unseen:
		return Value{}, fmt.Errorf("%s: %w", p, ErrUnseen)
	case !w.profile[i].Found:
		return Value{}, fmt.Errorf("%s: %w", p, fs.ErrNotExist)
	}
	return Value{w.profile[i].Type, w.profile[i].Data}, nil
}

func (w *withProfile) Write(p Place, v Value) error {
	if p.Hive == User {
		return errors.ErrUnsupported
	}
	return w.Registry.Write(p, v)
}

func (w *withProfile) Delete(p Place) error {
	if p.Hive == User {
		return errors.ErrUnsupported
	}
	return w.Registry.Delete(p)
}
