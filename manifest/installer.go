package manifest

import (
	"slices"
	"strings"
)

// Limits of what a manifest says about an installer.
const (
	maxCodes    = 32      // of one meaning
	maxExitCode = 1 << 16 // above it are the codes that Windows gives to crashed programs
)

// IsInstaller says whether a package of this kind is somebody else's
// installer, which is run, and not files that koshin puts into place itself.
func (k Kind) IsInstaller() bool { return k == MSI || k == Setup }

// HasInstaller says whether the product's builds for this platform come with an
// installer of their own.
func (m *Manifest) HasInstaller(os, arch string) bool {
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if p.OS == os && p.Arch == arch && p.Kind.IsInstaller() {
				return true
			}
		}
	}
	return false
}

// isProperty says whether arg is what msiexec takes beside what koshin gives
// it: a public property, such as INSTALLDIR={dir}.
func isProperty(arg string) bool {
	name, _, ok := strings.Cut(arg, "=")
	return ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == ""
}

// CheckInstaller says whether a manifest may say this about a package of this
// kind; the error is a [FieldError].
func CheckInstaller(kind Kind, i *Installer) error {
	var c checker
	c.installer("installer", kind, i)
	return c.first
}

// installer checks how a package of this kind is run.
func (c *checker) installer(at string, kind Kind, i *Installer) {
	if i == nil {
		return
	}
	c.check(kind.IsInstaller(), at, "belongs to kinds msi and setup")
	c.args(at+".args", i.Args)
	c.codes(at+".success_codes", i.SuccessCodes)
	c.codes(at+".restart_codes", i.RestartCodes)
	if kind != MSI {
		return
	}
	for _, arg := range i.Args {
		c.check(isProperty(arg), at+".args", "%q is not a property such as INSTALLDIR={dir}; koshin gives the rest", arg)
	}
	for _, code := range slices.Concat(i.SuccessCodes, i.RestartCodes) {
		c.check(!slices.Contains([]int{1602, 1603, 1618}, code), at, "code %d of Windows Installer is a failure", code)
	}
}

func (c *checker) codes(at string, codes []int) {
	c.check(len(codes) <= maxCodes, at, "%d codes, at most %d", len(codes), maxCodes)
	for _, code := range codes {
		c.check(0 <= code && code < maxExitCode, at, "%d is not an exit code from 0 to %d", code, maxExitCode-1)
	}
}

// detectable says that the outcome of an installer can be read back.
func (m *Manifest) detectable() bool {
	rule, err := ParseRule(m.Detect)
	if err != nil || rule.Kind != RuleRecord {
		return true // a bad rule has its own error
	}
	for _, b := range m.Builds {
		if slices.ContainsFunc(b.Packages, func(p Package) bool { return p.Kind.IsInstaller() }) {
			return false
		}
	}
	return true
}
