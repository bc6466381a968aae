package schedule

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// folder is where koshin's tasks stand in the Task Scheduler.
const folder = `\Koshin\`

// install hands the task over to schtasks. The file for that is written beside
// the task's program, where no ordinary user can exchange it.
func (t Task) install(ctx context.Context, _ string) error {
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

func (t Task) remove(ctx context.Context, _ string) error {
	if !windows.GetCurrentProcessToken().IsElevated() {
		return fs.ErrPermission
	}
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return err
	}
	// schtasks has no exit code of its own for a task that is not there.
	_, err = os.Lstat(filepath.Join(system, "Tasks", folder, t.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return schtasks(ctx, "/delete", "/tn", folder+t.Name, "/f")
}

func schtasks(ctx context.Context, args ...string) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(system, "schtasks.exe"), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: schtasks: %w: %s", ErrTask, err, strings.TrimSpace(string(out)))
	}
	return nil
}
