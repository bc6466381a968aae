package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// Destination is a place that operators' PCs read the repository from. Paths
// are those of the working copy, with slashes.
type Destination interface {
	// Size is the length of a file in bytes; not there: fs.ErrNotExist.
	Size(ctx context.Context, path string) (int64, error)
	// Read returns a whole file of at most limit bytes. Not there:
	// fs.ErrNotExist; longer: manifest.ErrTooLarge.
	Read(ctx context.Context, path string, limit int64) ([]byte, error)
	// Write puts size bytes of r at path. A reader sees the whole new file, or
	// what was there before, never a part; when r fails nothing has changed.
	Write(ctx context.Context, path string, r io.Reader, size int64) error
}

// Published counts what one [Repository.Publish] did.
type Published struct {
	Files, Bytes int64 // uploaded
	Present      int64 // files that were there already
}

// Publish copies what a client needs to a destination: packages and manifests,
// then the roles, snapshot, roots, and timestamp.json last, so that a reader in
// between sees the old repository or the new one. It may be cut off anywhere
// and repeated; what has arrived is not sent again.
//
// It refuses a repository that a client would refuse ([ErrUnverifiable], for
// instance an expired timestamp: refresh first), and a destination that holds
// a newer ([ErrDestinationNewer]) or another repository
// ([ErrDestinationDifferent]). progress may be nil.
func (r *Repository) Publish(ctx context.Context, to Destination, progress func(done, total int64)) (Published, error) {
	s, unlock, err := r.read(ctx)
	if err != nil {
		return Published{}, fmt.Errorf("publish: %w", err)
	}
	defer unlock()
	if err := r.verify(ctx, tree{r.dir}, s, nil); err != nil {
		return Published{}, fmt.Errorf("publish: %w", err)
	}
	u := &upload{from: r.dir, to: to, progress: progress}
	if err := u.sameRepository(ctx, s); err != nil {
		return Published{}, fmt.Errorf("publish: %w", err)
	}
	if err := u.run(ctx, s.files()); err != nil {
		return u.done, fmt.Errorf("publish: %w", err)
	}
	return u.done, nil
}

// file is one file to publish. A package's or manifest's hash is known; a role
// file is compared with what is there.
type file struct {
	path   string
	sha256 *manifest.Digest
}

// files lists what a client can reach from the timestamp, in upload order.
func (s *state) files() []file {
	var files []file
	add := func(path string) { files = append(files, file{path: path}) }
	for id, role := range s.roles {
		for name, target := range role.Signed.Targets {
			sum := manifest.Digest(target.Hashes["sha256"])
			files = append(files, file{path: targetPath(name, sum), sha256: &sum})
		}
		add(rolePath(role.Signed.Version, string(id)))
	}
	add(rolePath(s.targets.Signed.Version, metadata.TARGETS))
	add(rolePath(s.snapshot.Signed.Version, metadata.SNAPSHOT))
	for version := int64(1); version <= s.root.Signed.Version; version++ {
		add(rolePath(version, metadata.ROOT))
	}
	add(timestampPath)
	slices.SortFunc(files, func(a, b file) int {
		if d := uploadRank(a.path) - uploadRank(b.path); d != 0 {
			return d
		}
		return compareNumbered(a.path, b.path)
	})
	return files
}

// compareNumbered sorts 2.root.json before 10.root.json.
func compareNumbered(a, b string) int {
	if len(a) != len(b) && uploadRank(a) == rankRoot {
		return len(a) - len(b)
	}
	return slices.Compare([]byte(a), []byte(b))
}

type upload struct {
	from     string
	to       Destination
	progress func(done, total int64)
	sent     int64
	total    int64
	done     Published
}

// sameRepository refuses a destination whose history is not a part of ours.
func (u *upload) sameRepository(ctx context.Context, s *state) error {
	there, err := u.to.Read(ctx, timestampPath, maxMetadata)
	if errors.Is(err, fs.ErrNotExist) {
		return u.checkAnchor(ctx, false)
	}
	if err != nil {
		return err
	}
	if err := u.checkAnchor(ctx, true); err != nil {
		return err
	}
	next := rolePath(s.root.Signed.Version+1, metadata.ROOT)
	if _, err := u.to.Size(ctx, next); err == nil {
		return fmt.Errorf("%w: it has %s", ErrDestinationNewer, next)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	published, err := new(metadata.Metadata[metadata.TimestampType]).FromBytes(there)
	if err != nil {
		return nil // cut off while it was written; it will be replaced
	}
	ours := s.timestamp.Signed.Version
	switch theirs := published.Signed.Version; {
	case theirs > ours:
		return fmt.Errorf("%w: its timestamp is number %d, ours %d", ErrDestinationNewer, theirs, ours)
	case theirs == ours:
		return u.checkSame(ctx, timestampPath, there)
	}
	return u.checkHistory(ctx, published.Signed.Meta["snapshot.json"])
}

// checkHistory finds a working copy that went another way: each change has its
// own snapshot number and every snapshot is kept, so theirs must be one of
// ours. Otherwise clients could see a role's version go down, and would refuse
// it for ever.
func (u *upload) checkHistory(ctx context.Context, snapshot *metadata.MetaFiles) error {
	if snapshot == nil {
		return nil
	}
	path := rolePath(snapshot.Version, metadata.SNAPSHOT)
	there, err := u.to.Read(ctx, path, maxMetadata)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no client can read that state
	}
	if err != nil {
		return err
	}
	return u.checkSame(ctx, path, there)
}

// checkAnchor compares the first root, which never changes.
func (u *upload) checkAnchor(ctx context.Context, needed bool) error {
	there, err := u.to.Read(ctx, anchorPath, maxMetadata)
	if errors.Is(err, fs.ErrNotExist) && !needed {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: it has a timestamp and no %s", ErrDestinationDifferent, anchorPath)
	}
	if err != nil {
		return err
	}
	return u.checkSame(ctx, anchorPath, there)
}

func (u *upload) checkSame(ctx context.Context, path string, there []byte) error {
	here, err := tree{u.from}.Fetch(ctx, path, maxMetadata)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil || !bytes.Equal(here, there) {
		return fmt.Errorf("%w: its %s is not ours", ErrDestinationDifferent, path)
	}
	return nil
}

func (u *upload) run(ctx context.Context, files []file) error {
	var missing []file
	for _, f := range files {
		size, present, err := u.compare(ctx, f)
		if err != nil {
			return err
		}
		if present {
			u.done.Present++
			continue
		}
		missing = append(missing, f)
		u.total += size
	}
	for _, f := range missing {
		if err := u.send(ctx, f); err != nil {
			return fmt.Errorf("upload %s: %w", f.path, err)
		}
	}
	return nil
}

// compare says whether a file has arrived. A name with a hash is the same file
// when the length is; a role's file is compared byte for byte, which also finds
// another history of the same repository.
func (u *upload) compare(ctx context.Context, f file) (size int64, present bool, err error) {
	info, err := os.Stat(filepath.Join(u.from, filepath.FromSlash(f.path)))
	if err != nil {
		return 0, false, err
	}
	if f.sha256 != nil {
		there, err := u.to.Size(ctx, f.path)
		if errors.Is(err, fs.ErrNotExist) {
			return info.Size(), false, nil
		}
		return info.Size(), err == nil && there == info.Size(), err
	}
	there, err := u.to.Read(ctx, f.path, maxMetadata)
	if errors.Is(err, fs.ErrNotExist) {
		return info.Size(), false, nil
	}
	if err != nil {
		return 0, false, err
	}
	err = u.checkSame(ctx, f.path, there)
	if f.path == timestampPath {
		return info.Size(), err == nil, nil // the one file that is replaced
	}
	return info.Size(), err == nil, err
}

func (u *upload) send(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	source, err := os.Open(filepath.Join(u.from, filepath.FromSlash(f.path)))
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	body := &checkedReader{ctx: ctx, r: source, want: f.sha256, hash: sha256.New(), sent: func(n int) {
		u.sent += int64(n)
		if u.progress != nil {
			u.progress(u.sent, u.total)
		}
	}}
	if err := u.to.Write(ctx, f.path, body, info.Size()); err != nil {
		return err
	}
	u.done.Files++
	u.done.Bytes += info.Size()
	return nil
}

// checkedReader ends with an error instead of io.EOF when the bytes were not
// those that were signed, so that a package damaged on this disk is never put
// in place.
type checkedReader struct {
	ctx  context.Context
	r    io.Reader
	want *manifest.Digest
	sent func(n int)
	hash hash.Hash
}

func (c *checkedReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.hash.Write(p[:n])
	c.sent(n)
	if err == io.EOF && c.want != nil && manifest.Digest(c.hash.Sum(nil)) != *c.want {
		return n, fmt.Errorf("%w: the file's sha256 is not the one that was signed", ErrDamaged)
	}
	return n, err
}
