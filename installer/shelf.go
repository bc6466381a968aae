package installer

import (
	"os"
	"path"
)

// shelf keeps the folder of the last file open. Entries come folder by folder,
// and to walk every path from the top again costs more than to make a small
// file: os.Root opens each folder on the way, so that no link leads outside.
type shelf struct {
	top  *os.Root
	dir  string
	open *os.Root // nil: none yet, or the top itself
}

// at is the folder of a slash path, and the file's name in it. The folder is
// good until the next call.
func (s *shelf) at(name string) (folder *os.Root, base string, err error) {
	dir, base := path.Split(name)
	if dir == "" {
		return s.top, base, nil
	}
	if s.open == nil || dir != s.dir {
		s.close()
		if s.open, err = s.top.OpenRoot(path.Clean(dir)); err != nil {
			return nil, "", err
		}
		s.dir = dir
	}
	return s.open, base, nil
}

func (s *shelf) close() {
	if s.open != nil {
		_ = s.open.Close() // a handle on a folder holds nothing back
		s.open = nil
	}
}
