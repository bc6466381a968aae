package release

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/sync/errgroup"

	"github.com/koshin-updater/koshin/manifest"
)

// parallel is how many packages are uploaded at once, and how many questions
// are asked: it hides the way to the host, and four buffers fit any PC.
const parallel = 4

// Published counts what one [Repository.Publish] did.
type Published struct {
	Files, Bytes int64     // uploaded
	Present      int64     // files that were there already
	Packages     []Package // uploaded, by product and newest first, without Open
}

// Publish copies what a client needs to a destination: packages, several at
// once, and then everything small in one [Commit], so that a reader in between
// sees the old repository or the new one. It may be cut off anywhere and
// repeated; what has arrived is not sent again. Calls that failed with a
// [*Temporary] are repeated up to four times.
//
// It refuses a repository that a client would refuse ([ErrUnverifiable], for
// instance an expired timestamp: refresh first), and a destination that holds
// a newer ([ErrDestinationNewer]) or another repository
// ([ErrDestinationDifferent]), was edited ([ErrDestinationDamaged]), or was
// published to by somebody else meanwhile ([ErrDestinationChanged]). progress
// counts bytes; it may be nil, and is not called twice at once.
func (r *Repository) Publish(ctx context.Context, to Destination, progress func(done, total int64)) (Published, error) {
	done, err := r.publish(ctx, to, progress)
	if err != nil {
		return done, fmt.Errorf("publish: %w", err)
	}
	return done, nil
}

func (r *Repository) publish(ctx context.Context, to Destination, progress func(done, total int64)) (Published, error) {
	host, unlock, err := r.host(ctx, to)
	if err != nil {
		return Published{}, err
	}
	defer unlock()
	found, err := host.survey(ctx)
	if err != nil {
		return Published{}, err
	}
	u := &upload{host: host, survey: found, meter: &meter{tell: progress, total: found.bytes()}, sent: make([]bool, len(found.packages))}
	err = u.run(ctx)
	return u.done(), err
}

// Missing is what [Repository.Publish] would upload now. It changes nothing,
// and refuses what Publish refuses before it uploads.
func (r *Repository) Missing(ctx context.Context, to Destination) (Published, error) {
	host, unlock, err := r.host(ctx, to)
	if err != nil {
		return Published{}, fmt.Errorf("compare with the destination: %w", err)
	}
	defer unlock()
	found, err := host.survey(ctx)
	if err != nil {
		return Published{}, fmt.Errorf("compare with the destination: %w", err)
	}
	files := int64(len(found.packages) + len(found.small))
	return Published{Files: files, Bytes: found.bytes(), Present: found.present, Packages: found.packages}, nil
}

// host holds a destination against a working copy that a client would accept.
func (r *Repository) host(ctx context.Context, to Destination) (*host, func(), error) {
	s, unlock, err := r.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := r.verify(ctx, tree{r.dir}, s, nil); err != nil {
		unlock()
		return nil, nil, err
	}
	if limited, ok := to.(Limited); ok {
		if err := limited.Accepts(s.packages()); err != nil {
			unlock()
			return nil, nil, err
		}
	}
	return &host{Destination: to, patience: patience{r.options.Wait, r.options.Log}, dir: r.dir, state: s}, unlock, nil
}

// upload sends what is missing.
type upload struct {
	*host
	*survey
	meter     *meter
	sent      []bool // each of survey.packages
	committed bool
}

func (u *upload) done() Published {
	p := Published{Present: u.present}
	for i, one := range u.packages {
		if u.sent[i] {
			p.Packages = append(p.Packages, one)
			p.Files, p.Bytes = p.Files+1, p.Bytes+one.Size
		}
	}
	if u.committed {
		for _, f := range u.small {
			p.Files, p.Bytes = p.Files+1, p.Bytes+int64(len(f.Data))
		}
	}
	return p
}

func (u *upload) run(ctx context.Context) error {
	group, each := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, p := range u.packages {
		group.Go(func() error {
			err := u.put(each, p)
			u.sent[i] = err == nil
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if len(u.small) == 0 {
		return nil
	}
	commit := Commit{Base: u.base, Files: u.small, Builds: u.state.builds(), Message: u.state.message()}
	err := u.try(ctx, "upload metadata", func(int) error { return u.Commit(ctx, commit) })
	if errors.Is(err, ErrDestinationChanged) {
		err = u.afterRace(ctx, err)
	}
	if err != nil {
		return err
	}
	u.committed = true
	for _, f := range u.small {
		u.meter.add(int64(len(f.Data)))
	}
	return nil
}

// put uploads a package. Before it starts again it looks whether only the
// answer was lost.
func (u *upload) put(ctx context.Context, p Package) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := &source{ctx: ctx, file: filepath.Join(u.dir, filepath.FromSlash(p.Path)), size: p.Size, want: p.SHA256, meter: u.meter}
	p.Open = s.open
	err := u.try(ctx, "upload "+p.Path, func(attempt int) error {
		if attempt > 1 {
			if size, err := u.Size(ctx, p.Path); err == nil && size == p.Size {
				return nil
			}
		}
		return u.Put(ctx, p)
	})
	if err != nil {
		return err
	}
	s.finish()
	return nil
}

// packages lists every package that the roles promise.
func (s *state) packages() []Package {
	var all []Package
	for _, id := range s.ids() {
		for _, b := range s.products[id].Builds {
			for _, pkg := range b.Packages {
				all = append(all, Package{Path: targetPath(pkg.Target, pkg.SHA256), Product: id, Version: b.Version, Size: pkg.Size, SHA256: pkg.SHA256})
			}
		}
	}
	return all
}

// smallFile is a manifest, whose hash is known, or a role.
type smallFile struct {
	path   string
	role   string // of metadata
	sha256 *manifest.Digest
}

// smallFiles lists what a client can reach from the timestamp besides
// packages, in the order in which it is to appear.
func (s *state) smallFiles() []smallFile {
	var files []smallFile
	add := func(version int64, role string) {
		files = append(files, smallFile{path: rolePath(version, role), role: role})
	}
	for id, role := range s.roles {
		for name, target := range role.Signed.Targets {
			if sum := manifest.Digest(target.Hashes["sha256"]); isManifest(name) {
				files = append(files, smallFile{path: targetPath(name, sum), sha256: &sum})
			}
		}
		add(role.Signed.Version, string(id))
	}
	add(s.targets.Signed.Version, metadata.TARGETS)
	add(s.snapshot.Signed.Version, metadata.SNAPSHOT)
	for version := int64(1); version <= s.root.Signed.Version; version++ {
		add(version, metadata.ROOT)
	}
	files = append(files, smallFile{path: timestampPath, role: metadata.TIMESTAMP})
	slices.SortFunc(files, func(a, b smallFile) int {
		return cmp.Or(uploadRank(a.path)-uploadRank(b.path), compareNumbered(a.path, b.path))
	})
	return files
}

// isManifest tells <product>/<channel>.v1.json from <product>/<version>/<package>.
func isManifest(target string) bool { return strings.Count(target, "/") == 1 }

// compareNumbered sorts 2.root.json before 10.root.json.
func compareNumbered(a, b string) int {
	if len(a) != len(b) && uploadRank(a) == rankRoot {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// builds is everything that the state refers to.
func (s *state) builds() []PublishedBuild {
	var all []PublishedBuild
	for _, id := range s.ids() {
		p := s.products[id]
		for _, b := range p.Builds {
			one := PublishedBuild{Product: id, Title: p.Title, Version: b.Version, Released: b.Released, Notes: b.Notes}
			if b.Withdrawn != nil {
				one.Withdrawn = b.Withdrawn.Reason
			}
			if stable := p.Channels[manifest.Stable]; stable != nil {
				one.Stable = slices.ContainsFunc(stable.Builds, func(in Promoted) bool { return in.Version.Equal(b.Version) })
			}
			for _, pkg := range b.Packages {
				one.Paths = append(one.Paths, targetPath(pkg.Target, pkg.SHA256))
			}
			all = append(all, one)
		}
	}
	return all
}

// message names the state, and what its channels offer first.
func (s *state) message() string {
	words := []string{fmt.Sprintf("Publish state %d", s.timestamp.Signed.Version)}
	for _, id := range s.ids() {
		for _, name := range slices.Sorted(maps.Keys(s.products[id].Channels)) {
			if builds := s.products[id].Channels[name].Builds; len(builds) > 0 {
				words = append(words, fmt.Sprintf("%s %s %s", id, builds[0].Version, name))
			}
		}
	}
	return strings.Join(words, "; ")
}

// digestOf is the name that bytes have in the repository.
func digestOf(data []byte) manifest.Digest { return sha256.Sum256(data) }
