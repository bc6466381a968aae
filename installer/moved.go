package installer

import (
	"path"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// maxSiblings bounds in how many folders beside the install folder a client is
// looked for that somebody renamed. C:\Program Files has less than a hundred.
const maxSiblings = 500

// renamedTo finds the folder beside the install folder that has all these files
// of the recorded build, most of them in the recorded size; empty when there is
// none.
func (p *Product) renamedTo(build *listing, names []string) string {
	var files []pack.Entry
	for _, name := range names {
		if e, _ := build.find(name); e.Type == pack.File {
			files = append(files, e)
		}
	}
	above := path.Dir(p.live)
	siblings, err := p.disk.names(above)
	if err != nil || len(files) == 0 {
		return ""
	}
	for _, name := range siblings[:min(len(siblings), maxSiblings)] {
		folder := path.Join(above, name)
		if folder != p.live && folder != p.work() && p.disk.isDir(folder) && p.resembles(folder, files) {
			return p.path(folder)
		}
	}
	return ""
}

func (p *Product) resembles(folder string, files []pack.Entry) bool {
	sameSize := 0
	for _, e := range files {
		info, err := p.disk.root.Lstat(path.Join(folder, e.Path))
		if err != nil || !info.Mode().IsRegular() {
			return false
		}
		if info.Size() == e.Size {
			sameSize++
		}
	}
	return sameSize*2 > len(files)
}
