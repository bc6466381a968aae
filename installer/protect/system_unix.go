//go:build !windows

package protect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Elevated says whether this process may change the whole system, so that a
// file written by an ordinary user must not steer it.
func Elevated() bool { return os.Geteuid() == 0 }

// othersWrite are the modes that let others write. Where a file has an access
// list, the group's bits are the most that any entry of it gives.
const othersWrite fs.FileMode = 0o022

func judge(_ string, info fs.FileInfo) error {
	owner, ok := info.Sys().(*syscall.Stat_t)
	if ok && owner.Uid != 0 && int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("%w (user %d)", ErrOwner, owner.Uid)
	}
	return judgeMode(info)
}

func judgeMode(info fs.FileInfo) error {
	if info.Mode()&othersWrite != 0 {
		return fmt.Errorf("%w (mode %04o)", ErrWritable, info.Mode().Perm())
	}
	return nil
}

// File refuses a file or folder, or what a link leads to, that ordinary users
// could change, or, where ownedBySystem is asked, that does not belong to root.
func File(path string, ownedBySystem bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if ownedBySystem && ok && owner.Uid != 0 {
		return about(path, fmt.Errorf("%w (user %d)", ErrOwner, owner.Uid))
	}
	return about(path, judgeMode(info))
}

func mkdir(dir string, readers Readers) error {
	mode := fs.FileMode(0o700)
	if readers == Everyone {
		mode = 0o755
	}
	if err := os.Mkdir(dir, mode); err != nil {
		return err
	}
	return os.Chmod(dir, mode) // whatever the umask
}

func mkfile(name string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// writable says early what the first file made in the folder would.
func writable(dir string) error {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}
