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
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// folder is where koshin's tasks stand in the Task Scheduler.
const folder = `\Koshin\`

// maxTask bounds a task that is read back. One of ours takes 4 KiB.
const maxTask = 256 << 10

// install hands the task over to schtasks. The file for that is written beside
// the task's program, where no ordinary user can exchange it.
func (t Task) install(ctx context.Context) error {
	if !windows.GetCurrentProcessToken().IsElevated() {
		return fs.ErrPermission
	}
	file, err := os.CreateTemp(filepath.Dir(t.Program), t.Name+".*.xml")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // nobody reads it again
	_, err = file.Write(t.taskXML())
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return schtasks(ctx, "/create", "/tn", folder+t.Name, "/xml", file.Name(), "/f")
}

// look reads the file in which the Task Scheduler keeps the task, and not what
// "schtasks /query /xml" prints: that has lost every letter that the code page of
// the console has not. Users may read the daily task only.
func (t Task) look(context.Context) (Seen, error) {
	name, err := t.kept()
	if err != nil {
		return Seen{}, err
	}
	f, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Seen{State: Missing}, nil
	case errors.Is(err, fs.ErrPermission):
		return Seen{State: Unknown}, nil
	case err != nil:
		return Seen{}, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxTask))
	if err != nil {
		return Seen{}, err
	}
	differs := t.compare(data)
	return Seen{State: stateOf(true, differs), Differs: differs}, nil
}

func (t Task) remove(ctx context.Context) error {
	if !windows.GetCurrentProcessToken().IsElevated() {
		return fs.ErrPermission
	}
	name, err := t.kept()
	if err != nil {
		return err
	}
	// schtasks has no exit code of its own for a task that is not there.
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return schtasks(ctx, "/delete", "/tn", folder+t.Name, "/f")
}

// start is what the task's own protection lets users do.
func start(ctx context.Context) error {
	name, err := Task{Name: UpdateName}.kept()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return schtasks(ctx, "/run", "/tn", folder+UpdateName)
}

// kept is the file in which the Task Scheduler keeps the task.
func (t Task) kept() (string, error) {
	system, err := windows.GetSystemDirectory()
	return filepath.Join(system, "Tasks", folder, t.Name), err
}

// outlived is how long koshin reads on after schtasks has ended: a service that it
// had to start keeps what it inherited open, as in Wine, and koshin would wait for
// ever.
const outlived = 5 * time.Second

func schtasks(ctx context.Context, args ...string) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(system, "schtasks.exe"), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW} // koshin's window has no console to lend
	cmd.WaitDelay = outlived
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) { // that is a schtasks that succeeded
		return fmt.Errorf("%w: schtasks: %w: %s", ErrTask, err, strings.TrimSpace(string(out)))
	}
	return nil
}
