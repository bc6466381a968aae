package installer

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// What a setup program of these tests does beside installing its version.
const (
	fine     = "fine"
	fails    = "fails"    // at once, with exit code 2
	half     = "half"     // takes the old client out, and fails
	breaks   = "breaks"   // replaces some of the old client, whose version stays, and fails
	nothing  = "nothing"  // exit code 0, and that is all
	eats     = "eats"     // deletes and rewrites the user's data
	restarts = "restarts" // exit code 7, declared as a success that needs a restart
	refuses  = "refuses"  // fails when its version is there already
)

// setupMark is what a test binary that is a setup program ends with: its
// version and what it does.
const setupMark = "\nkoshin-test-setup "

// setupProgram is a real installer: a script, and on Windows this test binary
// with a few words at its end.
func setupProgram(t testing.TB, version, does string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "setup-"+version)
	if runtime.GOOS == "windows" {
		self, err := os.Executable()
		must(t, err)
		program, err := os.ReadFile(self)
		must(t, err)
		must(t, os.WriteFile(name+".exe", append(program, setupMark+version+" "+does...), 0o755))
		return name + ".exe"
	}
	act := map[string]string{
		fine: "", restarts: "", refuses: `[ "$(cat VERSION)" = "` + version + `" ] && exit 1`,
		fails: "exit 2", half: "rm -rf VERSION client; exit 2", breaks: "echo half > client; exit 2", nothing: "exit 0",
		eats: "rm -rf data; echo eaten > data; echo default > conf/user.ini",
	}[does]
	code := map[string]string{restarts: "exit 7"}[does]
	script := fmt.Sprintf("#!/bin/sh\nmkdir -p \"$1/conf\"; cd \"$1\"\n%s\nrm -f VERSION; echo program %s > client; echo %s > VERSION\n%s\n", act, version, version, code)
	must(t, os.WriteFile(name, []byte(script), 0o755))
	return name
}

// runSetup is the same as the script, for Windows; false: this binary is none.
func runSetup(args []string) (code int, is bool) {
	self, err := os.Executable()
	if err != nil || len(args) != 2 {
		return 0, false
	}
	data, err := os.ReadFile(self)
	if err != nil {
		return 0, false
	}
	_, words, found := strings.Cut(string(data[max(0, len(data)-100):]), setupMark)
	if !found {
		return 0, false
	}
	version, does, _ := strings.Cut(words, " ")
	dir := args[1]
	at := func(name string) string { return filepath.Join(dir, name) }
	_ = os.MkdirAll(at("conf"), 0o755)
	switch does {
	case refuses:
		if text, _ := os.ReadFile(at("VERSION")); strings.TrimSpace(string(text)) == version {
			return 1, true
		}
	case fails:
		return 2, true
	case half:
		_, _ = os.Remove(at("VERSION")), os.Remove(at("client"))
		return 2, true
	case breaks:
		_ = os.WriteFile(at("client"), []byte("half\n"), 0o644)
		return 2, true
	case nothing:
		return 0, true
	case eats:
		_ = os.RemoveAll(at("data"))
		_, _ = os.WriteFile(at("data"), []byte("eaten\n"), 0o644), os.WriteFile(at("conf/user.ini"), []byte("default\n"), 0o644)
	}
	_ = os.Remove(at("VERSION"))
	_ = os.WriteFile(at("client"), []byte("program "+version+"\n"), 0o644)
	_ = os.WriteFile(at("VERSION"), []byte(version+"\n"), 0o644)
	if does == restarts {
		return 7, true
	}
	return 0, true
}

// versionRule reads what the setup programs write.
const versionRule = "file:VERSION:([0-9.]+)"

func foreignOptions() PlanOptions { return PlanOptions{Preserve: keep, Detect: versionRule} }

// setup is a package of kind setup.
func (w *world) setup(version, does string) pkg {
	w.t.Helper()
	v, err := manifest.ParseVersion(version)
	must(w.t, err)
	file := setupProgram(w.t, version, does)
	data, err := os.ReadFile(file)
	must(w.t, err)
	want := promised{int64(len(data)), manifest.Digest(sha256.Sum256(data))}
	return pkg{file, v, want, manifest.Package{OS: runtime.GOOS, Arch: runtime.GOARCH, Kind: manifest.Setup, Target: "t",
		Size: want.size, SHA256: want.sha256, InstalledSize: 3 * want.size,
		Installer: &manifest.Installer{Args: []string{"{dir}"}, SuccessCodes: []int{0}, RestartCodes: []int{7}}}}
}

// client is what a setup of this version leaves.
func client(version string) tree {
	return tree{"VERSION": version + "\n", "client": "program " + version + "\n"}
}

// foreignWorld is a PC on which 2.1.0 and then 2.2.0 was installed, with data.
func foreignWorld(t testing.TB) *world {
	w := newWorld(t)
	w.install(w.setup("2.1.0", fine), foreignOptions())
	w.install(w.setup("2.2.0", fine), foreignOptions())
	write(t, w.place.Dir, data)
	return w
}

// quick is a product that waits for nobody.
func (w *world) quick() *Product {
	p := w.open()
	p.bounds = bounds{run: time.Minute, other: 50 * time.Millisecond, pause: 10 * time.Millisecond}
	return p
}

func (w *world) wantVersion(version string, state State) {
	w.t.Helper()
	found, err := w.open().Detect(w.t.Context(), rule(w.t, "koshin-record"))
	if err != nil || found.State != state || found.Version.String() != version {
		w.t.Errorf("found %+v, %v; not %s, %s", found, err, version, state)
	}
}

func (w *world) wantSettled() {
	w.t.Helper()
	for _, name := range []string{w.work(staging), w.work(retired), w.work(unpacking), filepath.Join(w.place.State, journalName)} {
		if _, err := os.Lstat(name); err == nil {
			w.t.Errorf("%s is still there", filepath.Base(name))
		}
	}
}

// installerIn says which installer an area of the work folder has.
func (w *world) installerIn(area string, of ...pkg) string {
	w.t.Helper()
	data, err := os.ReadFile(w.work(area, installerName(manifest.Setup)))
	if err != nil {
		return "none"
	}
	for _, k := range of {
		if manifest.Digest(sha256.Sum256(data)) == k.promise.sha256 {
			return k.version.String()
		}
	}
	return "another"
}

// rollBack goes back by hand.
func (w *world) rollBack(ctx context.Context, p *Product) (*Transaction, error) {
	plan, err := p.PlanRollback(ctx, foreignOptions())
	if err != nil {
		return nil, err
	}
	if err := p.Backup(ctx, plan); err != nil {
		return nil, err
	}
	return p.Swap(ctx, plan)
}
