package main

import (
	"context"
	"crypto/tls"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// world is what is made once and used by every script.
type world struct {
	koshins     string // folder with real koshins by version; see koshins
	programs    string // folder with koshin-release and the sample client
	publisher   string // a publisher's repo/ and keys/, with builds and nothing offered yet
	authority   *localca.Authority
	certificate tls.Certificate // for the loopback names, by the authority
	reception   string          // address of a reception system, TLS 1.2 only
}

// The builds of torikomi-soshin that the publisher has added, by the highest
// TLS version that each speaks.
//
//	2.1.0  too old to connect
//	2.2.0  TLS-ready
//	2.3.0  TLS-ready
//	2.4.0  starts, and cannot connect
//	2.5.0  does not start
func builds() [][2]string {
	return [][2]string{{"2.1.0", "1.1"}, {"2.2.0", "1.2"}, {"2.3.0", "1.2"}, {"2.4.0", "1.1"}, {"2.5.0", "nonsense"}}
}

const product = "torikomi-soshin"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{programs: programs(t), publisher: t.TempDir(), authority: transporttest.Authority(t)}
	w.certificate = transporttest.Issue(t, w.authority, localca.Leaf{})
	w.reception = transporttest.Host(t, transport.ServerConfig(w.certificate), tlshost.Reception()) + "/"
	w.publish(t)
	return w
}

// programs is a folder with the real koshin-release and sample-client. They are
// built unless KOSHIN_TEST_PROGRAMS names a folder that has them, as it must
// where there is no Go toolchain.
func programs(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("KOSHIN_TEST_PROGRAMS"); dir != "" {
		return dir
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go on the PATH, and KOSHIN_TEST_PROGRAMS is not set: nothing to make koshin-release with")
	}
	dir := t.TempDir()
	run(t, "go", "build", "-ldflags=-s -w", "-o", dir, "../koshin-release", "../sample-client")
	return dir
}

// publish does a publisher's work before the first release.
func (w *world) publish(t *testing.T) {
	t.Helper()
	release := func(args ...string) {
		t.Helper()
		args = append(args, "--repo", filepath.Join(w.publisher, "repo"), "--keys", filepath.Join(w.publisher, "keys"))
		run(t, filepath.Join(w.programs, "koshin-release"), args...)
	}
	release("init", "--no-passphrase")
	release("product", "--id", product, "--title-ja", "取込送信システム", "--title-en", "Import and send",
		"--confirm-url", w.reception, "--refuse-old", "--self-test-program", sampleclient.Name, "--start-args", "--version",
		"--self-test", "--connection-test --url {url} --ca-file {ca_file}", "--timeout", "30", "--preserve", "data/**")
	for _, b := range builds() {
		dir := filepath.Join(w.publisher, "builds", b[0])
		if err := w.writeClient(dir, b[0], b[1]); err != nil {
			t.Fatal(err)
		}
		release("add", "--product", product, "--version", b[0], "--os", runtime.GOOS, "--arch", runtime.GOARCH, "--kind", "tree", dir)
	}
}

// writeClient writes a build of the sample client, for publishing.
func (w *world) writeClient(dir, version, maxTLS string) error {
	return sampleclient.WritePackageFrom(filepath.Join(w.programs, sampleclient.Program()), dir, version, maxTLS)
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
}
