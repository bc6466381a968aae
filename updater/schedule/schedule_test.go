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
	"slices"
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

// Names of folders that hurt.
const (
	windowsConfig = `C:\Program Files\R&D "五月" 100% $HOME\koshin.toml`
	unixConfig    = `/etc/ko shin/"R&D" 100% $HOME\五月.toml`
)

func windowsTask() Task {
	return Recover(`C:\ProgramData\Koshin\state\rescue\koshin.exe`, windowsConfig)
}

func windowsTasks() []Task {
	program := `C:\Program Files\五月 R&D\koshin.exe`
	return []Task{windowsTask(), Update(program), Window(program)}
}

func unixTasks() []Task {
	return []Task{Recover(`/var/lib/koshin/rescue/koshin`, unixConfig), Update("/opt/五月 R&D/koshin")}
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
	for _, task := range windowsTasks() {
		golden(t, task.Name+".xml", task.taskXML())
	}
	for _, task := range unixTasks() {
		for _, u := range task.units() {
			golden(t, u.name, []byte(u.content))
		}
		golden(t, task.plistName()+".plist", []byte(task.plist()))
	}
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

// TestUnit splits the command of the units again, and asks systemd about them.
func TestUnit(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	dir := t.TempDir()
	for _, task := range unixTasks() {
		_, rest, _ := strings.Cut(task.units()[0].content, "ExecStart=")
		line, _, _ := strings.Cut(rest, "\n")
		words, err := shlex.Split(strings.NewReplacer("%%", "%", "$$", "$").Replace(line))
		if err != nil || strings.Join(words[1:], "\n") != strings.Join(task.Args, "\n") || words[0] != task.Program {
			t.Errorf("%q, %v", words, err)
		}
		task.Program = self // systemd wants it to be there
		for _, u := range task.units() {
			files = append(files, filepath.Join(dir, u.name))
			if err := os.WriteFile(files[len(files)-1], []byte(u.content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("no systemd-analyze on the PATH")
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", append([]string{"verify", "--man=no"}, files...)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "koshin") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestPlist reads each daemon with a parser of XML, and each key once.
func TestPlist(t *testing.T) {
	t.Parallel()
	for _, task := range unixTasks() {
		var plist struct {
			Dict struct {
				Keys  []string `xml:"key"`
				Words []string `xml:"array>string"`
				Hours []struct {
					Keys   []string `xml:"key"`
					Values []int    `xml:"integer"`
				} `xml:"array>dict"`
			} `xml:"dict"`
		}
		decoder := xml.NewDecoder(strings.NewReader(task.plist()))
		if err := decoder.Decode(&plist); err != nil {
			t.Fatal(err)
		}
		d := plist.Dict
		if strings.Join(d.Words, "\n") != strings.Join(append([]string{task.Program}, task.args()...), "\n") {
			t.Errorf("%q", d.Words)
		}
		keys, hours := []string{"Label", "ProgramArguments", "RunAtLoad"}, 0
		if task.When == Daily {
			keys, hours = append(keys, "ProcessType", "StartCalendarInterval"), 6
		}
		if !slices.Equal(d.Keys, keys) || len(d.Hours) != hours {
			t.Errorf("%q, %v", d.Keys, d.Hours)
		}
		for _, h := range d.Hours {
			if !slices.Equal(h.Keys, []string{"Hour", "Minute"}) || len(h.Values) != 2 || h.Values[0]%4 != 1 || h.Values[1] != 0 {
				t.Errorf("%v", h)
			}
		}
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
		{Name: "koshin-test", Program: program, Args: []string{"--config", "C:\\$(Arg0)\\koshin.toml"}},
	} {
		if err := task.Install(t.Context()); !errors.Is(err, ErrTask) {
			t.Errorf("%+v: %v", task, err)
		}
	}
}
