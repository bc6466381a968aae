//go:build !windows

package ownstore

import (
	"context"
	"errors"

	"github.com/koshin-updater/koshin/updater/doctor"
)

// List is [errors.ErrUnsupported] here: there is no such store.
func List(context.Context) ([]doctor.OwnCertificate, error) { return nil, errors.ErrUnsupported }
