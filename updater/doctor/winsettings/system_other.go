//go:build !windows

package winsettings

import "errors"

// System has no registry here: every call is [errors.ErrUnsupported].
func System() Registry { return nothing{} }

// Kernel is [errors.ErrUnsupported] here.
func Kernel() (Windows, error) { return Windows{}, errors.ErrUnsupported }

type nothing struct{}

func (nothing) Views() []View             { return []View{Whole} }
func (nothing) Read(Place) (Value, error) { return Value{}, errors.ErrUnsupported }
func (nothing) Write(Place, Value) error  { return errors.ErrUnsupported }
func (nothing) Delete(Place) error        { return errors.ErrUnsupported }
