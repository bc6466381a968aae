package schedule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// TestSchtasks registers a real task, looks at what is stored, and removes it.
func TestSchtasks(t *testing.T) {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		t.Fatal(err)
	}
	task := windowsTask()
	task.Name = "koshin-schedule-test"
	task.Program = filepath.Join(t.TempDir(), "koshin.exe")
	stored := filepath.Join(system, "Tasks", folder, task.Name)
	t.Cleanup(func() { _ = os.Remove(stored) })
	for range 2 { // it may be repeated
		if err := task.Install(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(stored)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), "\x00", "") // stored in UTF-16, or in UTF-8 by Wine
	wanted := []string{task.Description, "PT2H", "<StopIfGoingOnBatteries>false<"}
	if !strings.Contains(text, "created by Wine") { // which keeps neither trigger nor program
		wanted = append(wanted, "BootTrigger", "S-1-5-18", "HighestAvailable", "recover --config", task.Program)
	}
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("the stored task lacks %s:\n%s", want, text)
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
	if _, err := os.Lstat(stored); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}
