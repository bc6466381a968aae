package schedule

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// TestSchtasks registers real tasks, looks at what is stored, and removes them.
func TestSchtasks(t *testing.T) {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range windowsTasks() {
		task.Name += "-test"
		task.Program = filepath.Join(t.TempDir(), "koshin.exe")
		stored := filepath.Join(system, "Tasks", folder, task.Name)
		t.Cleanup(func() { _ = os.Remove(stored) })
		look := func(want State) []string {
			t.Helper()
			seen, err := task.Look(t.Context())
			if seen.State == Differs && isWine(t, stored) {
				want = Differs // in what, is looked at below
			}
			if err != nil || seen.State != want {
				t.Errorf("%s: %+v, %v; want %s", task.Name, seen, err, want)
			}
			return seen.Differs
		}
		look(Missing)
		for range 2 { // it may be repeated
			if err := task.Install(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		// Wine keeps neither program, account, trigger, instances nor protection; what it does
		// keep must be the same.
		for _, name := range look(Registered) {
			if !slices.Contains([]string{"actions", "account", "rights", "triggers", "instances", "security"}, name) {
				t.Errorf("%s: %s", task.Name, name)
			}
		}
		left, err := filepath.Glob(filepath.Join(filepath.Dir(task.Program), "*"))
		if err != nil || len(left) != 0 {
			t.Errorf("left behind: %q, %v", left, err)
		}
		for range 2 {
			if err := Remove(t.Context(), task.Name); err != nil {
				t.Fatal(err)
			}
		}
		look(Missing)
	}
}

// Where there is no daily run, nobody is told that it was started.
func TestStart(t *testing.T) {
	name, err := Task{Name: UpdateName}.kept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(name); err == nil {
		t.Skip("this PC has a daily run; it is not started for a test")
	}
	if err := Start(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func isWine(t *testing.T, stored string) bool {
	t.Helper()
	data, err := os.ReadFile(stored)
	return err == nil && strings.Contains(decodeText(data), "created by Wine")
}

// Windows understands the security descriptor.
func TestStartable(t *testing.T) {
	t.Parallel()
	sd, err := windows.SecurityDescriptorFromString(startable)
	if err != nil || !sd.IsValid() {
		t.Errorf("%v", err)
	}
}
