package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/internal/durable"
)

// Build names a package to add, and what is said about its build. Where a
// field of the second group is empty, what an earlier package of the same
// build said stays.
type Build struct {
	Product  manifest.ProductID
	Version  manifest.Version
	OS, Arch string // as GOOS and GOARCH

	Kind      manifest.Kind       // default: tree
	Installer *manifest.Installer // kinds msi and setup: how it is run

	Released manifest.Date // default: today
	Notes    manifest.Text
	MinOS    manifest.Version

	// RestartAllowed lets an operator's PC finish the update while it starts
	// again, when the client cannot be replaced before. It can be said later, by
	// adding the same content once more, and then stays said.
	RestartAllowed bool

	// Signer is the publisher who must have signed the build's programs with
	// Authenticode: his certificate's common name, or a whole [manifest.Signer].
	// Who vouches for a name is taken from the newest earlier build of that
	// signer, or from the file itself when there is none. Empty is the signer of
	// the newest earlier build for the platform; [NoSigner] is none.
	Signer string
	// Sign, if any, signs one program in place, in a private copy of what is
	// added, and only if it is not signed as it must be already. It may change
	// nothing but the signature: [ErrSigningChanged].
	Sign func(ctx context.Context, file string) error
}

// Added is what [Repository.Add] made.
type Added struct {
	Package   manifest.Package
	Unchanged bool // it was there already
}

// Add makes a package of path and adds it to a build: of a folder for kind
// tree, of one file for the others. The same content gives the same bytes.
// Nobody is offered the build before [Repository.Promote]; a further platform
// of a promoted build is offered at once. Adding the same bytes again changes
// nothing; other bytes under a version that exists are [ErrExists]. progress
// may be nil.
//
// A build that needs a signature and does not have the right one is refused with
// one of manifest/authenticode's errors.
//
// Memory does not grow with the size of the files.
func (r *Repository) Add(ctx context.Context, b Build, path string, progress func(done, total int64)) (Added, error) {
	if b.Kind == "" {
		b.Kind = manifest.Tree
	}
	var added Added
	err := r.changeProduct(ctx, b.Product, func(c *change, p *Product) error {
		target, err := r.checkBuild(p, b)
		if err != nil {
			return err
		}
		if err := p.checkKind(b); err != nil {
			return err
		}
		if err := p.checkExe(b, path); err != nil {
			return err
		}
		defer c.dropSigned()
		source, err := c.signedSource(ctx, p, &b, path)
		if err != nil {
			return err
		}
		pkg, staged, err := c.writePackage(ctx, b, source, progress)
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
	target = fmt.Sprintf("%s/%s/%s-%s.%s", p.ID, strings.ToLower(b.Version.String()), b.OS, b.Arch, b.Kind)
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

// keepPackage gives the packed file its name.
func (c *change) keepPackage(staged string, pkg manifest.Package) error {
	to := filepath.Join(c.pending, filepath.FromSlash(targetPath(pkg.Target, pkg.SHA256)))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	c.fresh = append(c.fresh, pkg)
	return durable.Rename(staged, to)
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
	for i := range build.Packages {
		have := &build.Packages[i]
		if have.OS != pkg.OS || have.Arch != pkg.Arch {
			continue
		}
		if have.SHA256 != pkg.SHA256 || have.Kind != pkg.Kind || have.Signer != pkg.Signer || !reflect.DeepEqual(have.Installer, pkg.Installer) {
			return fmt.Errorf("%w: with other content or run in another way; what was published never changes, take a new version", ErrExists)
		}
		if build.Released == before.Released && build.Notes == before.Notes && build.MinOS.Equal(before.MinOS) && (have.RestartAllowed || !pkg.RestartAllowed) {
			return errSame
		}
		have.RestartAllowed = have.RestartAllowed || pkg.RestartAllowed
		return nil
	}
	build.Packages = append(build.Packages, pkg)
	slices.SortFunc(p.Builds, func(a, b manifest.Build) int { return b.Version.Compare(a.Version) })
	return nil
}
