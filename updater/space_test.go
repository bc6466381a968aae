package updater

import (
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

// What an update needs, by volume: a download of 100 MB that becomes 300 MB,
// with 50 MB of the user's data and 64 MiB that stay free.
func TestDiskSpace(t *testing.T) {
	t.Parallel()
	const mb = 1_000_000
	p := manifest.Package{Kind: manifest.Tree, Size: 100 * mb, InstalledSize: 300 * mb}
	msi := p
	msi.Kind = manifest.MSI
	loaded := map[string]int64{p.SHA256.String(): 60 * mb}
	cases := []struct {
		name    string
		pkg     manifest.Package
		state   int64 // free, in MB
		install int64
		same    bool
		loaded  map[string]int64
		need    int64 // in MB without the margin; 0: enough room
		where   string
	}{
		{"one volume, enough", p, 518, 518, true, nil, 0, ""},
		{"one volume, not enough", p, 517, 517, true, nil, 450, "install"},
		{"most of it is there", p, 458, 458, true, loaded, 0, ""},
		{"most of it is there, not enough", p, 457, 457, true, loaded, 390, "install"},
		{"two volumes, enough", p, 168, 418, false, nil, 0, ""},
		{"no room for the download", p, 167, 1000, false, nil, 100, "state"},
		{"no room for the build", p, 1000, 417, false, nil, 350, "install"},
		{"all of it is there", p, 1, 418, false, map[string]int64{p.SHA256.String(): 100 * mb}, 0, ""},
		{"the installer is kept", msi, 1000, 517, false, nil, 450, "install"},
		{"not known", p, -1, -1, false, nil, 0, ""},
		{"not known, one volume", p, -1, -1, true, nil, 0, ""},
	}
	for _, c := range cases {
		s := Space{State: Volume{"state", c.state * mb}, Install: Volume{"install", c.install * mb}, Same: c.same, Loaded: c.loaded, Data: 50 * mb}
		where, need, is := s.short(s.needs(c.pkg))
		if is != (c.need > 0) || is && (need != c.need*mb+diskMargin || where.Path != c.where) {
			t.Errorf("%s: %v %d %v", c.name, where, need, is)
		}
	}
}
