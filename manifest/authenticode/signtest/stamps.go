package signtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
)

// settings is what openssl ts wants to know of an authority for time stamps.
const settings = `[tsa]
default_tsa = it
[it]
dir = %[1]s
serial = %[1]s/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha384, sha512
ess_cert_id_alg = sha256
`

// Stamps starts an authority for time stamps (RFC 3161 over http, as publishers'
// tools ask for them) on loopback and returns its address. openssl makes the
// stamps, with the time of now.
func (w *World) Stamps(by *Identity) string {
	w.t.Helper()
	if address := w.stamps[by]; address != "" {
		return address
	}
	dir := w.t.TempDir()
	w.must(os.WriteFile(filepath.Join(dir, "serial"), []byte("01\n"), 0o600))
	w.must(os.WriteFile(filepath.Join(dir, "settings"), fmt.Appendf(nil, settings, filepath.ToSlash(dir)), 0o600))
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		query, err := io.ReadAll(io.LimitReader(request.Body, 64<<10))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "query"), query, 0o600)
		}
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		reply := exec.CommandContext(request.Context(), "openssl", "ts", "-reply", "-config", "settings", "-queryfile", "query",
			"-signer", by.Chain, "-inkey", by.KeyFile, "-chain", by.Chain)
		reply.Dir = dir
		stamp, err := reply.Output()
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		response.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = response.Write(stamp)
	}))
	w.t.Cleanup(server.Close)
	w.stamps[by] = server.URL
	return server.URL
}
