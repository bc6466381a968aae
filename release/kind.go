package release

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
)

// checkKind refuses a kind of package that an operator's PC could not install
// beside what is published already.
func (p *Product) checkKind(b Build) error {
	if !slices.Contains([]manifest.Kind{manifest.Tree, manifest.Exe, manifest.MSI, manifest.Setup}, b.Kind) {
		return fmt.Errorf("%w: there is no kind %q", ErrKind, b.Kind)
	}
	if b.Kind == manifest.MSI && b.OS != "windows" {
		return fmt.Errorf("%w: kind msi is for windows, not for %s", ErrKind, b.OS)
	}
	if err := manifest.CheckInstaller(b.Kind, b.Installer); err != nil {
		return err
	}
	if b.Kind.IsInstaller() {
		if err := p.checkDetect(); err != nil {
			return err
		}
	}
	for _, have := range p.Builds {
		for _, pkg := range have.Packages {
			if pkg.OS == b.OS && pkg.Arch == b.Arch && pkg.Kind.IsInstaller() != b.Kind.IsInstaller() {
				return fmt.Errorf("%w: %s for %s/%s is of kind %s, and nothing leads from there to kind %s and back; "+
					"define another product for it", ErrKind, have.Version, b.OS, b.Arch, pkg.Kind, b.Kind)
			}
		}
	}
	return nil
}

// checkDetect: what an installer did can only be known by reading the
// installed version.
func (p *Product) checkDetect() error {
	rule, err := manifest.ParseRule(p.Detect)
	if err != nil {
		return err
	}
	if rule.Kind == manifest.RuleRecord {
		return fmt.Errorf("%w: product %s: kinds msi and setup need a --detect rule that reads the installed version, "+
			"such as uninstall-key:NAME; koshin-record only knows what koshin itself put into place", ErrDefinition, p.ID)
	}
	return nil
}

// hasInstaller says whether some build is installed by an installer of its own.
func (p *Product) hasInstaller() bool {
	for _, b := range p.Builds {
		if slices.ContainsFunc(b.Packages, func(pkg manifest.Package) bool { return pkg.Kind.IsInstaller() }) {
			return true
		}
	}
	return false
}

// checkExe refuses an executable under another name than it will have on an
// operator's PC, where the self-test looks for it.
func (p *Product) checkExe(b Build, path string) error {
	if b.Kind != manifest.Exe {
		return nil
	}
	if t := p.Confirm.SelfTest; t != nil && strings.Contains(t.Program, "/") {
		return fmt.Errorf("%w: kind exe is one file, and the self-test starts %s, in a folder", ErrKind, t.Program)
	}
	if name := manifest.ExeName(p.ID, p.Confirm.SelfTest, b.OS); filepath.Base(path) != name {
		return fmt.Errorf("%w: the executable of %s for %s is called %s, and this one %s", ErrKind, p.ID, b.OS, name, filepath.Base(path))
	}
	return nil
}
