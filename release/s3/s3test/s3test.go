// Package s3test runs a real S3 server for tests: versitygw over a folder, on a
// free port of the loopback, behind the certificate that a test gives it. Its
// version is pinned in .ci/s3server. Only tests import it.
package s3test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Required names the environment variable that turns a server that cannot be
// built into a failure. CI sets it: there, a test that skips proves nothing.
const Required = "KOSHIN_TEST_S3_REQUIRED"

// Keys are what a publisher has in its environment.
type Keys struct{ Access, Secret string }

// Server is one server with nothing in it but its buckets.
type Server struct {
	URL    string // https://127.0.0.1:port
	Dir    string // a folder each bucket, a file each object
	Owner  Keys   // may do everything
	NoBody Keys   // known to the server, and without any right

	cert tls.Certificate
}

// Region is the one that the server answers for.
const Region = "ap-northeast-1"

// Start runs a server until the test ends. cert is for 127.0.0.1.
func Start(t testing.TB, cert tls.Certificate, buckets ...string) *Server {
	t.Helper()
	program := build(t)
	s := &Server{
		cert:   cert,
		Dir:    t.TempDir(),
		Owner:  Keys{"koshin-test-owner", "owner-secret-9f1c6c1d"},
		NoBody: Keys{"koshin-test-nobody", "nobody-secret-4b7d0a52"},
	}
	for _, bucket := range buckets {
		if err := os.Mkdir(filepath.Join(s.Dir, bucket), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files := s.writeFiles(t)
	// A port found free may be taken by another test until the server has it.
	for range 5 {
		if s.run(t, program, files) {
			return s
		}
	}
	t.Fatal("no port for the S3 server")
	return nil
}

// files are what the server is started with.
type files struct{ cert, key, users string }

func (s *Server) writeFiles(t testing.TB) files {
	t.Helper()
	dir := t.TempDir()
	f := files{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), users: filepath.Join(dir, "users")}
	key, err := x509.MarshalPKCS8PrivateKey(s.cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	var chain []byte
	for _, der := range s.cert.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	users, err := json.Marshal(map[string]any{"accessAccounts": map[string]any{
		s.NoBody.Access: map[string]any{"access": s.NoBody.Access, "secret": s.NoBody.Secret, "role": "user"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(f.users, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		f.cert:                               chain,
		f.key:                                pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		filepath.Join(f.users, "users.json"): users,
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// run starts the program and waits until it answers. It says false when the
// program ended before that.
func (s *Server) run(t testing.TB, program string, f files) bool {
	t.Helper()
	address := freePort(t)
	server := exec.CommandContext(context.WithoutCancel(t.Context()), program, // the clean-up ends it
		"--port", address, "--cert", f.cert, "--key", f.key, "--region", Region, "--iam-dir", f.users, "--quiet", "--keep-alive", "posix", s.Dir)
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+s.Owner.Access, "ROOT_SECRET_ACCESS_KEY="+s.Owner.Secret)
	var said bytes.Buffer
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Wait()
	}()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		<-ended
	})
	s.URL = "https://" + address
	deadline, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for !s.answers(deadline, address) {
		select {
		case <-ended:
			t.Logf("the S3 server ended: %s", said.String())
			return false
		case <-deadline.Done():
			t.Fatal("the S3 server does not answer")
		case <-time.After(20 * time.Millisecond):
		}
	}
	return true
}

// answers says whether who listens there is ours: it has our certificate.
func (s *Server) answers(ctx context.Context, address string) bool {
	conn, err := (&tls.Dialer{Config: s.tls()}).DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// tls trusts this server and no other.
func (s *Server) tls() *tls.Config {
	roots := x509.NewCertPool()
	for _, der := range s.cert.Certificate {
		if c, err := x509.ParseCertificate(der); err == nil {
			roots.AddCert(c)
		}
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
}

// API is the owner's way into the server, past the code under test.
func (s *Server) API(t testing.TB) *minio.Core {
	t.Helper()
	network := &http.Transport{TLSClientConfig: s.tls()}
	t.Cleanup(network.CloseIdleConnections)
	api, err := minio.NewCore(strings.TrimPrefix(s.URL, "https://"), &minio.Options{
		Creds: credentials.NewStaticV4(s.Owner.Access, s.Owner.Secret, ""), Secure: true, Transport: network, Region: Region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// Public lets everybody read and list a bucket, as operators' PCs must.
func (s *Server) Public(t testing.TB, bucket string) {
	t.Helper()
	policy := `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::` + bucket + `/*"},
		{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::` + bucket + `"}]}`
	if err := s.API(t).SetBucketPolicy(t.Context(), bucket, policy); err != nil {
		t.Fatal(err)
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// build lets the go tool build the server, once: afterwards it is in Go's build
// cache, and only its path is asked for.
func build(t testing.TB) string {
	t.Helper()
	refuse := t.Skipf
	if os.Getenv(Required) != "" {
		refuse = t.Fatalf
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		refuse("the S3 server is built from its source, and there is no go tool here: %v", err)
	}
	module, err := moduleDir()
	if err != nil {
		refuse("the S3 server's module: %v", err)
	}
	c := exec.CommandContext(t.Context(), tool, "tool", "-C", module, "-n", "versitygw")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH) // whatever the programs under test are
	var said bytes.Buffer
	c.Stderr = &said
	path, err := c.Output()
	if err != nil {
		refuse("the S3 server cannot be built here: %v\n%s", err, said.String())
	}
	return strings.TrimSpace(string(path))
}

// moduleDir is .ci/s3server above the folder that the test runs in.
func moduleDir() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		module := filepath.Join(dir, ".ci", "s3server")
		if _, statErr := os.Stat(filepath.Join(module, "go.mod")); statErr == nil {
			return module, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("not in koshin's sources")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
