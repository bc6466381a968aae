package main

import (
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// otherTLSHosts shows that hosts without TLS 1.2 are refused, in both places
// where koshin connects. Where OpenSSL plays the host, its own client has
// connected with the same settings first: the refusal is ours.
func (w *world) otherTLSHosts(t *testing.T) {
	for _, c := range []struct {
		name, version string
		flags         []string // of OpenSSL; none: the host is crypto/tls's
	}{
		{"go 1.0", "1.0", nil},
		{"go 1.1", "1.1", nil},
		{"go 1.3", "1.3", nil},
		{"openssl 1.1", "1.1", []string{"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}},
		{"openssl 1.3", "1.3", []string{"-tls1_3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := w.params("testdata/tls")
			p.Setup = func(env *testscript.Env) error {
				env.Setenv("VERSION", c.version)
				env.Setenv("REFUSES_OLD", strconv.FormatBool(c.version == "1.3"))
				return w.setUp(env)
			}
			address := ""
			if len(c.flags) > 0 {
				address = transporttest.OpenSSL(t, w.authority, c.flags...) + "/"
			}
			p.Cmds["other"] = func(ts *testscript.TestScript, neg bool, _ []string) {
				if ts.Setenv("OTHER", address); address == "" {
					w.otherTLS(ts, neg, []string{"OTHER", c.version, "repo"})
				}
			}
			testscript.Run(t, p)
		})
	}
}
