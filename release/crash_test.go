package release

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

var errKilled = errors.New("killed")

// publisher is a repository with one promoted build, and a folder for a second.
type publisher struct {
	dir, keys, tree string
}

func newPublisher(t *testing.T) publisher {
	t.Helper()
	base := t.TempDir()
	p := publisher{dir: filepath.Join(base, "repo"), keys: filepath.Join(base, "keys"), tree: filepath.Join(base, "tree")}
	try(t, os.MkdirAll(p.tree, 0o755))
	try(t, os.WriteFile(filepath.Join(p.tree, "client.exe"), []byte("client"), 0o644))
	r, err := Init(t.Context(), p.dir, p.options())
	try(t, err)
	try(t, r.AddProduct(t.Context(), "torikomi-soshin", Definition{
		Title: manifest.Text{JA: "取込送信システム", EN: "Import and send"},
		Confirm: manifest.Confirm{Hosts: []manifest.Host{{
			URL: "https://reception.example/", ExpectStatus: manifest.StatusRange{Low: 200, High: 399}, Stacks: []manifest.Stack{manifest.StackGo},
		}}},
	}))
	p.add(t, r, "2.2.0")
	try(t, r.Promote(t.Context(), "torikomi-soshin", number(t, "2.2.0"), manifest.Stable, Everybody))
	return p
}

// copy is the same publisher with a working copy of its own.
func (p publisher) copy(t *testing.T) publisher {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repo")
	try(t, os.CopyFS(dir, os.DirFS(p.dir)))
	p.dir = dir
	return p
}

func (p publisher) options() Options {
	return Options{Keys: &Keys{Dir: p.keys}, Now: func() time.Time { return time.Date(2021, 4, 1, 9, 0, 0, 0, time.UTC) }}
}

func (p publisher) open(t *testing.T) *Repository {
	t.Helper()
	r, err := Open(p.dir, p.options())
	try(t, err)
	return r
}

func (p publisher) add(t *testing.T, r *Repository, v string) {
	t.Helper()
	_, err := r.Add(t.Context(), Build{Product: "torikomi-soshin", Version: number(t, v), OS: "windows", Arch: "amd64"}, p.tree, nil)
	try(t, err)
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	try(t, err)
	return v
}

// files is what the working copy holds, without koshin's own folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	try(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if e != nil && e.Name() == workDir {
				return fs.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		found[filepath.ToSlash(name)] = string(data)
		return err
	}))
	return found
}

// client reads a folder as a new client does, down to the hash of every
// package, and returns the versions it is offered.
func client(ctx context.Context, dir string, now func() time.Time) ([]string, error) {
	from := tree{dir}
	anchor, err := from.Fetch(ctx, anchorPath, maxMetadata)
	if err != nil {
		return nil, err
	}
	c, err := trust.Open(trust.Options{Anchor: anchor, Now: now})
	if err != nil {
		return nil, err
	}
	repository, err := c.Refresh(ctx, from)
	if err != nil {
		return nil, err
	}
	release, err := repository.Release(ctx, "torikomi-soshin", manifest.Stable)
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, b := range release.Manifest.Builds {
		versions = append(versions, b.Version.String())
		for _, pkg := range b.Packages {
			data, err := from.Fetch(ctx, targetPath(pkg.Target, pkg.SHA256), pkg.Size)
			if err != nil {
				return nil, err
			}
			if sha256.Sum256(data) != pkg.SHA256 {
				return nil, fmt.Errorf("%s has another hash", pkg.Target)
			}
		}
	}
	return versions, nil
}

// offer is one change with everything in it: a package, a definition, a
// manifest, roles.
func (p publisher) offer(ctx context.Context, t *testing.T, r *Repository) error {
	return r.changeProduct(ctx, "torikomi-soshin", func(c *change, product *Product) error {
		b := Build{Product: product.ID, Version: number(t, "2.3.0"), OS: "windows", Arch: "amd64", Kind: manifest.Tree}
		pkg, staged, err := c.writePackage(ctx, b, p.tree, nil)
		if err != nil {
			return err
		}
		if pkg.Target, err = r.checkBuild(product, b); err != nil {
			return err
		}
		if err := product.add(b, pkg, manifest.DateOf(r.options.Now())); err != nil {
			return err
		}
		product.promote(b.Version, manifest.Stable, Everybody)
		return c.keepPackage(staged, pkg)
	})
}

// TestKilledAtEveryPoint kills a change at each of its points, and the command
// that recovers too. A client that reads the working copy in between sees the
// old repository or the new one; afterwards it is one of the two, file for file.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	oldBuilds, newBuilds := []string{"2.2.0"}, []string{"2.3.0", "2.2.0"}
	seen := map[string]bool{}
	template := newPublisher(t)
	before := files(t, template.dir)
	for at := 0; ; at++ {
		p := template.copy(t)
		r := p.open(t)
		point, count := "", 0
		r.stop = func(name string) error {
			if count++; count <= at {
				return nil
			}
			point = name
			return errKilled
		}
		err := p.offer(t.Context(), t, r)
		if err == nil {
			if at < 8 {
				t.Fatalf("only %d points", at)
			}
			break // every point has been a place to die
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		versions, err := client(t.Context(), p.dir, p.options().Now)
		if err != nil || !slices.Equal(versions, oldBuilds) && !slices.Equal(versions, newBuilds) {
			t.Fatalf("killed at %q: a client sees %v, %v", point, versions, err)
		}
		p.recoverKilled(t)
		switch versions, err = client(t.Context(), p.dir, p.options().Now); {
		case err != nil:
			t.Fatalf("killed at %q, recovered: %v", point, err)
		case slices.Equal(versions, oldBuilds):
			seen["old"] = true
			if after := files(t, p.dir); !maps.Equal(before, after) {
				t.Errorf("killed at %q: the working copy is not as before", point)
			}
		case slices.Equal(versions, newBuilds):
			seen["new"] = true
		default:
			t.Errorf("killed at %q: %v", point, versions)
		}
		try(t, p.open(t).Verify(t.Context()))
		try(t, p.open(t).Refresh(t.Context()))
	}
	if !seen["old"] || !seen["new"] {
		t.Errorf("both endings should have been seen: %v", seen)
	}
}

// recoverKilled opens the working copy again and again, killed one point later
// each time, until it gets through.
func (p publisher) recoverKilled(t *testing.T) {
	t.Helper()
	for at := 0; at < 50; at++ {
		r := newRepository(p.dir, p.options())
		count := 0
		r.stop = func(string) error {
			if count++; count <= at {
				return nil
			}
			return errKilled
		}
		unlock, err := r.lock(false)
		try(t, err)
		err = r.recover()
		unlock()
		if err == nil {
			return
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if _, err := client(t.Context(), p.dir, p.options().Now); err != nil {
			t.Fatalf("killed while recovering: %v", err)
		}
	}
	t.Fatal("never recovered")
}

// TestRefusedByClient: what a client would refuse is thrown away.
func TestRefusedByClient(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	before := files(t, p.dir)
	keysBefore := files(t, p.keys)
	tests := []struct {
		name string
		edit func(*change) error
		want error
	}{
		{"a role outside its names", func(c *change) error {
			c.changed["torikomi-soshin"], c.targetsChanged = true, true
			c.targets.Signed.Delegations.Roles[0].Paths = []string{"elsewhere/*"}
			return nil
		}, trust.ErrWrongRelease},
		{"a signature of too few", func(c *change) error {
			c.targetsChanged = true
			c.targets.Signed.Delegations.Roles[0].Threshold = 2
			return nil
		}, trust.ErrSignature},
		{"a package that is not there", func(c *change) error {
			c.changed["torikomi-soshin"] = true
			p := c.products["torikomi-soshin"]
			p.Builds[0].Packages[0].SHA256 = manifest.Digest{1}
			return nil
		}, fs.ErrNotExist},
		{"a package with another content", func(c *change) error {
			c.fresh = append(c.fresh, c.products["torikomi-soshin"].Builds[0].Packages[0])
			c.fresh[0].TreeSHA256 = manifest.Digest{1}
			return nil
		}, ErrUnverifiable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := p.open(t).change(t.Context(), test.edit)
			if !errors.Is(err, ErrUnverifiable) || !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if !maps.Equal(before, files(t, p.dir)) || !maps.Equal(keysBefore, files(t, p.keys)) {
				t.Error("the working copy has changed")
			}
			if _, err := os.Stat(filepath.Join(p.dir, workDir, pendingDir)); err == nil {
				t.Error("unfinished work was left")
			}
		})
	}
}

// TestFailedCommit: when the one decisive rename fails, the new key goes too.
func TestFailedCommit(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	before, keysBefore := files(t, p.dir), files(t, p.keys)
	r := p.open(t)
	obstacle := filepath.Join(p.dir, workDir, commitDir, "obstacle")
	r.stop = func(point string) error {
		if point == "before commit" {
			return os.MkdirAll(obstacle, 0o755)
		}
		return nil
	}
	title := manifest.Text{JA: "簡易入力システム", EN: "Simple input"}
	product, err := r.Product("torikomi-soshin")
	try(t, err)
	if err := r.AddProduct(t.Context(), "kani-nyuryoku", Definition{Title: title, Confirm: product.Confirm}); err == nil {
		t.Fatal("committed over an obstacle")
	}
	if !maps.Equal(before, files(t, p.dir)) || !maps.Equal(keysBefore, files(t, p.keys)) {
		t.Error("something was left")
	}
	try(t, os.RemoveAll(filepath.Dir(obstacle)))
	try(t, p.open(t).Verify(t.Context()))
}
