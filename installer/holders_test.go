package installer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestIsBelow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, dir string
		want      bool
	}{
		{"/opt/client/a", "/opt/client", true},
		{"/opt/client", "/opt/client", true},
		{"/opt/client2/a", "/opt/client", false},
		{"/opt", "/opt/client", false},
		{"/opt/a", "/", true},
		{"socket:[123]", "/opt", false},
	} {
		if got := isBelow(c.path, c.dir); got != c.want {
			t.Errorf("isBelow(%q, %q) = %v", c.path, c.dir, got)
		}
	}
	if got := procPath("/opt/client (deleted)"); got != "/opt/client" {
		t.Error(got)
	}
}

func TestMapsBelow(t *testing.T) {
	t.Parallel()
	const maps = `55d0a0000000-55d0a0021000 r-xp 00000000 08:02 135522   /opt/a client/bin/client
7f1c5a000000-7f1c5a021000 r--p 00000000 08:02 135523                     /opt/gone/lib.so (deleted)
7ffd1b9e4000-7ffd1ba05000 rw-p 00000000 00:00 0                          [stack]
7f1c5b000000-7f1c5b021000 rw-p 00000000 00:00 0
not a line of maps
`
	for path, want := range map[string]bool{
		"/opt/a client": true, "/opt/a client/bin/client": true, "/opt/gone/lib.so": true, "/opt/a": false, "/stack": false,
	} {
		if got := mapsBelow(strings.NewReader(maps), path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestParseLsof(t *testing.T) {
	t.Parallel()
	const answer = "p123\ncexcel\nLtanaka\nfcwd\nn/opt/client\np7\nckoshin\nLroot\np124\ncKani Nyuryoku\nf4\n"
	want := []Process{{PID: 123, Name: "excel", User: "tanaka"}, {PID: 124, Name: "Kani Nyuryoku"}}
	if got := parseLsof(strings.NewReader(answer), 7); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for _, nonsense := range []string{"", "\n\n", "cname\nLuser\n", "pnot a number\ncname\n"} {
		if got := parseLsof(strings.NewReader(nonsense), 7); got != nil {
			t.Errorf("%q: %v", nonsense, got)
		}
	}
}

// fakeManager is a Restart Manager whose list grows while it is asked.
type fakeManager struct {
	grow       []int // programs at each question; the last one stays
	asked      int
	registered []string
	ended      bool
	fail       string
}

func (m *fakeManager) answer(name string) error {
	if m.fail == name {
		return errFault
	}
	return nil
}

func (m *fakeManager) start() (uint32, error) { return 9, m.answer("start") }

func (m *fakeManager) register(_ uint32, files []string) error {
	m.registered = files
	return m.answer("register")
}

func (m *fakeManager) list(_ uint32, room int) (found []Process, need int, err error) {
	need = m.grow[min(m.asked, len(m.grow)-1)]
	m.asked++
	if need > room {
		return nil, need, m.answer("list")
	}
	for n := range need {
		found = append(found, Process{PID: n + 1, Name: "client.exe"})
	}
	return found, need, m.answer("list")
}

func (m *fakeManager) end(uint32) error {
	m.ended = true
	return nil
}

func TestAskRestartManager(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		grow  []int
		want  int
		asked int
	}{
		{"nobody", []int{0}, 0, 1},
		{"a few", []int{3}, 3, 1},
		{"more than fit", []int{40}, 40, 2},
		{"more at every question", []int{20, 60, 50}, 50, 3},
		{"never ends to grow", []int{100, 200, 400, 800, 1600, 3200}, 0, maxLists},
	} {
		m := &fakeManager{grow: c.grow}
		got, err := askRestartManager(t.Context(), m, []string{"a"})
		if err != nil || len(got) != c.want || m.asked != c.asked || !m.ended {
			t.Errorf("%s: %d programs after %d questions, ended %v, %v", c.name, len(got), m.asked, m.ended, err)
		}
	}
	for _, fail := range []string{"start", "register", "list"} {
		m := &fakeManager{grow: []int{1}, fail: fail}
		if _, err := askRestartManager(t.Context(), m, []string{"a"}); !errors.Is(err, errFault) || m.ended == (fail == "start") {
			t.Errorf("%s: ended %v, %v", fail, m.ended, err)
		}
	}
	m := &fakeManager{grow: []int{1}}
	if got, err := askRestartManager(t.Context(), m, nil); got != nil || err != nil || m.registered != nil {
		t.Errorf("no files: %v, %v", got, err)
	}
}

func TestFilesBelow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, tree{"a.txt": "1", "b.txt": "2", "lib/Z.DLL": "3", "z.exe": "4", "empty/": ""})
	at := func(names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, filepath.Join(dir, filepath.FromSlash(name)))
		}
		return paths
	}
	for _, c := range []struct {
		path  string
		limit int
		want  []string
	}{
		{dir, 10, at("lib/Z.DLL", "z.exe", "a.txt", "b.txt")},
		{dir, 3, at("lib/Z.DLL", "z.exe", "a.txt")},
		{dir, 1, at("lib/Z.DLL")},
		{at("a.txt")[0], 10, at("a.txt")},
		{at("none")[0], 10, nil},
	} {
		if got, err := filesBelow(t.Context(), c.path, c.limit); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s, %d: %q, %v", c.path, c.limit, got, err)
		}
	}
}

// holder is another process that holds a file open.
type holder struct {
	cmd     *exec.Cmd
	release func() // lets the file go
}

// holdFile starts a program, this test binary or a copy of it, that holds a file
// until it is told to let go or the test ends.
func holdFile(t *testing.T, program, path string) holder {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestHolderProcess$")
	cmd.Env = append(os.Environ(), "KOSHIN_TEST_HOLD="+path)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	var line string
	if _, err := fmt.Fscanln(out, &line); err != nil || line != "holding" {
		t.Fatalf("helper said %q, %v", line, err)
	}
	return holder{cmd, func() { _ = in.Close() }}
}

// TestHolderProcess is no test but the other process of holdFile.
func TestHolderProcess(t *testing.T) {
	path := os.Getenv("KOSHIN_TEST_HOLD")
	if path == "" {
		t.Skip("only in another process")
	}
	release, err := openExclusive(path)
	must(t, err)
	_, _ = fmt.Fprintln(os.Stdout, "holding")
	_, _ = io.Copy(io.Discard, os.Stdin)
	release()
}

// The real system says who has a file open: name, number, user.
func TestHoldersOfThisSystem(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Wine's Restart Manager is a stub; TestSwapNamesTheHolder goes through the fallback")
	}
	dir := memoryDir(t)
	write(t, dir, tree{"lib/a.dll": "a", "other/b.dll": "b"})
	h := holdFile(t, os.Args[0], filepath.Join(dir, "lib", "a.dll"))
	for path, want := range map[string]int{"": 1, "lib": 1, "lib/a.dll": 1, "other": 0, "none": 0} {
		got, err := Holders(t.Context(), filepath.Join(dir, filepath.FromSlash(path)))
		if err != nil || len(got) != want {
			t.Errorf("%q: %v, %v", path, got, err)
		}
		for _, p := range got {
			if p.PID != h.cmd.Process.Pid || p.User == "" || !strings.Contains(p.Name, ".test") {
				t.Errorf("%q: %s, want pid %d", path, p, h.cmd.Process.Pid)
			}
		}
	}
	own, err := os.Open(filepath.Join(dir, "other", "b.dll"))
	must(t, err)
	defer own.Close()
	if got, err := Holders(t.Context(), filepath.Join(dir, "other")); err != nil || len(got) != 0 {
		t.Errorf("koshin itself is no holder: %v, %v", got, err)
	}
}

// What macOS is asked, asked of the lsof of this system.
func TestAskLsof(t *testing.T) {
	t.Parallel()
	lsof, err := exec.LookPath("lsof")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no lsof on this system")
	}
	dir := memoryDir(t)
	write(t, dir, tree{"lib/a.dll": "a", "other/b.dll": "b"})
	held := filepath.Join(dir, "lib", "a.dll")
	h := holdFile(t, os.Args[0], held)
	for path, isDir := range map[string]bool{dir: true, held: false} {
		got, err := askLsof(t.Context(), lsof, path, isDir)
		if err != nil || len(got) != 1 || got[0].PID != h.cmd.Process.Pid || got[0].User == "" || got[0].Name == "" {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
	if got, err := askLsof(t.Context(), lsof, filepath.Join(dir, "other"), true); err != nil || len(got) != 0 {
		t.Errorf("nobody: %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := askLsof(ctx, lsof, dir, true); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
