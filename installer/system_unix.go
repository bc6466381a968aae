//go:build !windows

package installer

import (
	"os"

	"golang.org/x/sys/unix"
)

func isDiskFull(err error) bool    { return isAny(err, unix.ENOSPC, unix.EDQUOT) }
func isOtherVolume(err error) bool { return isAny(err, unix.EXDEV) }
func isInUse(err error) bool       { return isAny(err, unix.EBUSY, unix.ETXTBSY) }

// mayPass says whether an error can go away by itself in a moment, as when a
// virus scanner looks at a file. There is no such thing here.
func mayPass(error) bool { return false }

func freeSpace(path string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: path, Err: err}
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// volume tells volumes apart.
func volume(path string) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return uint64(st.Dev), nil //nolint:unconvert // 32 bits on macOS
}
