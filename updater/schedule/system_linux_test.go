package schedule

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// aSystemd is one in a folder, and what it is told.
func aSystemd(t *testing.T) (systemd, *[]string) {
	told := &[]string{}
	return systemd{t.TempDir(), func(_ context.Context, args ...string) error {
		*told = append(*told, strings.Join(args, " "))
		return nil
	}}, told
}

func TestSystemd(t *testing.T) {
	t.Parallel()
	for _, task := range unixTasks() {
		s, told := aSystemd(t)
		if err := s.install(t.Context(), task); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("without systemd: %v", err)
		}
		if err := os.MkdirAll(filepath.Join(s.root, booted), 0o755); err != nil {
			t.Fatal(err)
		}
		state := func(want State, differs ...string) {
			t.Helper()
			if seen, err := s.look(task); err != nil || seen.State != want || !slices.Equal(seen.Differs, differs) {
				t.Errorf("%s: %+v, %v; want %s", task.Name, seen, err, want)
			}
		}
		state(Missing)
		for range 2 { // it may be repeated
			if err := s.install(t.Context(), task); err != nil {
				t.Fatal(err)
			}
		}
		state(Registered)
		enabled := task.units()[len(task.units())-1]
		if target, err := os.Readlink(s.link(enabled)); err != nil || target != "/etc/systemd/system/"+enabled.name {
			t.Errorf("%q, %v", target, err)
		}
		if err := os.Remove(s.link(enabled)); err != nil {
			t.Fatal(err)
		}
		state(Differs, enabled.name)
		unit := filepath.Join(s.root, units, task.units()[0].name)
		if err := os.WriteFile(unit, []byte("[Service]\nExecStart=/bin/sh\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		differ := []string{task.units()[0].name}
		if task.When == Daily { // the link is the timer's
			differ = append(differ, enabled.name)
		}
		state(Differs, differ...)
		if err := s.install(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		state(Registered)
		for range 2 {
			if err := s.remove(t.Context(), Task{Name: task.Name}); err != nil {
				t.Fatal(err)
			}
		}
		state(Missing)
		if _, err := os.Lstat(s.link(enabled)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("still there: %v", err)
		}
		var want []string
		if task.When == Daily { // three times installed, once there to be removed
			want = strings.Split(strings.Repeat("daemon-reload,restart koshin-update.timer,", 3)+"stop koshin-update.timer,daemon-reload", ",")
		}
		if !slices.Equal(*told, want) {
			t.Errorf("%s: systemd was told %q", task.Name, *told)
		}
	}
}

// No task of a system that has none.
func TestSystemdHasNoWindow(t *testing.T) {
	t.Parallel()
	s, _ := aSystemd(t)
	if err := s.install(t.Context(), Window("/usr/local/bin/koshin")); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
