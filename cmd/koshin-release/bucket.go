package main

import (
	"cmp"
	"errors"
	"os"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/s3"
)

// bucket opens an S3 destination. Whoever has set up the AWS tools on this PC
// has set up this one.
func (d *destination) bucket(a *app) (release.Destination, error) {
	d.caFile = cmp.Or(d.caFile, os.Getenv("AWS_CA_BUNDLE"))
	client, err := d.client(a)
	if err != nil {
		return nil, err
	}
	b, err := s3.Open(s3.Options{Address: d.to, Client: client, Log: a.log}.FromEnvironment())
	switch {
	case errors.Is(err, s3.ErrAddress), errors.Is(err, s3.ErrEndpoint):
		return nil, usagef("%w", err)
	case err != nil:
		return nil, err
	}
	return b, nil
}
