package github_test

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/github/githubtest"
)

const timestamp = "metadata/timestamp.json"

// commitOf is a state with these packages, all of one build.
func commitOf(base []byte, state string, packages ...release.Package) release.Commit {
	c := release.Commit{Base: base, Message: "Publish state " + state, Files: []release.File{
		{Path: "metadata/" + state + ".snapshot.json", Data: []byte("snapshot " + state)},
		{Path: timestamp, Data: []byte(state)},
	}}
	if len(packages) > 0 {
		b := release.PublishedBuild{Product: packages[0].Product, Version: packages[0].Version, Stable: true}
		for _, p := range packages {
			b.Paths = append(b.Paths, p.Path)
		}
		c.Builds = []release.PublishedBuild{b}
	}
	return c
}

func (w *world) mustHold(t testing.TB, path, want string) {
	t.Helper()
	if data, err := w.open(t, secret).Read(t.Context(), path, 1<<10); err != nil || string(data) != want {
		t.Errorf("%s holds %q, %v; want %q", path, data, err, want)
	}
}

// TestBranchOfItsOwn: whatever else is in the repository stays as it was.
func TestBranchOfItsOwn(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	var before, after struct{ Object struct{ SHA string } }
	w.get(t, "/git/ref/heads/main", &before)
	g := w.open(t, secret)
	if err := g.Commit(t.Context(), commitOf(nil, "1")); err != nil {
		t.Fatal(err)
	}
	w.Commit(repo, "koshin", "README.md", []byte("do not touch"))
	w.Commit(repo, "koshin", "metadata-of-mine/x", []byte("mine"))
	if err := w.open(t, secret).Commit(t.Context(), commitOf([]byte("1"), "2")); err != nil {
		t.Fatal(err)
	}
	w.get(t, "/git/ref/heads/main", &after)
	if before != after {
		t.Error("another branch was changed")
	}
	w.mustHold(t, "README.md", "do not touch")
	w.mustHold(t, "metadata-of-mine/x", "mine")
	w.mustHold(t, "metadata/1.snapshot.json", "snapshot 1")
	w.mustHold(t, timestamp, "2")
}

// TestBranchMoves: a commit of somebody else, made after koshin has looked,
// is never lost. With it the publisher tries again, or is told.
func TestBranchMoves(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"another publisher": {timestamp, release.ErrDestinationChanged},
		"a file of no one":  {"README.md", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, githubtest.Repo{})
			g := w.open(t, secret)
			if err := g.Commit(t.Context(), commitOf(nil, "1")); err != nil {
				t.Fatal(err)
			}
			var first sync.Once
			w.Intercept(func(r *http.Request) githubtest.Fault {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/git/commits") {
					first.Do(func() { w.Commit(repo, "koshin", c.path, []byte("theirs")) })
				}
				return githubtest.Fault{}
			})
			err := g.Commit(t.Context(), commitOf([]byte("1"), "2"))
			if _, again := errors.AsType[*release.Temporary](err); !again {
				t.Fatalf("got %v", err)
			}
			if err := g.Commit(t.Context(), commitOf([]byte("1"), "2")); !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
			w.mustHold(t, c.path, "theirs")
			if c.want == nil {
				w.mustHold(t, timestamp, "2")
			}
		})
	}
}

// TestNoCommitWithoutPackages: what somebody deleted after its upload is
// missed before the commit that refers to it.
func TestNoCommitWithoutPackages(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	g := w.open(t, secret)
	here, gone := onePackage(t, "here"), onePackage(t, "gone")
	if err := g.Put(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	if err := g.Commit(t.Context(), commitOf(nil, "1", here, gone)); !errors.Is(err, release.ErrDestinationDamaged) {
		t.Errorf("got %v", err)
	}
	if _, err := g.Size(t.Context(), timestamp); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was committed all the same: %v", err)
	}
	var all []listed
	if w.get(t, "/releases", &all); len(all) != 1 || !all[0].Draft {
		t.Errorf("half a release was published: %+v", all)
	}
}

// TestReleaseBeforeCommit: at the moment the branch moves, every package can
// be downloaded.
func TestReleaseBeforeCommit(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	g := w.open(t, secret)
	p := onePackage(t, "package")
	if err := g.Put(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	moved := false
	w.Intercept(func(r *http.Request) githubtest.Fault {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/git/refs") {
			var all []listed
			w.get(t, "/releases", &all)
			moved = len(all) == 1 && !all[0].Draft
		}
		return githubtest.Fault{}
	})
	if err := g.Commit(t.Context(), commitOf(nil, "1", p)); err != nil || !moved {
		t.Errorf("the release was published before the branch moved: %v, %v", moved, err)
	}
}

// TestFilesOfEverySize go as text with the tree, in one request or in several,
// or as blobs, and git reads all of it.
func TestFilesOfEverySize(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	g := w.open(t, secret)
	c := commitOf(nil, "1")
	files := map[string][]byte{
		"metadata/a.json": bytes.Repeat([]byte("a"), 700_000),
		"metadata/b.json": bytes.Repeat([]byte("日"), 200_000),
		"metadata/c.json": bytes.Repeat([]byte("c"), 3<<20),
		"metadata/d.json": {0xff, 0xfe, 0, '\r', '\n'},
		"metadata/e.json": []byte("crlf\r\n \u2028 <&>\x00"),
	}
	for path, data := range files {
		c.Files = append([]release.File{{Path: path, Data: data}}, c.Files...)
	}
	if err := g.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		if got, err := g.Read(t.Context(), path, 4<<20); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes of %d, %v", path, len(got), len(want), err)
		}
	}
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git to ask")
	}
	dir := t.TempDir()
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), git, append([]string{"-C", dir}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run("init", "--quiet", "--bare", ".")
	if err := w.WriteGit(repo, dir); err != nil {
		t.Fatal(err)
	}
	run("fsck", "--strict")
	if got := run("log", "--format=%P|%s", "koshin"); got != "|Publish state 1\n" {
		t.Errorf("the branch has the history %q; want one commit without a parent", got)
	}
}

// TestAnotherTree: what GitHub made of the files is compared with what was
// meant.
func TestAnotherTree(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	g := w.open(t, secret)
	var tree struct{ SHA string }
	w.get(t, "/git/trees/main", &tree)
	w.Intercept(once(http.MethodPost, "/git/trees", githubtest.Fault{Status: http.StatusCreated, Body: `{"sha":"` + tree.SHA + `"}`}))
	if err := g.Commit(t.Context(), commitOf(nil, "1")); err == nil {
		t.Error("it was committed")
	}
	if _, err := g.Size(t.Context(), timestamp); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the branch was made: %v", err)
	}
}

// TestAnswerLost: a branch that moved has moved, whoever heard of it.
func TestAnswerLost(t *testing.T) {
	for base, method := range map[string]string{"": http.MethodPost, "1": http.MethodPatch} {
		w := newWorld(t, githubtest.Repo{})
		g := w.open(t, secret)
		c := commitOf(nil, "1")
		if base != "" {
			if err := g.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			c = commitOf([]byte(base), "2")
		}
		w.Intercept(once(method, "/git/refs", githubtest.Fault{After: true}))
		if err := g.Commit(t.Context(), c); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestOtherAnswers: what GitHub says that git has is compared with its name,
// and a folder that was cut is no folder.
func TestOtherAnswers(t *testing.T) {
	for part, body := range map[string]string{
		"/git/blobs/": "another timestamp",
		"/git/trees/": `{"tree":[],"truncated":true}`,
	} {
		w := newWorld(t, githubtest.Repo{})
		if err := w.open(t, secret).Commit(t.Context(), commitOf(nil, "1")); err != nil {
			t.Fatal(err)
		}
		w.Intercept(once(http.MethodGet, part, githubtest.Fault{Status: http.StatusOK, Body: body}))
		if data, err := w.open(t, secret).Read(t.Context(), timestamp, 1<<10); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %q, %v", part, data, err)
		}
	}
}
