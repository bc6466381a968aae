package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/release/s3/s3test"
)

// fromABucket tells the story with a real S3 server between the two programs:
// $BUCKET is how the publisher writes to it, $HOST how operators read.
func (w *world) fromABucket(t *testing.T) {
	server := s3test.Start(t, w.certificate, "releases")
	server.Public(t, "releases")
	params := w.params(filepath.Join("testdata", "bucket"))
	setUp := params.Setup
	params.Setup = func(env *testscript.Env) error {
		for name, value := range map[string]string{
			"BUCKET": "s3://releases/koshin", "HOST": server.URL + "/releases/koshin",
			"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": s3test.Region, "AWS_CA_BUNDLE": filepath.Join(env.WorkDir, "ca.pem"),
			"AWS_ACCESS_KEY_ID": server.Owner.Access, "AWS_SECRET_ACCESS_KEY": server.Owner.Secret,
		} {
			env.Setenv(name, value)
		}
		return setUp(env)
	}
	testscript.Run(t, params)
}
