package schedule

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/shlex"
)

// TestMain makes the test binary a program that shows its arguments.
func TestMain(m *testing.M) {
	if os.Getenv("KOSHIN_SCHEDULE_TEST_CHILD") != "" {
		_, _ = os.Stdout.WriteString(strings.Join(os.Args[1:], "\n"))
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// windowsTask is a task on a PC whose folders have the names that hurt.
func windowsTask() Task {
	return Recover(`C:\ProgramData\Koshin\state\rescue\koshin.exe`, `C:\Program Files\R&D "五月" 100% $HOME\koshin.toml`)
}

func unixTask() Task {
	return Recover(`/var/lib/koshin/rescue/koshin`, `/etc/ko shin/"R&D" 100% $HOME\五月.toml`)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("KOSHIN_WRITE_GOLDEN") != "" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", name, got)
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	golden(t, "recover.xml", windowsTask().taskXML())
	golden(t, "koshin-recover.service", []byte(unixTask().unit()))
	golden(t, "jp.koshin.koshin-recover.plist", []byte(unixTask().plist()))
}

// TestTaskXML reads the XML back as the Task Scheduler would.
func TestTaskXML(t *testing.T) {
	t.Parallel()
	data := windowsTask().taskXML()
	words := make([]uint16, len(data)/2)
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, words); err != nil {
		t.Fatal(err)
	}
	text := string(utf16.Decode(words))
	if !strings.HasPrefix(text, "\ufeff<?xml") || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Errorf("begins %.10q", text)
	}
	var task struct {
		Command   string `xml:"Actions>Exec>Command"`
		Arguments string `xml:"Actions>Exec>Arguments"`
		User      string `xml:"Principals>Principal>UserId"`
		Boot      *struct {
			Enabled bool
		} `xml:"Triggers>BootTrigger"`
	}
	text = strings.Replace(strings.TrimPrefix(text, "\ufeff"), `encoding="UTF-16"`, "", 1)
	if err := xml.Unmarshal([]byte(text), &task); err != nil {
		t.Fatal(err)
	}
	if task.Command != windowsTask().Program || task.User != "S-1-5-18" || task.Boot == nil || !task.Boot.Enabled {
		t.Errorf("%+v", task)
	}
	if task.Arguments != `recover --config "C:\Program Files\R&D \"五月\" 100% $HOME\koshin.toml"` {
		t.Errorf("%s", task.Arguments)
	}
}

// TestCommandLine gives arguments to a real program and compares what it got.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	args := []string{"recover", "", "a b", `a\b`, `a b\`, `a\" b`, `"`, `\\server\share name\`, "五月 雨", `c:\x\\"y`}
	want := `recover "" "a b" a\b "a b\\" "a\\\" b" "\"" "\\server\share name\\" "五月 雨" "c:\x\\\\\"y"`
	if got := commandLine(args); got != want {
		t.Errorf("%s\nnot\n%s", got, want)
	}
	if runtime.GOOS != "windows" {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...) // Go quotes by the same rules
	cmd.Env = append(os.Environ(), "KOSHIN_SCHEDULE_TEST_CHILD=1")
	out, err := cmd.Output()
	if err != nil || string(out) != strings.Join(args, "\n") {
		t.Errorf("%q, %v", out, err)
	}
}

// TestUnit splits the command of the unit again, and asks systemd about it.
func TestUnit(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(unixTask().unit(), "ExecStart=")
	line, _, _ := strings.Cut(rest, "\n")
	words, err := shlex.Split(strings.NewReplacer("%%", "%", "$$", "$").Replace(line))
	if err != nil || strings.Join(words[1:], "\n") != strings.Join(unixTask().Args, "\n") || words[0] != unixTask().Program {
		t.Errorf("%q, %v", words, err)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("no systemd-analyze on the PATH")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	task := unixTask()
	task.Program = self // systemd wants it to be there
	file := filepath.Join(t.TempDir(), task.unitName())
	if err := os.WriteFile(file, []byte(task.unit()), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no", file).CombinedOutput()
	if err != nil || strings.Contains(string(out), task.Name) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	program, err := filepath.Abs("koshin")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range []Task{
		{Name: "", Program: program},
		{Name: "../x", Program: program},
		{Name: "koshin-test", Program: "koshin"},
		{Name: "koshin-test", Program: program, Args: []string{"a\nExecStart=/bin/sh"}},
	} {
		if err := task.Install(t.Context()); !errors.Is(err, ErrTask) {
			t.Errorf("%+v: %v", task, err)
		}
	}
}
