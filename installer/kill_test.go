package installer

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// childEnv makes the test binary one run of an update.
const childEnv = "KOSHIN_INSTALLER_TEST_CHILD"

type childJob struct {
	Place         Place
	File, Version string
	Package       manifest.Package
	Exe           string
	Story         string
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "say" {
		os.Exit(say(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == "take-out" {
		os.Exit(takeOut(os.Args[2:]))
	}
	if code, is := runSetup(os.Args); is {
		os.Exit(code)
	}
	if text := os.Getenv(childEnv); text != "" {
		if text == "wait" {
			_, _ = os.Stdout.WriteString("!")
			_, _ = os.Stdin.Read(make([]byte, 1))
			os.Exit(0)
		}
		var job childJob
		if err := json.Unmarshal([]byte(text), &job); err != nil {
			panic(err)
		}
		os.Exit(runChild(job))
	}
	os.Exit(m.Run())
}

func runChild(job childJob) int {
	t := &childTB{}
	w := &world{t: t, place: job.Place, now: time.Now()}
	p, err := Open(job.Place, slog.New(slog.DiscardHandler))
	if err != nil {
		return 3
	}
	version, _ := manifest.ParseVersion(job.Version)
	if job.Exe != "" && p.Executable(job.Exe) != nil {
		return 3
	}
	next := pkg{job.File, version, promised{job.Package.Size, job.Package.SHA256}, job.Package}
	for _, story := range crashStories(next) {
		if story.name == job.Story && story.run(context.Background(), w, p) == nil {
			return 0
		}
	}
	return 1
}

// childTB lets the stories run outside a test.
type childTB struct{ testing.TB }

func (*childTB) Context() context.Context { return context.Background() }

func (*childTB) Helper()        {}
func (*childTB) Fatal(a ...any) { panic(a) }
func (*childTB) Cleanup(func()) {}

// TestSIGKILL really kills a process, at random instants.
func TestSIGKILL(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	c.killAtRandom(t, crashStories(c.next), 24)
}

func (c *crashWorld) killAtRandom(t *testing.T, stories []crashStory, runs int) {
	if testing.Short() {
		runs /= 4
	}
	outcomes := map[string]int{}
	killed := 0
	span := map[string]time.Duration{}
	for n := range runs {
		story := stories[n%len(stories)]
		w := c.fresh(t)
		if span[story.name] == 0 {
			start := time.Now()
			_ = c.child(t, w, story).Run()
			span[story.name] = time.Since(start)
			w = c.fresh(t)
		}
		child := c.child(t, w, story)
		must(t, child.Start())
		timer := time.AfterFunc(time.Duration(rand.Int64N(int64(span[story.name]))), func() { _ = child.Process.Kill() })
		if child.Wait() != nil {
			killed++
		}
		timer.Stop()
		recoverAndCheck(t, c, w, story, "by SIGKILL", outcomes)
	}
	t.Logf("%d runs, %d killed, outcomes %v", runs, killed, outcomes)
	if killed == 0 {
		t.Error("nobody was killed")
	}
}

func (c *crashWorld) child(t testing.TB, w *world, story crashStory) *exec.Cmd {
	self, err := os.Executable()
	must(t, err)
	job, err := json.Marshal(childJob{w.place, c.next.file, c.next.version.String(), c.next.entry, w.exe, story.name})
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"="+string(job))
	cmd.Dir = filepath.Dir(self)
	return cmd
}
