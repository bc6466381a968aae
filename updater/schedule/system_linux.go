package schedule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

// Below the root of a systemd.
const (
	units  = "etc/systemd/system"
	booted = "run/systemd/system" // there exactly when systemd started this PC
)

// maxUnit bounds a unit that is read back. One of ours takes 400 bytes.
const maxUnit = 64 << 10

// systemd is the one of this PC; a test has one in a folder of its own.
type systemd struct {
	root string
	tell func(context.Context, ...string) error // systemctl
}

func thisSystemd() systemd { return systemd{"/", systemctl} }

func (t Task) install(ctx context.Context) error {
	if os.Geteuid() != 0 { // else systemctl would ask for a password
		return fs.ErrPermission
	}
	return thisSystemd().install(ctx, t)
}

func (t Task) look(context.Context) (Seen, error) { return thisSystemd().look(t) }

func (t Task) remove(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return fs.ErrPermission
	}
	return thisSystemd().remove(ctx, t)
}

// install writes the units and enables them, as "systemctl enable" does. A running
// systemd is told of a timer, so that the first day counts; what is started with
// the PC it reads then.
func (s systemd) install(ctx context.Context, t Task) error {
	if t.When == AtLogon {
		return errors.ErrUnsupported
	}
	if err := s.here(); err != nil {
		return err
	}
	for _, u := range t.units() {
		if err := s.enable(u); err != nil {
			return err
		}
	}
	if t.When != Daily {
		return nil
	}
	if err := s.tell(ctx, "daemon-reload"); err != nil {
		return err
	}
	return s.tell(ctx, "restart", t.timerName())
}

func (s systemd) here() error {
	if _, err := os.Stat(filepath.Join(s.root, booted)); err != nil {
		return fmt.Errorf("%w: this system was not started by systemd", errors.ErrUnsupported)
	}
	return nil
}

func (s systemd) enable(u unit) error {
	file := filepath.Join(s.root, units, u.name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := atomicfile.Write(file, []byte(u.content)); err != nil || u.wantedBy == "" {
		return err
	}
	link := s.link(u)
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join("/", units, u.name), link); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(link))
}

// link is what says that a unit is enabled.
func (s systemd) link(u unit) string {
	return filepath.Join(s.root, units, u.wantedBy+".wants", u.name)
}

func (s systemd) look(t Task) (Seen, error) {
	if t.When == AtLogon {
		return Seen{}, errors.ErrUnsupported
	}
	if err := s.here(); err != nil {
		return Seen{}, err
	}
	var seen Seen
	there := false
	for _, u := range t.units() {
		content, err := readUnit(filepath.Join(s.root, units, u.name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Seen{}, err
		}
		there = there || err == nil
		_, linked := os.Lstat(s.link(u))
		if err != nil || content != u.content || u.wantedBy != "" && linked != nil {
			seen.Differs = append(seen.Differs, u.name)
		}
	}
	seen.State = stateOf(there, seen.Differs)
	if !there {
		seen.Differs = nil
	}
	return seen, nil
}

func readUnit(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxUnit))
	return string(data), err
}

// remove takes out the service and the timer, which only the daily run has.
func (s systemd) remove(ctx context.Context, t Task) error {
	_, err := os.Lstat(filepath.Join(s.root, units, t.timerName()))
	running := err == nil && s.here() == nil
	if running {
		if err := s.tell(ctx, "stop", t.timerName()); err != nil {
			return err
		}
	}
	for _, u := range []unit{{name: t.serviceName(), wantedBy: "multi-user.target"}, {name: t.timerName(), wantedBy: "timers.target"}} {
		for _, name := range []string{s.link(u), filepath.Join(s.root, units, u.name)} {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	if running {
		return s.tell(ctx, "daemon-reload")
	}
	return nil
}

// systemctl is asked for by the place where every distribution has it: this runs
// as root.
func systemctl(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, "/usr/bin/systemctl", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: systemctl %s: %w: %s", ErrTask, args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}
