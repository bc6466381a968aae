package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater/download"
)

type (
	script  = *testscript.TestScript
	command = func(ts script, neg bool, args []string)
)

// commands are the words that scripts have beside those of testscript.
func (w *world) commands() map[string]command {
	all := map[string]command{
		"exitcode":  exitCode,
		"answered":  answered,
		"remember":  remember,
		"unchanged": unchanged,
		"has-copy":  hasCopy,
		"lock":      lock,
		"kill-at":   killAt,
		"replace":   replace,
		"break-off": breakOff,
		"document":  checkDocument,
		"alone":     alone,

		"koshin-release": program("koshin-release"),

		"publisher": w.publisherCommand,
		"offer":     offer,
		"enroll":    enroll,
		"installed": w.installed,
		"client":    w.client,

		"executable":      w.executable,
		"boot":            boot,
		"scheduled":       scheduled,
		"windows-program": windowsProgram,

		"setup-program":   setupProgram,
		"kill-during-run": killDuringRun,
		"forget-at-end":   forgetAtEnd,
	}
	maps.Copy(all, w.hostCommands())
	maps.Copy(all, w.faultCommands())
	maps.Copy(all, w.forgeCommands())
	maps.Copy(all, diskCommands())
	maps.Copy(all, inUseCommands())
	maps.Copy(all, rightsCommands())
	maps.Copy(all, journalCommands())
	maps.Copy(all, bundleCommands())
	maps.Copy(all, readyCommands())
	return all
}

// usage fails the script unless there are at least as many arguments as the
// synopsis has words in capitals.
func usage(ts script, neg bool, args []string, synopsis string) {
	if neg {
		ts.Fatalf("%s cannot be negated", strings.Fields(synopsis)[0])
	}
	need := 0
	for _, word := range strings.Fields(synopsis)[1:] {
		if !strings.HasPrefix(word, "[") {
			need++
		}
	}
	if len(args) < need {
		ts.Fatalf("usage: %s", synopsis)
	}
}

// program is a program under its own name: [!] NAME [ARG…]. It must, or must
// not, exit with 0.
func program(name string) command {
	return func(ts script, neg bool, args []string) {
		err := ts.Exec(name, args...)
		if _, failed := errors.AsType[*exec.ExitError](err); failed && neg {
			return
		}
		ts.Check(err)
		if neg {
			ts.Fatalf("%s: unexpected success", name)
		}
	}
}

// exitCode: exitcode N PROGRAM [ARG…] runs a program, which must exit with N.
func exitCode(ts script, neg bool, args []string) {
	usage(ts, neg, args, "exitcode N PROGRAM [ARG…]")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got, err = exit.ExitCode(), nil
	}
	ts.Check(err)
	if got != want {
		ts.Fatalf("%s: exit code %d, want %d", args[1], got, want)
	}
}

// answered: answered TEXT N koshin [ARG…] runs koshin before an operator who
// answers every question with this text; it must exit with N.
func answered(ts script, neg bool, args []string) {
	usage(ts, neg, args, "answered TEXT N PROGRAM [ARG…]")
	in := strings.NewReader(strings.Repeat(args[0]+"\n", 10))
	code := Run(context.Background(), args[3:], terminal.Streams{In: in, Out: ts.Stdout(), Err: ts.Stderr(), CanAsk: true})
	if strconv.Itoa(int(code)) != args[1] {
		ts.Fatalf("exit code %d, want %s", code, args[1])
	}
}

// remember: remember DIR notes the name, size and hash of everything in a folder.
func remember(ts script, neg bool, args []string) {
	usage(ts, neg, args, "remember DIR")
	ts.Setenv("remembered:"+args[0], list(ts, args[0]))
}

// unchanged: [!] unchanged DIR compares a folder with what was remembered.
func unchanged(ts script, neg bool, args []string) {
	usage(ts, false, args, "unchanged DIR")
	before, now := ts.Getenv("remembered:"+args[0]), list(ts, args[0])
	if before == "" {
		ts.Fatalf("%s was never remembered", args[0])
	}
	if (before == now) == neg {
		ts.Fatalf("%s changed: %v\nbefore:\n%s\nnow:\n%s", args[0], before != now, before, now)
	}
}

// hasCopy: has-copy DIR FILE looks for a file with this content, at any depth.
func hasCopy(ts script, neg bool, args []string) {
	usage(ts, neg, args, "has-copy DIR FILE")
	want, found := ts.ReadFile(args[1]), false
	err := filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		got, err := os.ReadFile(path)
		found = found || string(got) == want
		return err
	})
	ts.Check(err)
	if !found {
		ts.Fatalf("no file below %s has the content of %s", args[0], args[1])
	}
}

func list(ts script, dir string) string {
	var out strings.Builder
	fmt.Fprintln(&out, dir)
	root := ts.MkAbs(dir)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		content := d.Type().String()
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			content = fmt.Sprintf("%s %d %x", info.Mode(), len(data), sha256.Sum256(data))
		}
		fmt.Fprintf(&out, "%s %s\n", filepath.ToSlash(name), content)
		return nil
	})
	if !errors.Is(err, fs.ErrNotExist) {
		ts.Check(err)
	}
	return out.String()
}

// lock: lock STATE is another koshin at work, until the script ends.
func lock(ts script, neg bool, args []string) {
	usage(ts, neg, args, "lock STATE")
	other := flock.New(filepath.Join(ts.MkAbs(args[0]), "lock"))
	ts.Check(other.Lock())
	ts.Defer(func() { _ = other.Unlock() })
}

// killAt: kill-at PHASE PROGRAM [ARG…] kills koshin as soon as it says that
// the phase has begun, as a power cut would.
func killAt(ts script, neg bool, args []string) {
	usage(ts, neg, args, "kill-at PHASE PROGRAM [ARG…]")
	runTo(ts, args[0], args[1:], func(p *os.Process) { _ = p.Kill() })
	endAll(ts, "opt")
	waitForClient(ts)
}

// endAll ends what a killed koshin had started from a folder, as a power cut
// does: in Wine a program whose parent dies while it starts never goes on.
func endAll(ts script, dir string) {
	running, err := installer.Running(ts.MkAbs(dir))
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	ts.Check(err)
	for _, one := range running {
		if p, err := os.FindProcess(one.PID); err == nil {
			_ = p.Kill() // it may have ended by itself
		}
	}
}

// waitForClient waits for the end of a connection test that a killed koshin had
// begun: Windows does not let go of the file of a running program.
func waitForClient(ts script) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 600 {
		file, err := os.OpenFile(ts.MkAbs(filepath.Join("pc", "client", sampleclient.Program())), os.O_WRONLY, 0)
		if err == nil {
			_ = file.Close()
			return
		}
		if errors.Is(err, fs.ErrNotExist) { // killed between two steps
			return
		}
		<-again.C
	}
	ts.Fatalf("the client does not end")
}

// runTo runs koshin and calls then once when it says that a phase has begun.
// It returns the exit code.
func runTo(ts script, phase string, args []string, then func(*os.Process)) int {
	program := args[0]
	if strings.Contains(program, "/") {
		program = ts.MkAbs(program)
	}
	program, err := exec.LookPath(program)
	ts.Check(err)
	cmd := exec.Command(program, append(args[1:], "--progress", "json")...) //nolint:noctx // it ends, or is killed
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), "WORK="+ts.Getenv("WORK"), "UNTIL="+ts.Getenv("UNTIL"))
	cmd.Stdout = ts.Stdout()
	events, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	reached := false
	for lines := bufio.NewScanner(events); lines.Scan(); {
		var event struct{ Phase string }
		if !reached && json.Unmarshal(lines.Bytes(), &event) == nil && event.Phase == phase {
			reached = true
			then(cmd.Process)
		}
	}
	_ = cmd.Wait()
	if !reached {
		ts.Fatalf("%s ended before phase %s", args[0], phase)
	}
	return cmd.ProcessState.ExitCode()
}

// replace: replace FILE REGEXP TEXT changes what matches; \n in TEXT is a line's
// end.
func replace(ts script, neg bool, args []string) {
	usage(ts, neg, args, "replace FILE REGEXP TEXT")
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	before := ts.ReadFile(args[0])
	now := pattern.ReplaceAllString(before, strings.ReplaceAll(args[2], `\n`, "\n"))
	if now == before {
		ts.Fatalf("replace: nothing in %s matches %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(now), 0o600))
}

// breakOff: break-off DOWNLOADS TARGETS leaves of a complete download what there
// would be had it broken off after a million bytes.
func breakOff(ts script, neg bool, args []string) {
	usage(ts, neg, args, "break-off DOWNLOADS TARGETS")
	targets, err := os.ReadDir(ts.MkAbs(args[1]))
	ts.Check(err)
	hash, _, _ := strings.Cut(targets[0].Name(), ".")
	whole := filepath.Join(ts.MkAbs(args[0]), hash)
	ts.Check(os.Truncate(whole, 1_000_000))
	ts.Check(os.Rename(whole, whole+download.Unverified))
}

// publisherCommand: publisher copies the publisher's working copy to repo and
// his keys to keys.
func (w *world) publisherCommand(ts script, neg bool, args []string) {
	usage(ts, neg, args, "publisher")
	for _, dir := range []string{"repo", "keys"} {
		ts.Check(linkTree(filepath.Join(w.publisher, dir), ts.MkAbs(dir)))
	}
}

// linkTree copies a folder. Packages become links where that works: nobody
// changes one in place, not even flip.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(from, path)
		target := filepath.Join(to, name)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if strings.Contains(name, "targets") && os.Link(path, target) == nil {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
}

// offer: offer VERSION [FLAG…] promotes a build.
func offer(ts script, neg bool, args []string) {
	usage(ts, neg, args, "offer VERSION [FLAG…]")
	promote := []string{"promote", ts.Getenv("REPO"), ts.Getenv("KEYS"), "--product", product, "--channel", "stable", "--version"}
	ts.Check(ts.Exec("koshin-release", append(promote, args...)...))
}

// enroll: enroll [FLAG…] registers this PC with the release host $HOST, without
// a claim window unless the flags say otherwise.
func enroll(ts script, neg bool, args []string) {
	usage(ts, neg, args, "enroll [FLAG…]")
	pc := filepath.Dir(strings.TrimPrefix(ts.Getenv("PC"), "--config="))
	flags := []string{
		"enroll", ts.Getenv("PC"), "--url", ts.Getenv("HOST"), "--anchor", "repo/metadata/1.root.json", "--ca-file", "ca.pem",
		"--product", product + "=" + filepath.Join(pc, "client"), "--state-dir", filepath.Join(pc, "state"), "--proxy", "none", "--window", "none",
	}
	ts.Check(ts.Exec("koshin", append(flags, args...)...))
}

// installed: installed VERSION [FLAG…] is a PC that was enrolled, with these
// flags, when this build was the only one, has installed it, and has user data.
// A build that is too old to connect is kept with exit code 8.
func (w *world) installed(ts script, neg bool, args []string) {
	usage(ts, neg, args, "installed VERSION [FLAG…]")
	w.publisherCommand(ts, false, nil)
	offer(ts, false, args[:1])
	w.hostCommand(ts, false, []string{"HOST", "repo"})
	enroll(ts, false, args[1:])
	code := "0"
	if args[0] < "2.2.0" {
		code = "8"
	}
	exitCode(ts, false, []string{code, "koshin", "update", ts.Getenv("PC"), "--yes"})
	ts.Check(ts.Exec(filepath.Join("pc", "client", "sample-client"), "--add-claim", "請求 令和3年4月 0001"))
}

// client: client DIR VERSION MAXTLS writes a build of the sample client.
func (w *world) client(ts script, neg bool, args []string) {
	usage(ts, neg, args, "client DIR VERSION MAXTLS")
	ts.Check(w.writeClient(ts.MkAbs(args[0]), args[1], args[2]))
}

// executable: executable FILE TEXT writes the sample client with some bytes
// more: a program of its own that runs the same.
func (w *world) executable(ts script, neg bool, args []string) {
	usage(ts, neg, args, "executable FILE TEXT")
	program, err := os.ReadFile(filepath.Join(w.programs, sampleclient.Program()))
	ts.Check(err)
	file := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o755))
	ts.Check(os.WriteFile(file, append(program, args[1]...), 0o755))
}

// skip ends the script without a verdict.
func skip(ts script, reason string) { ts.Value(around{}).(*surroundings).t.Skip(reason) }
