package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/setup"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/installer/uninstallkey"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// aPC is one that koshin's installer works at: a folder of programs, one for the
// configuration, and what it would have Windows do.
type aPC struct {
	*installing
	dir      string
	handed   []string // what the koshin in its place was started with
	ends     int      // and its exit code
	listed   uninstallkey.Own
	menu     []string
	notAdmin bool
	refuses  string // the task that cannot be taken out
	removed  []string
}

func newPC(t *testing.T) *aPC {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the files of a test are its own, and the whole PC's must be the administrators': .ci/setup/test does all of this for real")
	}
	pc := &aPC{dir: t.TempDir()}
	pc.put(t, "programs/setup/koshin.exe", "the new koshin")
	pc.put(t, "programs/setup/uninstall.exe", "an uninstaller")
	return pc
}

func (pc *aPC) path(name string) string { return filepath.Join(pc.dir, filepath.FromSlash(name)) }

func (pc *aPC) put(t *testing.T, name, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(pc.path(name)), 0o755))
	must(t, os.WriteFile(pc.path(name), []byte(content), 0o644))
}

// run is one run of koshin's installer or uninstaller.
func (pc *aPC) run(t *testing.T, verb string, switches ...string) exitcode.Code {
	t.Helper()
	menu, entries := aMenu(true)
	m := machine{
		config: pc.path("pc/koshin.toml"),
		menu:   menu,
		show:   machineOf(pc.dir).show,
		scheduler: scheduler{remove: func(_ context.Context, name string) error {
			if name == pc.refuses {
				return schedule.ErrTask
			}
			pc.removed = append(pc.removed, name)
			return nil
		}},
	}
	var out bytes.Buffer
	a, err := newApp(m, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	must(t, err)
	a.language = "en"
	pc.installing = &installing{
		app: a, here: pc.path("given"), own: pc.path("programs/setup/koshin.exe"),
		list:  uninstallkey.OwnList{Write: func(o uninstallkey.Own) error { pc.listed = o; return nil }},
		admin: func() bool { return !pc.notAdmin },
		start: func(_ context.Context, program string, args []string) (string, int, error) {
			if program != pc.path("programs/koshin.exe") {
				t.Errorf("started %s", program)
			}
			pc.handed = append(pc.handed, strings.Join(args, " "))
			return "koshin said this\n", pc.ends, nil
		},
	}
	if verb == "remove" {
		pc.own = pc.path("programs/koshin.exe")
	}
	pc.handed, pc.removed = nil, nil
	must(t, pc.installing.run(t.Context(), verb, switches))
	for _, e := range *entries {
		pc.menu = append(pc.menu, e.Name)
	}
	return pc.code
}

// has wants a file with this content; empty: no file.
func (pc *aPC) has(t *testing.T, name, content string) {
	t.Helper()
	data, err := os.ReadFile(pc.path(name))
	if content == "" && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil || !strings.Contains(string(data), content) || content == "" {
		t.Errorf("%s: %q, %v; want %q", name, data, err, content)
	}
}

func (pc *aPC) said(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(pc.path("programs/setup/said"))
	must(t, err)
	var units []uint16
	for i := 0; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
	}
	return string(utf16.Decode(units))
}

func (pc *aPC) ended(t *testing.T, got, want exitcode.Code) {
	t.Helper()
	if got != want {
		t.Errorf("exit code %d, want %d\n%s", got, want, pc.said(t))
	}
}

// given is a configuration that was written elsewhere, with its anchor.
func (pc *aPC) given(t *testing.T) {
	t.Helper()
	must(t, os.MkdirAll(pc.path("given"), 0o755))
	must(t, writeTrial(pc.path("given")))
	_, err := release.Init(t.Context(), pc.path("repo"), release.Options{Keys: &release.Keys{Dir: pc.path("keys")}})
	must(t, err)
	anchor, err := os.ReadFile(pc.path("repo/metadata/1.root.json"))
	must(t, err)
	pc.put(t, "given/root.json", string(anchor))
}

func TestInstallAlone(t *testing.T) {
	t.Parallel()
	pc := newPC(t)
	pc.ended(t, pc.run(t, "install", "/S"), exitcode.Done)
	pc.has(t, "programs/koshin.exe", "the new koshin")
	pc.has(t, "programs/uninstall.exe", "an uninstaller")
	pc.has(t, "pc/koshin.toml", "")
	pc.has(t, "pc/setup.log", "exit code 0")
	if o := pc.listed; o.Location != pc.path("programs") || o.Version != version || o.Size != int64(len("the new koshin")+len("an uninstaller")) ||
		o.QuietUninstall != `"`+pc.path("programs/uninstall.exe")+`" /S` {
		t.Errorf("%+v", o)
	}
	if len(pc.handed) != 0 {
		t.Errorf("%q", pc.handed)
	}
}

func TestInstallRefused(t *testing.T) {
	t.Parallel()
	pc := newPC(t)
	pc.given(t)
	pc.put(t, "given/unknown.toml", "what = 1")
	pc.put(t, "given/deep/root.json", "{}")
	for _, switches := range [][]string{
		{"/WHAT"}, {"/CONFIG=none.toml"}, {"/CONFIG=unknown.toml"}, {"/CONFIG=koshin.toml", "/ANCHOR=none.json"}, {"/CONFIG=koshin.toml", "/ANCHOR=deep/root.json"},
		{"/URL=u", "/ANCHOR=none.json", "/PRODUCT=a=b"},
	} {
		pc.ended(t, pc.run(t, "install", switches...), exitcode.Usage)
		pc.has(t, "pc/setup.log", "exit code 2")
	}
	pc.notAdmin = true
	pc.ended(t, pc.run(t, "install"), exitcode.NotAdmin)
	for _, name := range []string{"programs/koshin.exe", "programs/uninstall.exe", "pc/koshin.toml", "programs/setup/config/koshin.toml"} {
		pc.has(t, name, "")
	}
	if pc.listed.Name != "" {
		t.Errorf("%+v", pc.listed)
	}
}

func TestInstallEnrols(t *testing.T) {
	t.Parallel()
	pc := newPC(t)
	pc.put(t, "given/root.json", "{}")
	enroll := []string{"/URL=https://h.example/", "/ANCHOR=root.json", `/PRODUCT=torikomi=C:\取込 送信`}
	pc.ended(t, pc.run(t, "install", enroll...), exitcode.Done)
	want := []string{
		"enroll --schedule=false --lang=en --anchor=" + pc.path("given/root.json") + ` --url=https://h.example/ --product=torikomi=C:\取込 送信`,
		"schedule install --lang=en",
	}
	if !slices.Equal(pc.handed, want) {
		t.Errorf("%q", pc.handed)
	}
	if said := pc.said(t); !strings.Contains(said, "koshin said this") {
		t.Error(said)
	}
	pc.ends = int(exitcode.Refused)
	pc.ended(t, pc.run(t, "install", enroll...), exitcode.Refused)
	if len(pc.handed) != 1 {
		t.Errorf("it went on: %q", pc.handed)
	}
	pc.has(t, "pc/setup.log", "koshin enroll --schedule=false ended with exit code 4")
}

func TestInstallConfiguration(t *testing.T) {
	t.Parallel()
	pc := newPC(t)
	pc.given(t)
	anchor, err := os.ReadFile(pc.path("given/root.json"))
	must(t, err)
	pc.put(t, "pc/root.json", "somebody else's")
	pc.ended(t, pc.run(t, "install", "/CONFIG=koshin.toml"), exitcode.Usage)
	pc.has(t, "pc/koshin.toml", "")
	pc.has(t, "pc/root.json", "somebody else's")
	pc.put(t, "pc/root.json", string(anchor)) // as a run leaves it that was cut
	pc.ended(t, pc.run(t, "install", "/CONFIG=koshin.toml"), exitcode.Done)
	if _, err := config.Load(pc.path("pc/koshin.toml")); err != nil {
		t.Error(err)
	}
	if !slices.Equal(pc.handed, []string{"schedule install --lang=en"}) {
		t.Errorf("%q", pc.handed)
	}
	if _, err := os.Stat(pc.path("programs/setup/config")); err == nil {
		t.Error("the copy was left")
	}
	// It is never overwritten.
	pc.put(t, "pc/root.json", "ours")
	pc.put(t, "given/koshin.toml", "what = 1")
	pc.ended(t, pc.run(t, "install", "/CONFIG=koshin.toml"), exitcode.Done)
	pc.has(t, "pc/root.json", "ours")
	pc.has(t, "pc/setup.log", "This PC is enrolled already")
}

// While another koshin works, or an update of a client is half done, nothing changes.
func TestSetupWaits(t *testing.T) {
	t.Parallel()
	pc := newPC(t)
	pc.given(t)
	pc.put(t, "programs/koshin.exe", "the old koshin")
	must(t, os.Rename(pc.path("given"), pc.path("pc")))
	c, err := config.Load(pc.path("pc/koshin.toml"))
	must(t, err)
	release, err := updater.New(updater.Options{StateDir: c.StateDir}).Alone(t.Context())
	must(t, err)
	for _, verb := range []string{"install", "remove"} {
		pc.ended(t, pc.run(t, verb), exitcode.Busy)
	}
	release()
	pc.put(t, "pc/state/products/torikomi-soshin/journal", "half a line")
	if code := pc.run(t, "remove", "/PURGE"); code == exitcode.Done || code == setup.Remains {
		t.Errorf("exit code %d", code)
	}
	pc.has(t, "programs/koshin.exe", "the old koshin")
	pc.has(t, "pc/state/products/torikomi-soshin/journal", "half a line")
	if len(pc.removed) != 0 {
		t.Errorf("%q", pc.removed)
	}
}

// What cannot be taken out is named, and the rest goes. Of koshin's folders that an
// administrator chose, only what is koshin's goes.
func TestRemove(t *testing.T) {
	t.Parallel()
	pc := newPC(t)
	pc.given(t)
	must(t, os.Rename(pc.path("given"), pc.path("pc")))
	c, err := config.Load(pc.path("pc/koshin.toml"))
	must(t, err)
	client := c.Products[0].Dir
	for _, dir := range []string{client, client + ".koshin"} {
		must(t, os.MkdirAll(dir, 0o755))
		must(t, os.WriteFile(filepath.Join(dir, "data"), []byte("theirs"), 0o644))
	}
	pc.refuses = schedule.UpdateName
	pc.ended(t, pc.run(t, "remove"), setup.Remains)
	if !slices.Equal(pc.removed, []string{schedule.WindowName, schedule.RecoverName}) {
		t.Errorf("%q", pc.removed)
	}
	said := pc.said(t)
	for _, want := range []string{"Could not be taken out: Daily update", "Stays on this PC: " + client, "Stays on this PC: " + client + ".koshin", "Stays on this PC: " + pc.path("pc")} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s\n%s", want, said)
		}
	}
	pc.has(t, "pc/koshin.toml", "torikomi-soshin")
	pc.refuses = ""
	must(t, os.MkdirAll(c.StateDir, 0o755))
	must(t, os.WriteFile(filepath.Join(c.StateDir, "ours.txt"), []byte("ours"), 0o644))
	pc.ended(t, pc.run(t, "remove", "/PURGE"), exitcode.Done)
	left, err := os.ReadDir(c.StateDir)
	if err != nil || len(left) != 1 || left[0].Name() != "ours.txt" {
		t.Errorf("%v, %v", left, err)
	}
	for _, name := range []string{"koshin.toml", "root.json"} {
		pc.has(t, "pc/"+name, "")
	}
	for _, dir := range []string{client, client + ".koshin"} {
		if _, err := os.Stat(filepath.Join(dir, "data")); err != nil {
			t.Error(err)
		}
	}
}
