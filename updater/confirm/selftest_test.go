package confirm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/manifest"
)

func test(args ...string) manifest.SelfTest {
	return manifest.SelfTest{Program: "client", Args: args, StartArgs: args, Timeout: 20}
}

func TestSelfTest(t *testing.T) {
	t.Parallel()
	dir := install(t)
	for _, row := range []struct {
		args []string
		want Client
		code int
		err  error
	}{
		{[]string{"exit", "0"}, Connected, 0, nil},
		{[]string{"exit", "1"}, CannotConnect, 1, ErrCannotConnect},
		{[]string{"exit", "2"}, Broken, 2, ErrBroken},
		{[]string{"exit", "3"}, Broken, 3, ErrBroken},
		{[]string{"exit", "130"}, Broken, 130, ErrBroken},
	} {
		proof := runSelfTest(t.Context(), test(row.args...), Place{Dir: dir})
		if proof.Outcome != row.want || proof.ExitCode != row.code || !errors.Is(proof.Err, row.err) || (proof.Error == "") != (row.err == nil) {
			t.Errorf("%v: %+v", row.args, proof)
		}
	}
}

func TestSelfTestPlaceholders(t *testing.T) {
	t.Parallel()
	dir := install(t)
	place := Place{Dir: dir, URL: "https://reception.example/", CAFile: filepath.Join(dir, "ca file.pem")}
	args := []string{"print", "--url={url}", "{ca_file}", "{dir}", "{other}", "", "; rm -rf {"}
	proof := runSelfTest(t.Context(), test(args...), place)
	want := strings.Join([]string{"--url=" + place.URL, place.CAFile, dir, "{other}", "", "; rm -rf {"}, "|")
	lines := strings.Split(strings.ReplaceAll(proof.Output, "\r\n", "\n"), "\n")
	if !slices.Contains(lines, want) {
		t.Errorf("the client was given %q, want %q", lines, want)
	}
	if !strings.Contains(proof.Output, "on stderr") {
		t.Errorf("stderr is not kept: %q", proof.Output)
	}
	place.CAFile = ""
	if proof := runSelfTest(t.Context(), test("print", "{ca_file}", "x"), place); !slices.Contains(strings.Fields(proof.Output), "|x") {
		t.Errorf("without a ca file: %q", proof.Output)
	}
}

func TestSelfTestRunsInItsFolder(t *testing.T) {
	t.Parallel()
	dir := install(t)
	proof := runSelfTest(t.Context(), test("where"), Place{Dir: dir})
	want, _ := filepath.EvalSymlinks(dir)
	if got, _ := filepath.EvalSymlinks(strings.TrimSpace(proof.Output)); got != want {
		t.Errorf("ran in %s, want %s", got, want)
	}
}

func TestSelfTestThatHangs(t *testing.T) {
	t.Parallel()
	dir := install(t)
	for _, args := range [][]string{{"hang"}, {"child", "wait"}} {
		hanging := test(args...)
		hanging.Timeout = 1
		proof := runSelfTest(t.Context(), hanging, Place{Dir: dir})
		if proof.Outcome != Broken || proof.ExitCode != -1 || !errors.Is(proof.Err, ErrBroken) {
			t.Errorf("%v: %+v", args, proof)
		}
	}
}

func TestSelfTestOutputIsBounded(t *testing.T) {
	t.Parallel()
	proof := runSelfTest(t.Context(), test("flood"), Place{Dir: install(t)})
	if proof.Outcome != Connected || len(proof.Output) != process.MaxOutput {
		t.Errorf("%s, %d bytes kept", proof.Outcome, len(proof.Output))
	}
}

func TestSelfTestPrograms(t *testing.T) {
	t.Parallel()
	dir := install(t)
	outside := filepath.Join(install(t), "client")
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte("not a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	programs := []string{"missing", "", "text", "folder", ".", "../" + filepath.Base(dir) + "/client", outside, "/bin/true"}
	if os.Symlink(outside, filepath.Join(dir, "link")) == nil {
		programs = append(programs, "link")
	}
	for _, program := range programs {
		odd := test("exit", "0")
		odd.Program = program
		proof := runSelfTest(t.Context(), odd, Place{Dir: dir})
		if proof.Outcome != Broken || !errors.Is(proof.Err, ErrBroken) {
			t.Errorf("%q: %+v", program, proof)
		}
	}
	if proof := runSelfTest(t.Context(), test("exit", "0"), Place{Dir: filepath.Join(dir, "away")}); proof.Outcome != Broken {
		t.Errorf("folder missing: %+v", proof)
	}
}

func TestStartTest(t *testing.T) {
	t.Parallel()
	dir := install(t)
	want, err := manifest.ParseVersion("2.3.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args []string
		want Client
		err  error
	}{
		{[]string{"print", "2.3.0"}, Started, nil},
		{[]string{"print", "2.3"}, Started, nil}, // the same version
		{[]string{"print", "Torikomi Version v2.3.0, built today"}, Started, nil},
		{[]string{"print", "2.3.1"}, Broken, ErrWrongVersion},
		{[]string{"print", "12.3.0"}, Broken, ErrWrongVersion},
		{[]string{"print", ""}, Broken, ErrWrongVersion},
		{[]string{"exit", "0"}, Broken, ErrWrongVersion},
		{[]string{"exit", "1"}, Broken, ErrBroken},
		{nil, NoSelfTest, nil},
	} {
		proof, err := StartTest(t.Context(), test(row.args...), Place{Dir: dir}, want)
		if proof.Outcome != row.want || !errors.Is(err, row.err) {
			t.Errorf("%v: %+v, %v", row.args, proof, err)
		}
	}
	missing := test("print", "2.3.0")
	missing.Program = "missing"
	if _, err := StartTest(t.Context(), missing, Place{Dir: dir}, want); !errors.Is(err, ErrBroken) {
		t.Errorf("missing: %v", err)
	}
}

// Ctrl+C says nothing about the build: it must not be held for it.
func TestInterruptedTestIsNoEvidence(t *testing.T) {
	t.Parallel()
	dir := install(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := StartTest(ctx, test("hang"), Place{Dir: dir}, manifest.Version{}); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrBroken) {
		t.Errorf("rehearsal: %v", err)
	}
	hanging := test("hang")
	report, err := Prove(ctx, Options{Dir: dir, Confirm: manifest.Confirm{SelfTest: &hanging}})
	if !errors.Is(err, context.DeadlineExceeded) || report.SelfTest != nil || report.Verdict != "" {
		t.Errorf("proof: %+v, %v", report, err)
	}
}
