package installer

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// accessIsHandedDown says whether a file's access is the affair of the folder
// that it is in.
const accessIsHandedDown = true

// attributes are those that somebody sets by hand.
const attributes = windows.FILE_ATTRIBUTE_HIDDEN | windows.FILE_ATTRIBUTE_SYSTEM | windows.FILE_ATTRIBUTE_READONLY

func inheritAccess(path string) error { return protect.Inherit(path) }

func rightsOf(fs.FileInfo) rights { return rights{} }

// copyAccess gives a file or folder the rights and attributes that were set on
// another one itself. There need not be another one.
func copyAccess(from, to string) error {
	old, err := os.Lstat(from)
	if err != nil {
		return ignore(err, fs.ErrNotExist)
	}
	is, err := os.Lstat(to)
	if err != nil || old.IsDir() != is.IsDir() || old.Mode()&fs.ModeType&^fs.ModeDir != 0 {
		return err
	}
	return errors.Join(protect.CopyExplicit(from, to), copyAttributes(old, is, to))
}

func copyAttributes(old, is fs.FileInfo, to string) error {
	was, _ := old.Sys().(*syscall.Win32FileAttributeData)
	now, _ := is.Sys().(*syscall.Win32FileAttributeData)
	if was == nil || now == nil || was.FileAttributes&attributes == 0 {
		return nil
	}
	name, err := windows.UTF16PtrFromString(protect.Long(to))
	if err != nil {
		return err
	}
	if err := windows.SetFileAttributes(name, now.FileAttributes|was.FileAttributes&attributes); err != nil {
		return &fs.PathError{Op: "set the attributes", Path: to, Err: err}
	}
	return nil
}

func (c *carrier) like(fs.FileInfo, *os.Root, string, pack.Entry, fs.FileMode) error { return nil }
