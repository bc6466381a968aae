//go:build !windows

package busy

import (
	"os"

	"golang.org/x/sys/unix"
)

// open follows no link, and a pipe that somebody put there does not hold it up.
func open(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
}

// mkdir makes a folder that everybody may write in, whatever the umask is.
func mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.Chmod(dir, 0o777)
}
