//go:build !windows

package installer

import (
	"io/fs"
	"os"
	"path"
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
	is, err := folder.Lstat(base)
	if err != nil {
		return err
	}
	was, _ := old.Sys().(*syscall.Stat_t)
	now, _ := is.Sys().(*syscall.Stat_t)
	if was != nil && now != nil && (was.Uid != now.Uid || was.Gid != now.Gid) {
		// Without the right to give files away they become this user's, as
		// every new file does.
		if err := ignore(folder.Lchown(base, int(was.Uid), int(was.Gid)), fs.ErrPermission); err != nil {
			return err
		}
	}
	meaning := fs.ModePerm
	if e.Type == pack.Dir {
		meaning |= fs.ModeSetgid | fs.ModeSticky // for what is made inside
	}
	if mode := old.Mode() & meaning; mode != installed && mode != is.Mode()&meaning {
		if err := folder.Chmod(base, mode); err != nil {
			return err
		}
	}
	return c.likeList(c.p.path(path.Join(c.from, e.Path)), folder, base, e)
}

func inheritAccess(string) error      { return nil }
func copyAccess(string, string) error { return nil }
