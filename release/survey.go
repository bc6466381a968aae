package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/sync/errgroup"
)

// host is a destination, compared with a working copy.
type host struct {
	Destination
	patience
	dir   string
	state *state
}

// survey is what a destination lacks.
type survey struct {
	base     []byte // its timestamp.json
	packages []Package
	small    []File // nothing, or timestamp.json is the last
	present  int64
}

func (s *survey) bytes() int64 {
	var sum int64
	for _, p := range s.packages {
		sum += p.Size
	}
	for _, f := range s.small {
		sum += int64(len(f.Data))
	}
	return sum
}

// survey looks at every file that a client could ask for, before anything is
// sent.
func (h *host) survey(ctx context.Context) (*survey, error) {
	base, err := h.sameRepository(ctx)
	if err != nil {
		return nil, err
	}
	packages, small := h.state.packages(), h.state.smallFiles()
	data := make([][]byte, len(small)) // nil: it is there
	missing := make([]bool, len(packages))
	group, each := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i, p := range packages {
		group.Go(func() (err error) {
			missing[i], err = h.lacks(each, p)
			return err
		})
	}
	for i, f := range small[:len(small)-1] {
		group.Go(func() (err error) {
			data[i], err = h.lacksSmall(each, f, base == nil)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	timestamp, err := tree{h.dir}.Fetch(ctx, timestampPath, maxMetadata)
	if err != nil {
		return nil, err
	}
	s := &survey{base: base}
	for i, p := range packages {
		if !missing[i] {
			continue
		}
		if _, err := os.Stat(filepath.Join(h.dir, filepath.FromSlash(p.Path))); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: %s is neither in this working copy nor at the destination", ErrDamaged, p.Path)
		}
		s.packages = append(s.packages, p)
	}
	for i, f := range small {
		if data[i] != nil {
			s.small = append(s.small, File{Path: f.path, Data: data[i]})
		}
	}
	if len(s.small) > 0 || !bytes.Equal(base, timestamp) {
		s.small = append(s.small, File{Path: timestampPath, Data: timestamp})
	}
	s.present = int64(len(packages) + len(small) - len(s.packages) - len(s.small))
	return s, nil
}

// lacks says whether a package has yet to be sent. Its name holds its hash, so
// the length tells.
func (h *host) lacks(ctx context.Context, p Package) (bool, error) {
	var there int64
	err := h.try(ctx, "look for "+p.Path, func(int) (err error) {
		there, err = h.Size(ctx, p.Path)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err == nil && there != p.Size {
		err = fmt.Errorf("%w: %s has %d bytes there, and %d were signed", ErrDestinationDamaged, p.Path, there, p.Size)
	}
	return false, err
}

// lacksSmall returns what has yet to be sent, nil when it is there, byte for
// byte. Other bytes are another publisher's when these sign for themselves, or
// when nobody has finished publishing there yet.
func (h *host) lacksSmall(ctx context.Context, f smallFile, unfinished bool) ([]byte, error) {
	here, err := tree{h.dir}.Fetch(ctx, f.path, maxMetadata)
	if err != nil {
		return nil, err
	}
	if f.sha256 != nil && digestOf(here) != *f.sha256 {
		return nil, fmt.Errorf("%w: the sha256 of %s is not the one that was signed", ErrDamaged, f.path)
	}
	there, err := h.read(ctx, f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return here, nil
	case err != nil:
		return nil, err
	case bytes.Equal(here, there):
		return nil, nil
	case f.sha256 != nil || !unfinished && !h.signed(f.role, there):
		return nil, fmt.Errorf("%w: %s", ErrDestinationDamaged, f.path)
	}
	return nil, fmt.Errorf("%w: its %s is not ours", ErrDestinationDifferent, f.path)
}

func (h *host) read(ctx context.Context, path string) (data []byte, err error) {
	err = h.try(ctx, "read "+path, func(int) error {
		data, err = h.Read(ctx, path, maxMetadata)
		return err
	})
	return data, err
}

// sameRepository returns the destination's timestamp.json, or refuses one
// whose history is not a part of ours.
func (h *host) sameRepository(ctx context.Context) ([]byte, error) {
	base, err := h.read(ctx, timestampPath)
	empty := errors.Is(err, fs.ErrNotExist)
	if err != nil && !empty {
		return nil, err
	}
	if err := h.sameAnchor(ctx, empty); err != nil || empty {
		return nil, err
	}
	if err := h.noneAfter(ctx, h.state.root.Signed.Version, metadata.ROOT); err != nil {
		return nil, err
	}
	published, err := new(metadata.Metadata[metadata.TimestampType]).FromBytes(base)
	if err != nil || !h.signed(metadata.TIMESTAMP, base) {
		// Edited or cut short: no client reads it, and ours will replace it,
		// unless there are signs that it was a later one.
		return base, h.noneAfter(ctx, h.state.snapshot.Signed.Version, metadata.SNAPSHOT)
	}
	ours, theirs := h.state.timestamp.Signed.Version, published.Signed.Version
	switch {
	case theirs > ours:
		return nil, fmt.Errorf("%w: its timestamp is number %d, ours %d", ErrDestinationNewer, theirs, ours)
	case theirs == ours && !h.equals(ctx, timestampPath, base):
		return nil, fmt.Errorf("%w: its %s is not ours", ErrDestinationDifferent, timestampPath)
	case theirs == ours:
		return base, nil
	}
	return base, h.sameHistory(ctx, published.Signed.Meta["snapshot.json"])
}

// noneAfter refuses a destination that has the next version of a role.
func (h *host) noneAfter(ctx context.Context, version int64, role string) error {
	next := rolePath(version+1, role)
	err := h.try(ctx, "look for "+next, func(int) error {
		_, err := h.Size(ctx, next)
		return err
	})
	if err == nil {
		return fmt.Errorf("%w: it has %s", ErrDestinationNewer, next)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// sameHistory finds a working copy that went another way: each change has its
// own snapshot number and every snapshot is kept, so theirs must be one of
// ours. Otherwise clients could see a role's version go down, and would refuse
// it for ever.
func (h *host) sameHistory(ctx context.Context, snapshot *metadata.MetaFiles) error {
	if snapshot == nil {
		return nil
	}
	path := rolePath(snapshot.Version, metadata.SNAPSHOT)
	there, err := h.read(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no client can read that state
	}
	if err != nil {
		return err
	}
	if !h.signed(metadata.SNAPSHOT, there) {
		return fmt.Errorf("%w: %s", ErrDestinationDamaged, path)
	}
	return h.same(ctx, path, there)
}

// sameAnchor compares the first root, which never changes.
func (h *host) sameAnchor(ctx context.Context, empty bool) error {
	there, err := h.read(ctx, anchorPath)
	switch {
	case errors.Is(err, fs.ErrNotExist) && empty:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: it has a timestamp and no %s", ErrDestinationDifferent, anchorPath)
	case err != nil:
		return err
	}
	return h.same(ctx, anchorPath, there)
}

// same says whose fault it is that a file of our history is another one there.
func (h *host) same(ctx context.Context, path string, there []byte) error {
	here, err := tree{h.dir}.Fetch(ctx, path, maxMetadata)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && bytes.Equal(here, there) {
		return nil
	}
	if path == anchorPath && !intact(there) {
		return fmt.Errorf("%w: %s", ErrDestinationDamaged, path)
	}
	if path == anchorPath && !intact(here) || path != anchorPath && !h.signed(metadata.SNAPSHOT, here) {
		return fmt.Errorf("%w: %s is missing or was changed", ErrDamaged, path)
	}
	return fmt.Errorf("%w: its %s is not ours", ErrDestinationDifferent, path)
}

func (h *host) equals(ctx context.Context, path string, there []byte) bool {
	here, err := tree{h.dir}.Fetch(ctx, path, maxMetadata)
	return err == nil && bytes.Equal(here, there)
}

// signed tells another publisher's file, which has the role's signatures, from
// one that was edited or cut short.
func (h *host) signed(role string, data []byte) bool {
	root := h.state.root
	switch role {
	case metadata.ROOT:
		m, err := new(metadata.Metadata[metadata.RootType]).FromBytes(data)
		return err == nil && root.VerifyDelegate(role, m) == nil
	case metadata.TARGETS:
		m, err := new(metadata.Metadata[metadata.TargetsType]).FromBytes(data)
		return err == nil && root.VerifyDelegate(role, m) == nil
	case metadata.SNAPSHOT:
		m, err := new(metadata.Metadata[metadata.SnapshotType]).FromBytes(data)
		return err == nil && root.VerifyDelegate(role, m) == nil
	case metadata.TIMESTAMP:
		m, err := new(metadata.Metadata[metadata.TimestampType]).FromBytes(data)
		return err == nil && root.VerifyDelegate(role, m) == nil
	}
	m, err := new(metadata.Metadata[metadata.TargetsType]).FromBytes(data)
	return err == nil && h.state.targets.VerifyDelegate(role, m) == nil
}

// intact says that each signature of a first root is good. Two of three make
// it valid; if the third is not, somebody edited the file.
func intact(data []byte) bool {
	m, err := new(metadata.Metadata[metadata.RootType]).FromBytes(data)
	if err != nil || m.Signed.Roles[metadata.ROOT] == nil || len(m.Signatures) < m.Signed.Roles[metadata.ROOT].Threshold {
		return false
	}
	judge, err := new(metadata.Metadata[metadata.RootType]).FromBytes(data)
	if err != nil {
		return false
	}
	judge.Signed.Roles[metadata.ROOT].Threshold = 1
	for _, one := range m.Signatures {
		alone := *m
		alone.Signatures = []metadata.Signature{one}
		if judge.VerifyDelegate(metadata.ROOT, &alone) != nil {
			return false
		}
	}
	return true
}
