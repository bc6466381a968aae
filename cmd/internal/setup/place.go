package setup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer/peversion"
	"github.com/koshin-updater/koshin/installer/selfswap"
	"github.com/koshin-updater/koshin/manifest"
)

// ErrNewer: the koshin that is installed is newer than the one to be installed.
var ErrNewer = errors.New("a newer koshin is installed")

// Allowed refuses to put an older koshin in the place of a newer one: what that
// wrote, the older one may not understand. It goes by what the program in its place
// says of itself; the list of installed programs may be wrong. One that is not there,
// or says nothing, may be replaced, and so may any by a koshin built without a version.
func Allowed(program string, fresh manifest.Version) (there manifest.Version, err error) {
	there = stated(program)
	if !fresh.IsZero() && fresh.Less(there) {
		return there, fmt.Errorf("%w: %s, and this is %s", ErrNewer, there, fresh)
	}
	return there, nil
}

// stated is the version that a program states; zero where there is none.
func stated(program string) manifest.Version {
	f, err := os.Open(program)
	if err != nil {
		return manifest.Version{}
	}
	defer f.Close() //nolint:errcheck // opened for reading
	is, err := peversion.Read(f)
	if err != nil {
		return manifest.Version{}
	}
	for _, text := range is.InOrder() {
		if v, err := manifest.ParseVersion(text); err == nil {
			return v
		}
	}
	return manifest.Version{}
}

// Place puts a copy of the program fresh at target. One that stands there may be
// running, and goes on: it is renamed into the folder aside, which is on the same
// volume, under a name of its own ("old-….exe"), and deleted when somebody can. It is
// flushed before it is renamed: after a cut there is the old program, the new
// one, or none, and never half of one.
func Place(fresh, target, aside string) error {
	next := selfswap.NewPath(target)
	if err := copyProgram(fresh, next); err != nil {
		return fmt.Errorf("write the new program: %w", err)
	}
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(next, target)
	}
	old, err := os.CreateTemp(aside, "old-*.exe") // for its name
	if err != nil {
		return err
	}
	if err := errors.Join(old.Close(), os.Remove(old.Name())); err != nil {
		return err
	}
	if err := selfswap.Commit(target, old.Name()); err != nil {
		return fmt.Errorf("replace %s: %w", target, err)
	}
	if err := os.Remove(old.Name()); err != nil {
		return nil //nolint:nilerr // it is running: the installer deletes it at the next start
	}
	return nil
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // opened for reading
	// A new file each time: what an earlier run left there may be anybody's.
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// Sweep deletes what earlier runs left in the folder aside, but for programs that
// still run.
func Sweep(aside string) {
	left, _ := filepath.Glob(filepath.Join(aside, "old-*.exe")) //nolint:errcheck // the pattern is right
	for _, file := range left {
		_ = os.Remove(file)
	}
}
