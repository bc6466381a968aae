package manifest

import "path"

// ExeName is what the one file of a package of kind exe is called in the
// install folder: as the program of the self-test, which could not be started
// under another name, else as the product. On Windows a name without an
// extension gets .exe. What else is in the folder is not the build's.
func ExeName(product ProductID, test *SelfTest, goos string) string {
	name := string(product)
	if test != nil {
		name = path.Base(test.Program)
	}
	if goos == "windows" && path.Ext(name) == "" {
		name += ".exe"
	}
	return name
}

// ExeName is the name for builds of this product on one system.
func (m *Manifest) ExeName(goos string) string {
	return ExeName(m.Product, m.Confirm.SelfTest, goos)
}

// IsExe says whether the newest build for this kind of PC, withdrawn or not, is
// of kind exe.
func (m *Manifest) IsExe(goos, goarch string) bool {
	var newest Version
	kind := Tree
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if p.OS == goos && p.Arch == goarch && (newest.IsZero() || newest.Less(b.Version)) {
				newest, kind = b.Version, p.Kind
			}
		}
	}
	return kind == Exe
}
