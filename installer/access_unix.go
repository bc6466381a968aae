//go:build !windows

package installer

import (
	"io/fs"
	"os"
	"syscall"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// accessIsHandedDown says whether a file's access is the affair of the folder
// that it is in. Here each file has its own.
const accessIsHandedDown = false

// like gives one file or folder the owner of the old one and, where somebody
// changed it since koshin gave the old one its mode, that mode. The right to run
// as the owner is never carried on: it was given to other bytes.
func (c *carrier) like(old fs.FileInfo, folder *os.Root, base string, e pack.Entry, installed fs.FileMode) error {
	info, err := folder.Lstat(base)
	if err != nil {
		return err
	}
	was, is := rightsOf(old), rightsOf(info)
	if !was.sameOwner(is) {
		// Without the right to give files away they become this user's, as
		// every new file does.
		if err := ignore(folder.Lchown(base, int(was.uid), int(was.gid)), fs.ErrPermission); err != nil {
			return err
		}
	}
	if !was.sameMode(is, installed) {
		if err := folder.Chmod(base, was.mode); err != nil {
			return err
		}
	}
	return c.likeList(e)
}

// rightsOf leaves the owner out where the system does not tell.
func rightsOf(info fs.FileInfo) rights {
	meaning := fs.ModePerm
	if info.IsDir() {
		meaning |= fs.ModeSetgid | fs.ModeSticky // for what is made inside
	}
	r := rights{mode: info.Mode() & meaning, there: true}
	if stat, _ := info.Sys().(*syscall.Stat_t); stat != nil {
		r.uid, r.gid = stat.Uid, stat.Gid
	}
	return r
}

func inheritAccess(string) error      { return nil }
func copyAccess(string, string) error { return nil }
