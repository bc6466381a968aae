package installer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/koshin-updater/koshin/installer/peversion"
	"github.com/koshin-updater/koshin/manifest"
)

// reading is what a rule found.
type reading struct {
	version  manifest.Version
	location string // where the client says that it is; empty: it does not say
}

// read reads the installed version by a rule other than koshin-record. A rule
// that finds nothing it could read is [ErrNoVersion].
func (p *Product) read(ctx context.Context, rule manifest.Rule) (found reading, err error) {
	switch rule.Kind {
	case manifest.RuleUninstall:
		return p.readUninstallKey(rule.Name)
	case manifest.RulePE:
		found.version, err = p.readExecutable(rule.Path)
		return found, err
	case manifest.RuleCommand:
		found.version, err = p.runCommand(ctx, rule)
		return found, err
	case manifest.RuleFile:
		found.version, err = p.readFile(rule)
		return found, err
	}
	return found, fmt.Errorf("rule %q: %w", rule.Kind, errors.ErrUnsupported)
}

// readUninstallKey asks Windows. An entry that says it is in the install folder
// counts before all others.
func (p *Product) readUninstallKey(name string) (reading, error) {
	entries, err := p.uninstall.Find(name)
	if err != nil {
		return reading{}, err
	}
	best := reading{}
	for _, e := range entries {
		version, err := foundVersion(e.Version)
		if err != nil {
			continue
		}
		here := e.Location != "" && sameFolder(e.Location, p.place.Dir)
		if best.version.IsZero() || here {
			best = reading{version, e.Location}
		}
		if here {
			break
		}
	}
	if best.version.IsZero() {
		return best, fmt.Errorf("%w: %d uninstall keys %q", ErrNoVersion, len(entries), name)
	}
	return best, nil
}

func sameFolder(a, b string) bool {
	return key(filepath.ToSlash(filepath.Clean(a))) == key(filepath.ToSlash(filepath.Clean(b)))
}

// openInside opens a file of the client. A link that leads out of the install
// folder is not followed, and a pipe would be waited for in vain.
func (p *Product) openInside(name string) (*os.File, error) {
	folder, err := p.disk.root.OpenRoot(p.live)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	info, err := folder.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a file", name)
	}
	return folder.Open(name)
}

// readExecutable takes the first version that an executable states and that is
// one: the product's before the file's own.
func (p *Product) readExecutable(name string) (manifest.Version, error) {
	file, err := p.openInside(name)
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	defer file.Close()
	stated, err := peversion.Read(file)
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %q: %w", ErrNoVersion, name, err)
	}
	for _, text := range stated.InOrder() {
		if version, err := foundVersion(text); err == nil {
			return version, nil
		}
	}
	return manifest.Version{}, fmt.Errorf("%w: %q states %q", ErrNoVersion, name, stated.InOrder())
}

// maxVersionFile bounds what a "file" rule reads, in bytes. The version stands
// near the start of any file that has one.
const maxVersionFile = 1 << 20

// readFile finds the version in a text file of the client.
func (p *Product) readFile(rule manifest.Rule) (manifest.Version, error) {
	file, err := p.openInside(rule.Path)
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxVersionFile))
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	groups := rule.Pattern.FindSubmatch(text(data))
	if groups == nil {
		return manifest.Version{}, fmt.Errorf("%w: %q does not match", ErrNoVersion, rule.Path)
	}
	return foundVersion(string(groups[1]))
}

// text is a file as a pattern can be matched with it. Notepad and the tools of
// its age save UTF-16 with a mark at the start; that becomes UTF-8. Shift_JIS
// stays as it is: in it as in UTF-8 digits, dots and line ends are single bytes
// that no Japanese character contains.
func text(data []byte) []byte {
	if rest, ok := bytes.CutPrefix(data, []byte{0xEF, 0xBB, 0xBF}); ok {
		return rest
	}
	var unit func(b []byte) uint16
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		unit = func(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		unit = func(b []byte) uint16 { return uint16(b[1]) | uint16(b[0])<<8 }
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for at := 2; at+1 < len(data); at += 2 {
		units = append(units, unit(data[at:]))
	}
	return []byte(string(utf16.Decode(units)))
}

var (
	numbers = regexp.MustCompile(`[0-9]+(?:\.[0-9]+){1,3}(?:-[0-9A-Za-z][0-9A-Za-z.-]*)?`)
	commas  = regexp.MustCompile(` *, *`)
	zeros   = regexp.MustCompile(`(^|\.)0+([0-9])`)
)

// foundVersion is the first version in a text that some installer or compiler
// wrote: "Version 2.3.0", "2, 3, 0, 1", "2021.04.01". Zeros in front of a number
// do not count.
func foundVersion(written string) (manifest.Version, error) {
	plain := commas.ReplaceAllString(strings.TrimRight(written, "\x00"), ".")
	at := numbers.FindStringIndex(plain)
	if at == nil || at[1] < len(plain) && plain[at[1]] == '.' && at[1]+1 < len(plain) && isDigit(plain[at[1]+1]) {
		return manifest.Version{}, fmt.Errorf("%w: %.80q is no version", ErrNoVersion, written)
	}
	number, pre, hasPre := strings.Cut(plain[at[0]:at[1]], "-")
	number = zeros.ReplaceAllString(number, "$1$2")
	if hasPre {
		number += "-" + pre
	}
	version, err := manifest.ParseVersion(number)
	if err != nil {
		return version, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	return version, nil
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
