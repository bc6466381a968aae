package manifest

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

// Limits of a manifest's parts. Each is far above what a publisher needs and
// far below what would hurt an operator's PC.
const (
	MaxPackageSize = 64 << 30 // bytes; the largest client known is under 1 GiB
	maxBuilds      = 500      // ten years of weekly builds
	maxPackages    = 32       // operating systems times architectures
	maxDeltas      = 32       // older builds that a patch starts from
	maxHosts       = 16       // probed side by side
	maxPreserve    = 100
	maxText        = 8 << 10 // bytes of notes in one language
	maxArgs        = 64      // of a program
	maxSelfTest    = 10 * time.Minute
	maxSigner      = 512 // bytes; the longest common name (64 characters) takes 352
)

// known values of the fields that name a thing.
func knownKind(k Kind) bool { return slices.Contains([]Kind{Tree, Exe, MSI, Setup}, k) }
func knownStack(s Stack) bool {
	return slices.Contains([]Stack{StackGo, StackWinHTTP, StackWinINet}, s)
}

// Validate checks everything that the types alone do not. It returns the first
// offending field as a [FieldError].
func (m *Manifest) Validate() error {
	var c checker
	c.check(m.Schema == Schema, "schema", "%q is not %q", m.Schema, Schema)
	c.err("product", second(ParseProductID(string(m.Product))))
	c.err("channel", second(ParseChannel(string(m.Channel))))
	c.check(m.Seq >= 1, "seq", "%d is below 1", m.Seq)
	c.text("title", m.Title)
	c.check(m.Title.JA != "" && m.Title.EN != "", "title", "needs ja and en")
	if m.TLSReady != nil {
		c.check(!m.TLSReady.Version.IsZero(), "tls_ready.version", "is missing")
		c.check(!m.TLSReady.Since.IsZero(), "tls_ready.since", "is missing")
	}
	c.check(len(m.Builds) <= maxBuilds, "builds", "%d builds, at most %d", len(m.Builds), maxBuilds)
	for i, b := range m.Builds {
		c.build(fmt.Sprintf("builds[%d]", i), b)
		for _, earlier := range m.Builds[:i] {
			c.check(!earlier.Version.Equal(b.Version), fmt.Sprintf("builds[%d].version", i), "%s appears twice", b.Version)
		}
	}
	c.confirm(m.Confirm)
	c.check(len(m.Preserve) <= maxPreserve, "preserve", "%d patterns, at most %d", len(m.Preserve), maxPreserve)
	for i, glob := range m.Preserve {
		c.check(validGlob(glob), fmt.Sprintf("preserve[%d]", i), "%q is not a pattern of paths inside the install folder", glob)
	}
	c.err("detect", second(ParseRule(m.Detect)))
	c.check(m.detectable(), "detect", "koshin-record cannot read what an installer of kind msi or setup did")
	return c.first
}

func (c *checker) build(at string, b Build) {
	c.check(!b.Version.IsZero(), at+".version", "is missing")
	c.check(!b.Released.IsZero(), at+".released", "is missing")
	c.text(at+".notes", b.Notes)
	if b.Rollout != nil {
		c.check(0 <= b.Rollout.Percent && b.Rollout.Percent <= 100, at+".rollout.percent", "%d is not 0 to 100", b.Rollout.Percent)
	}
	if b.Withdrawn != nil {
		c.check(b.Withdrawn.Reason != "" && len(b.Withdrawn.Reason) <= maxText, at+".withdrawn.reason", "is missing or too long")
	}
	c.check(len(b.Packages) > 0 && len(b.Packages) <= maxPackages, at+".packages", "%d packages, not 1 to %d", len(b.Packages), maxPackages)
	for i, p := range b.Packages {
		c.pkg(fmt.Sprintf("%s.packages[%d]", at, i), p)
		for _, earlier := range b.Packages[:i] {
			c.check(earlier.OS != p.OS || earlier.Arch != p.Arch, fmt.Sprintf("%s.packages[%d]", at, i), "%s/%s appears twice", p.OS, p.Arch)
		}
	}
}

func (c *checker) pkg(at string, p Package) {
	c.check(platformWord(p.OS), at+".os", "%q is not an operating system's name", p.OS)
	c.check(platformWord(p.Arch), at+".arch", "%q is not an architecture's name", p.Arch)
	c.check(knownKind(p.Kind), at+".kind", "%q is not a kind of package", p.Kind)
	c.err(at+".target", CheckTargetName(p.Target))
	c.check(p.Size > 0, at+".size", "is missing")
	c.size(at+".size", p.Size)
	c.size(at+".installed_size", p.InstalledSize)
	c.check(!p.SHA256.IsZero(), at+".sha256", "is missing")
	c.check((p.Kind == Tree) == !p.TreeSHA256.IsZero(), at+".tree_sha256", "belongs to kind tree, and only there")
	if p.Signer != "" {
		c.err(at+".signer", second(ParseSigner(p.Signer)))
	}
	c.check(len(p.Deltas) <= maxDeltas, at+".deltas", "%d deltas, at most %d", len(p.Deltas), maxDeltas)
	for i, d := range p.Deltas {
		from := fmt.Sprintf("%s.deltas[%d]", at, i)
		c.check(!d.From.IsZero(), from+".from", "is missing")
		c.err(from+".target", CheckTargetName(d.Target))
		c.size(from+".size", d.Size)
		c.check(!d.SHA256.IsZero(), from+".sha256", "is missing")
	}
	c.installer(at+".installer", p.Kind, p.Installer)
}

func (c *checker) confirm(f Confirm) {
	c.check(len(f.Hosts) >= 1 && len(f.Hosts) <= maxHosts, "confirm.hosts", "%d hosts, not 1 to %d", len(f.Hosts), maxHosts)
	for i, h := range f.Hosts {
		at := fmt.Sprintf("confirm.hosts[%d]", i)
		u, err := url.Parse(h.URL)
		c.check(err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil, at+".url", "%q is not an https address", h.URL)
		c.check(h.ExpectStatus != StatusRange{}, at+".expect_status", "is missing")
		c.check(slices.Contains(h.Stacks, StackGo), at+".stacks", "must contain %q, the neutral probe", StackGo)
		for j, s := range h.Stacks {
			c.check(knownStack(s), fmt.Sprintf("%s.stacks[%d]", at, j), "%q is not a stack", s)
		}
	}
	if t := f.SelfTest; t != nil {
		c.check(validInside(t.Program), "confirm.self_test.program", "%q is not a path inside the install folder", t.Program)
		c.args("confirm.self_test.start_args", t.StartArgs)
		c.args("confirm.self_test.args", t.Args)
		c.check(t.Timeout > 0 && t.Timeout.Duration() <= maxSelfTest, "confirm.self_test.timeout", "%d is not 1 to %d seconds", t.Timeout, int(maxSelfTest.Seconds()))
	}
}

// checker keeps the first fault found.
type checker struct{ first error }

func (c *checker) check(ok bool, path, format string, args ...any) {
	if !ok && c.first == nil {
		c.first = &FieldError{Path: path, Reason: fmt.Errorf(format, args...)}
	}
}

func (c *checker) err(path string, err error) {
	if err != nil && c.first == nil {
		c.first = &FieldError{Path: path, Reason: err}
	}
}

func (c *checker) text(path string, t Text) {
	c.check(len(t.JA) <= maxText && len(t.EN) <= maxText, path, "is longer than %d bytes", maxText)
}

func (c *checker) size(path string, n int64) {
	if n < 0 || n > MaxPackageSize {
		c.err(path, fmt.Errorf("%w: %d is not 0 to %d bytes", ErrTooLarge, n, int64(MaxPackageSize)))
	}
}

func (c *checker) args(path string, args []string) {
	c.check(len(args) <= maxArgs, path, "%d arguments, at most %d", len(args), maxArgs)
	for i, a := range args {
		c.check(!strings.ContainsRune(a, 0), fmt.Sprintf("%s[%d]", path, i), "contains a zero byte")
	}
}

func second[T any](_ T, err error) error { return err }

// platformWord accepts what GOOS and GOARCH look like.
func platformWord(s string) bool {
	return s != "" && len(s) <= 16 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// validInside says whether p is a clean slash path that stays inside the
// folder it is joined to, on every operating system.
func validInside(p string) bool {
	if p == "" || path.IsAbs(p) || path.Clean(p) != p || strings.ContainsAny(p, `\:`) {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == ".." || IsDeviceName(part) {
			return false
		}
	}
	return p != "."
}

// validGlob says whether the pattern is well formed and stays inside.
func validGlob(glob string) bool {
	return validInside(glob) && doublestar.ValidatePattern(glob)
}
