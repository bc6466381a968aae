package installer

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// maxList bounds an access list in bytes; the kernel's own limit.
const maxList = 64 << 10

// likeList gives a file or folder the POSIX access lists of the old one.
func (c *carrier) likeList(e pack.Entry) error {
	old := c.p.path(path.Join(c.from, e.Path))
	names := []string{"system.posix_acl_access"}
	if e.Type == pack.Dir {
		names = append(names, "system.posix_acl_default")
	}
	for _, name := range names {
		list := make([]byte, 1024) // a hundred entries
		n, err := unix.Lgetxattr(old, name, list)
		if errors.Is(err, unix.ERANGE) {
			list = make([]byte, maxList)
			n, err = unix.Lgetxattr(old, name, list)
		}
		switch {
		case errors.Is(err, unix.ENODATA) || errors.Is(err, unix.ENOENT):
			continue
		case errors.Is(err, unix.ENOTSUP):
			return nil // the volume has no access lists
		case err != nil:
			return &os.PathError{Op: "read the access list", Path: old, Err: err}
		}
		folder, base, err := c.on[1].at(path.Join(c.to, e.Path))
		if err == nil {
			err = setList(folder, base, name, list[:n])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func setList(folder *os.Root, base, name string, list []byte) error {
	file, err := folder.OpenFile(base, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	err = os.NewSyscallError("fsetxattr", unix.Fsetxattr(int(file.Fd()), name, list, 0))
	return errors.Join(err, file.Close())
}
