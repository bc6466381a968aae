package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/release/s3/s3test"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// TestBucketScripts tells the stories of a bucket: the real program and a real
// S3 server, over real TLS.
func TestBucketScripts(t *testing.T) {
	t.Parallel()
	roots, err := localca.New()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := roots.Issue(localca.Leaf{})
	if err != nil {
		t.Fatal(err)
	}
	server := s3test.Start(t, cert, "releases", "website")
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "bucket"),
		Setup: func(env *testscript.Env) error {
			ca := filepath.Join(env.WorkDir, "ca.pem")
			for name, value := range map[string]string{
				"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": s3test.Region, "AWS_CA_BUNDLE": ca,
				"AWS_ACCESS_KEY_ID": server.Owner.Access, "AWS_SECRET_ACCESS_KEY": server.Owner.Secret,
				"NOBODY_KEY": server.NoBody.Access, "NOBODY_SECRET": server.NoBody.Secret,
				"BUCKETS": server.Dir,
			} {
				env.Setenv(name, value)
			}
			return os.WriteFile(ca, roots.PEM(), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}
