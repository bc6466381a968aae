package installer

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// InUseError is a file or folder that could not be moved or removed because
// somebody has it open. It is [ErrInUse], and says who where that can be known.
type InUseError struct {
	Path    string    // of the system
	Holders []Process // empty where the system does not say
	Err     error     // what the system answered
}

func (e *InUseError) Error() string {
	by := ""
	if len(e.Holders) > 0 {
		by = " by " + Names(e.Holders)
	}
	return fmt.Sprintf("%v: %s%s: %v", ErrInUse, e.Path, by, e.Err)
}

// Is says that this is [ErrInUse].
func (e *InUseError) Is(target error) bool { return target == ErrInUse }

// Unwrap is what the system answered.
func (e *InUseError) Unwrap() error { return e.Err }

// String is the program with its number and its user, as people who look for it
// in a task manager need them.
func (p Process) String() string {
	if p.User == "" {
		return fmt.Sprintf("%s (pid %d)", p.Name, p.PID)
	}
	return fmt.Sprintf("%s (pid %d, %s)", p.Name, p.PID, p.User)
}

// Names lists programs in one line.
func Names(programs []Process) string {
	var names []string
	for _, p := range programs {
		names = append(names, p.String())
	}
	return strings.Join(names, ", ")
}

// stands says whether a file of a build stands in the install folder, byte for
// byte. One that somebody keeps for himself alone cannot be read; but neither
// could it be moved or written since, so that its size and its time, which the
// whole build was given, speak for it.
func (t files) stands(ctx context.Context, e pack.Entry, build *listing) (bool, error) {
	disk, name := t.product.disk, path.Join(t.product.live, e.Path)
	file, err := disk.root.Open(name)
	if err != nil && isInUse(err) {
		if info, statErr := disk.lstat(name); statErr == nil && t.isStamped(info, e, build) {
			t.product.log.WarnContext(ctx, "a file in use is known by its size and time only", "path", e.Path, "error", err)
			return true, nil
		}
		file, err = disk.open(ctx, name)
	}
	if err != nil {
		return false, err
	}
	digest, err := disk.hashFile(ctx, file)
	return digest == e.SHA256, err
}

// isStamped says whether a file has the size of its entry and the time that all
// files of its build were given.
func (t files) isStamped(info fs.FileInfo, e pack.Entry, build *listing) bool {
	stamp := t.plan.To.Stamp
	if build == t.from {
		stamp = t.plan.From.Stamp
	}
	return !stamp.IsZero() && info.Mode().IsRegular() && info.Size() == e.Size && info.ModTime().Equal(stamp)
}
