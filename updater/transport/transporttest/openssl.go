package transporttest

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// OpenSSL runs "openssl s_server -www" with the given flags, such as -tls1_1
// -cipher ALL:@SECLEVEL=0, until the test ends, and returns its address. Before
// that "openssl s_client" with the same flags has connected and verified the
// certificate, so a refusal seen afterwards is the client's own. The test is
// skipped where openssl is not installed or cannot do this.
func OpenSSL(t testing.TB, ca *localca.Authority, flags ...string) string {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not on the PATH")
	}
	dir := t.TempDir()
	caFile, certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeKeyPair(t, Issue(t, ca, localca.Leaf{}), certFile, keyFile)
	if err := os.WriteFile(caFile, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	address := startServer(t, program, append([]string{"s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certFile, "-key", keyFile}, flags...), nil)
	client := exec.CommandContext(t.Context(), program, append([]string{"s_client", "-connect", address, "-CAfile", caFile, "-verify_return_error"}, flags...)...)
	if out, err := client.CombinedOutput(); err != nil {
		t.Skipf("this openssl cannot do %v: %v\n%s", flags, err, out)
	}
	return "https://" + address
}

// OpenSSLAskingLate runs "openssl s_server" until the test ends and returns its
// address. It takes a request and then begins a new handshake, asking for a
// client certificate, as IIS does where only a part of a site wants one.
func OpenSSLAskingLate(t testing.TB, ca *localca.Authority) string {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not on the PATH")
	}
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeKeyPair(t, Issue(t, ca, localca.Leaf{}), certFile, keyFile)
	return "https://" + startServer(t, program, []string{"s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-cert", certFile, "-key", keyFile}, func(stdin io.Writer, line string) {
		if strings.HasPrefix(line, "GET ") {
			_, _ = io.WriteString(stdin, "R\n") // its command for that
		}
	})
}

// startServer waits for the line "ACCEPT 127.0.0.1:PORT". What is printed
// afterwards goes to hear, which may be nil.
func startServer(t testing.TB, program string, args []string, hear func(stdin io.Writer, line string)) string {
	t.Helper()
	server := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...) // the clean-up ends it
	stdin, err := server.StdinPipe()                                                    // it ends with its standard input
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
			go func() { // it must not be stopped by a full pipe
				for lines.Scan() {
					if hear != nil {
						hear(stdin, lines.Text())
					}
				}
			}()
			return address
		}
	}
	t.Skipf("openssl s_server did not start: %v", args)
	return ""
}

func writeKeyPair(t testing.TB, cert tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: cert.Certificate[0]},
		keyFile:  {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
