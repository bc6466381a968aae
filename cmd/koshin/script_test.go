package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/release/github/githubtest"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// TestMain makes the test binary the koshin of the scripts, and the sample
// client of the demo.
func TestMain(m *testing.M) {
	if sampleclient.Requested() {
		os.Exit(sampleclient.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	testscript.Main(m, map[string]func(){"koshin": scriptKoshin, "whole-pc": wholePC, "driven": driven, "daily": daily, "named": namedPC})
}

// scriptKoshin is koshin. On Windows it leaves WinINet and WinHTTP alone: they do
// not know the authority of a script. $WINDOWS_STACKS is for one that tells them
// of it; see TestWindowsStacks.
func scriptKoshin() {
	if runtime.GOOS != "windows" || os.Getenv("WINDOWS_STACKS") != "" {
		main()
		return
	}
	m := thisMachine()
	m.stacks = nil
	os.Exit(int(runOn(context.Background(), m, os.Args[1:], terminal.System())))
}

// wholePC is koshin where the script's own configuration is the one of the whole
// PC. What the system is to run goes to tasks; $AT_BOOT says how it takes that.
// Group policy is what stands in the file policy, see [scriptPolicy].
func wholePC() {
	os.Exit(int(runOn(context.Background(), machineOf(os.Getenv("WORK")), os.Args[1:], terminal.System())))
}

func machineOf(work string) machine {
	return machine{
		config: filepath.Join(work, "pc", "koshin.toml"), policy: scriptPolicy(filepath.Join(work, "policy")), computer: os.Hostname,
		scheduler: scriptScheduler(filepath.Join(work, "tasks")),
		requests:  aChannel(filepath.Join(work, "door"), startByHand),
		events:    scriptEvents(filepath.Join(work, "tasks", "source"), filepath.Join(work, "events")),
	}
}

// namedPC is koshin on a PC that is called $COMPUTER in the network.
func namedPC() {
	m := thisMachine()
	m.stacks, m.computer = nil, func() (string, error) { return os.Getenv("COMPUTER"), nil }
	os.Exit(int(runOn(context.Background(), m, os.Args[1:], terminal.System())))
}

// startByHand starts no daily run: the script that sets $UNTIL does.
func startByHand(context.Context) error {
	if os.Getenv("UNTIL") == "" {
		return fs.ErrNotExist
	}
	return nil
}

// scriptScheduler keeps one file a task. Nobody waits for a moment here: it is
// written to the file pause beside them.
func scriptScheduler(dir string) scheduler {
	takes := func() error {
		switch os.Getenv("AT_BOOT") {
		case "refused":
			return fs.ErrPermission
		case "none":
			return errors.ErrUnsupported
		}
		return os.MkdirAll(dir, 0o700)
	}
	text := func(t schedule.Task) []byte { return fmt.Appendln(nil, t.Name, t.Program, t.Args) }
	return scheduler{
		install: func(_ context.Context, t schedule.Task) error {
			if err := takes(); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, t.Name), text(t), 0o600)
		},
		look: func(_ context.Context, t schedule.Task) (schedule.Seen, error) {
			data, err := os.ReadFile(filepath.Join(dir, t.Name))
			switch {
			case os.Getenv("AT_BOOT") == "none":
				return schedule.Seen{}, errors.ErrUnsupported
			case errors.Is(err, fs.ErrNotExist):
				return schedule.Seen{State: schedule.Missing}, nil
			case string(data) != string(text(t)):
				return schedule.Seen{State: schedule.Differs, Differs: []string{"actions"}}, err
			}
			return schedule.Seen{State: schedule.Registered}, nil
		},
		remove: func(_ context.Context, name string) error {
			if err := takes(); err != nil {
				return err
			}
			return os.RemoveAll(filepath.Join(dir, name))
		},
		pause: func(ctx context.Context, within time.Duration, enough <-chan struct{}) error {
			if os.Getenv("UNTIL") == "asked" {
				return schedule.Pause(ctx, time.Hour, enough)
			}
			return os.WriteFile(filepath.Join(dir, "pause"), []byte(within.String()), 0o600)
		},
	}
}

// TestStories tells what the programs do together, one script a story:
//
//	stories/  what an operator and a publisher live through
//	refused/  input that is wrong or hostile: its own message in both
//	          languages, its exit code, and the disk as it was
//	tls/      hosts that do not speak TLS 1.2
//	bucket/   a real S3 server between the publisher and the operator
//
// The programs, keys, handshakes, packages and disks are real.
func TestStories(t *testing.T) {
	w := newWorld(t)
	for _, dir := range []string{"stories", "refused"} {
		t.Run(dir, func(t *testing.T) { testscript.Run(t, w.params(filepath.Join("testdata", dir))) })
	}
	t.Run("tls", w.otherTLSHosts)
	t.Run("bucket", w.fromABucket)
}

// params are the scripts of a folder, with everything that they may use.
func (w *world) params(dir string) testscript.Params {
	return testscript.Params{
		Dir:                dir,
		Setup:              w.setUp,
		Cmds:               w.commands(),
		RequireUniqueNames: true,
	}
}

// setUp gives a script its variables:
//
//	$PC            where this PC's configuration is, as koshin's flag
//	$REPO, $KEYS   the publisher's working copy and keys, as koshin-release's flags
//	$RECEPTION     the reception system, TLS 1.2 only, that the builds confirm against
//	$GOOS, $GOARCH what packages are for
//	$SLASHED       $WORK as a file URL writes it
//	ca.pem         the authority that all hosts of the script have their certificate from
func (w *world) setUp(env *testscript.Env) error {
	env.Setenv("PATH", w.programs+string(filepath.ListSeparator)+env.Getenv("PATH"))
	env.Setenv("PC", "--config="+filepath.Join(env.WorkDir, "pc", "koshin.toml"))
	env.Setenv("REPO", "--repo="+filepath.Join(env.WorkDir, "repo"))
	env.Setenv("KEYS", "--keys="+filepath.Join(env.WorkDir, "keys"))
	env.Setenv("RECEPTION", w.reception)
	env.Setenv("GOOS", runtime.GOOS)
	env.Setenv("GOARCH", runtime.GOARCH)
	env.Setenv("SLASHED", strings.TrimSuffix("/"+strings.TrimPrefix(filepath.ToSlash(env.WorkDir), "/"), "/"))
	env.Setenv("LANG", "C")
	env.Values[around{}] = &surroundings{t: env.T(), hosts: map[string]*host{}, gitHubs: map[string]*githubtest.GitHub{}}
	return os.WriteFile(filepath.Join(env.WorkDir, "ca.pem"), w.authority.PEM(), 0o644)
}
