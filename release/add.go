package release

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// Build names a package to add, and what is said about its build. Where a
// field of the second group is empty, what an earlier package of the same
// build said stays.
type Build struct {
	Product  manifest.ProductID
	Version  manifest.Version
	OS, Arch string // as GOOS and GOARCH

	Released manifest.Date // default: today
	Notes    manifest.Text
	MinOS    manifest.Version
}

// Added is what [Repository.AddTree] made.
type Added struct {
	Package   manifest.Package
	Unchanged bool // it was there already
}

// AddTree makes a package of the folder dir and adds it to a build. The same
// folder gives the same bytes. Nobody is offered the build before
// [Repository.Promote]; a further platform of a promoted build is offered at
// once. Adding the same bytes again changes nothing; other bytes under a
// version that exists are [ErrExists]. progress may be nil.
//
// Memory does not grow with the size of the files.
func (r *Repository) AddTree(ctx context.Context, b Build, dir string, progress func(done, total int64)) (Added, error) {
	var added Added
	err := r.changeProduct(ctx, b.Product, func(c *change, p *Product) error {
		target, err := r.checkBuild(p, b)
		if err != nil {
			return err
		}
		pkg, staged, err := c.writeTree(ctx, b, dir, progress)
		if err != nil {
			return err
		}
		pkg.Target = target
		added.Package = pkg
		if err := p.add(b, pkg, manifest.DateOf(r.options.Now())); err != nil {
			return err
		}
		return c.keepPackage(staged, pkg)
	})
	if errors.Is(err, errSame) {
		added.Unchanged = true
		return added, nil
	}
	if err != nil {
		return Added{}, fmt.Errorf("add %s %s for %s/%s: %w", b.Product, b.Version, b.OS, b.Arch, err)
	}
	return added, nil
}

// errSame ends a change that would change nothing.
var errSame = errors.New("nothing to change")

// maxAhead is how far ahead of this clock a release date may be: a day that
// has begun in Japan and not yet in UTC.
const maxAhead = 24 * time.Hour

// checkBuild refuses what can be refused before the work of packing, and names
// the target.
func (r *Repository) checkBuild(p *Product, b Build) (target string, err error) {
	if b.Version.IsZero() {
		return "", fmt.Errorf("%w: it is missing", manifest.ErrVersion)
	}
	for _, word := range []string{b.OS, b.Arch} {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return "", fmt.Errorf("%w: %q/%q; write them as Go does, such as windows/amd64", ErrPlatform, b.OS, b.Arch)
		}
	}
	if !b.Released.IsZero() && b.Released.Time().After(r.options.Now().Add(maxAhead)) {
		return "", fmt.Errorf("%w: released %s", ErrFuture, b.Released)
	}
	target = fmt.Sprintf("%s/%s/%s-%s.tree", p.ID, strings.ToLower(b.Version.String()), b.OS, b.Arch)
	if err := manifest.CheckTargetName(target); err != nil {
		return "", err
	}
	for _, have := range p.Builds {
		if have.Version.Equal(b.Version) && have.Version.String() != b.Version.String() {
			return "", fmt.Errorf("%w: this version, written %s", ErrExists, have.Version)
		}
		for _, pkg := range have.Packages {
			if pkg.Target == target && !have.Version.Equal(b.Version) {
				return "", fmt.Errorf("%w: %s differs only in case", ErrExists, have.Version)
			}
		}
	}
	return target, nil
}

// writeTree packs dir into a file in pending/.
func (c *change) writeTree(ctx context.Context, b Build, dir string, progress func(done, total int64)) (manifest.Package, string, error) {
	none := manifest.Package{}
	if info, err := os.Stat(dir); err != nil {
		return none, "", err
	} else if !info.IsDir() {
		return none, "", fmt.Errorf("%w: kind tree takes a folder, and %s is a file", ErrKind, dir)
	}
	if err := os.MkdirAll(filepath.Join(c.pending, targetsDir), 0o755); err != nil {
		return none, "", err
	}
	f, err := os.OpenFile(filepath.Join(c.pending, targetsDir, "unfinished"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return none, "", err
	}
	defer f.Close()
	hash := sha256.New()
	count := new(counter)
	info, err := pack.WriteTree(ctx, io.MultiWriter(f, hash, count), dir, pack.Options{OS: b.OS, Progress: progress})
	if err != nil {
		return none, "", err
	}
	if err := f.Sync(); err != nil {
		return none, "", err
	}
	return manifest.Package{
		OS:            b.OS,
		Arch:          b.Arch,
		Kind:          manifest.Tree,
		Size:          count.n,
		SHA256:        manifest.Digest(hash.Sum(nil)),
		InstalledSize: info.InstalledSize,
		TreeSHA256:    info.TreeSHA256,
	}, f.Name(), f.Close()
}

// keepPackage gives the packed file its name.
func (c *change) keepPackage(staged string, pkg manifest.Package) error {
	to := filepath.Join(c.pending, filepath.FromSlash(targetPath(pkg.Target, pkg.SHA256)))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	c.fresh = append(c.fresh, pkg)
	return os.Rename(staged, to)
}

// add puts a package into its build, which it makes when there is none.
func (p *Product) add(b Build, pkg manifest.Package, today manifest.Date) error {
	build, err := p.build(b.Version)
	if err != nil {
		p.Builds = append(p.Builds, manifest.Build{Version: b.Version, Released: today})
		build = &p.Builds[len(p.Builds)-1]
	}
	before := *build
	if !b.Released.IsZero() {
		build.Released = b.Released
	}
	if b.Notes.JA != "" {
		build.Notes.JA = b.Notes.JA
	}
	if b.Notes.EN != "" {
		build.Notes.EN = b.Notes.EN
	}
	if !b.MinOS.IsZero() {
		build.MinOS = b.MinOS
	}
	for _, have := range build.Packages {
		if have.OS != pkg.OS || have.Arch != pkg.Arch {
			continue
		}
		if have.SHA256 != pkg.SHA256 {
			return fmt.Errorf("%w: with other content; what was published never changes, take a new version", ErrExists)
		}
		if build.Released == before.Released && build.Notes == before.Notes && build.MinOS.Equal(before.MinOS) {
			return errSame
		}
		return nil
	}
	build.Packages = append(build.Packages, pkg)
	slices.SortFunc(p.Builds, func(a, b manifest.Build) int { return b.Version.Compare(a.Version) })
	return nil
}

// unpack reads a package's content to the end, as an installer would.
func unpack(ctx context.Context, r io.Reader, pkg manifest.Package) error {
	reader, err := pack.NewReader(r, pack.Want{Tree: pkg.TreeSHA256, Size: pkg.InstalledSize})
	if err != nil {
		return err
	}
	defer reader.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, content, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if content == nil {
			continue // a folder
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return err
		}
	}
}

// counter counts what is written.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
