package download

import (
	"context"
	"os"
)

// linker is a Source on a disk, which can give a file a second name there.
type linker interface {
	Link(path, name string) error
}

// linkSuffix is never a part's, which is written to: this is the source's file.
const linkSuffix = ".linked"

// link spares a copy where the source is a folder on the same volume. What can
// be read twice without a line in between need not be written first; whoever
// uses the file hashes it once more, so it does not matter that others may have
// a name for it. Where there is no link, or it is not the wanted file, a copy is
// tried and says why.
func link(ctx context.Context, source Source, want wanted, final string) (bool, error) {
	from, can := source.(linker)
	if !can {
		return false, nil
	}
	if _, err := os.Lstat(final + Unverified); err == nil {
		return false, nil // begun, and goes on
	}
	name := final + linkSuffix
	_ = os.Remove(name) // of a run that was killed
	if from.Link(want.path, name) != nil {
		return false, nil
	}
	there, err := verified(ctx, name, want) // or removed
	if !there {
		return false, err
	}
	if err := os.Rename(name, final); err != nil {
		_ = os.Remove(name) // who has the source's file open, holds its other names on Windows
		return false, nil
	}
	return true, nil
}
