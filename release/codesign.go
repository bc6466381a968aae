package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// NoSigner, as [Build].Signer, is a build whose programs need no signature,
// although an earlier one's did.
const NoSigner = "none"

// signingDir holds the private copy of what is being signed, below workDir.
const signingDir = "signing"

// codeSigning is the signature of one build's programs.
type codeSigning struct {
	sign func(ctx context.Context, file string) error // nil: they must be signed already
	name string
	desk string           // folder in which one program at a time is signed
	want *manifest.Signer // nil: nothing is known of this name but what the first file says
	n    int              // files that passed
}

// signedSource gives what a build with a signer is packed from: a private copy
// of path, in which every program is signed as it must be. What was given is
// never changed. Without a signer it is path itself.
//
// In a folder, a program is whatever Windows could run as one (PE) or install
// (MSI), whatever it is called: also a library of somebody else's, which the
// publisher signs as his.
func (c *change) signedSource(ctx context.Context, p *Product, b *Build, path string) (string, error) {
	s, err := p.codeSigning(b)
	if s == nil || err != nil {
		b.Signer = ""
		return path, err
	}
	if err := checkSource(*b, path); err != nil {
		return "", err
	}
	from, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(c.repo.dir, workDir, signingDir)
	s.desk = filepath.Join(dir, "desk")
	copied := filepath.Join(dir, "build", filepath.Base(path))
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(filepath.Dir(copied), 0o700)); err != nil {
		return "", err
	}
	if err := copyAll(ctx, copied, from); err != nil {
		return "", err
	}
	err = filepath.WalkDir(copied, func(file string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if err := s.file(ctx, file); err != nil {
			name, relErr := filepath.Rel(filepath.Dir(copied), file)
			return fmt.Errorf("%s: %w", filepath.ToSlash(name), errors.Join(err, relErr))
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if s.n == 0 {
		return "", fmt.Errorf("%w: there is no program that %q could have signed", authenticode.ErrUnsigned, s.name)
	}
	b.Signer = s.want.String()
	return copied, nil
}

// dropSigned removes the private copy.
func (c *change) dropSigned() {
	if err := os.RemoveAll(filepath.Join(c.repo.dir, workDir, signingDir)); err != nil {
		c.repo.options.Log.Warn("removing the copy that was signed failed, the next add tries again", "error", err)
	}
}

// codeSigning says what a build's programs need: what is asked for, else what the
// newest earlier build for the platform has. Nil: nothing.
func (p *Product) codeSigning(b *Build) (*codeSigning, error) {
	before := p.lastSigner(b)
	asked := b.Signer
	switch {
	case asked == NoSigner && b.Sign != nil, asked == "" && before == nil && b.Sign != nil:
		return nil, fmt.Errorf("%w: whose signature must the result have?", ErrSigner)
	case asked == NoSigner, asked == "" && before == nil:
		return nil, nil
	case b.OS != "windows":
		return nil, fmt.Errorf("%w: only programs for windows are signed so, not for %s", ErrSigner, b.OS)
	case asked == "":
		return &codeSigning{sign: b.Sign, name: before.Name, want: before}, nil
	}
	if whole, err := manifest.ParseSigner(asked); err == nil {
		return &codeSigning{sign: b.Sign, name: whole.Name, want: &whole}, nil
	}
	if err := manifest.CheckSignerName(asked); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	if before != nil && before.Name == asked {
		return &codeSigning{sign: b.Sign, name: asked, want: before}, nil
	}
	return &codeSigning{sign: b.Sign, name: asked}, nil
}

// lastSigner is whom the newest build for the platform, other than this one
// itself, is signed by. Authorities that were accepted once stay required, so
// that a certificate of the same name by another one is noticed.
func (p *Product) lastSigner(b *Build) *manifest.Signer {
	for _, have := range p.Builds { // newest first
		for _, pkg := range have.Packages {
			if pkg.OS != b.OS || pkg.Arch != b.Arch {
				continue
			}
			if s, err := manifest.ParseSigner(pkg.Signer); err == nil {
				return &s
			}
			return nil
		}
	}
	return nil
}

// file has one file signed, unless it is as it must be or no program.
func (s *codeSigning) file(ctx context.Context, path string) error {
	isProgram, before, err := inspect(ctx, path)
	if err != nil || !isProgram {
		return err
	}
	err = s.check(ctx, path)
	if err == nil || s.sign == nil || !authenticode.IsRefusal(err) {
		return err
	}
	// The command sees this program alone, and nothing that it leaves beside it
	// gets into the build.
	on := filepath.Join(s.desk, filepath.Base(path))
	if err := errors.Join(os.RemoveAll(s.desk), os.Mkdir(s.desk, 0o700), os.Rename(path, on)); err != nil {
		return err
	}
	if err := s.sign(ctx, on); err != nil {
		return fmt.Errorf("%w: %w", ErrSigning, err)
	}
	_, after, err := inspect(ctx, on)
	if err != nil {
		return err
	}
	if before != after {
		return fmt.Errorf("%w: %x before, %x after", ErrSigningChanged, before, after)
	}
	if err := s.check(ctx, on); err != nil {
		return err
	}
	return os.Rename(on, path)
}

// check verifies one program as operators' PCs will. The first of a name that is
// new says which authorities vouch for it; the others must agree.
func (s *codeSigning) check(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	signature, err := authenticode.Read(ctx, f, info.Size())
	if err != nil {
		return err
	}
	want := s.want
	if want == nil {
		found := signature.Signer
		found.Name = s.name
		want = &found
	}
	if err := signature.Check(*want); err != nil {
		return err
	}
	s.want = want
	s.n++
	return nil
}

// inspect says whether a file is a program, and of one what signing must leave
// as it is.
func inspect(ctx context.Context, path string) (bool, manifest.Digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, manifest.Digest{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, manifest.Digest{}, err
	}
	if is, err := authenticode.Is(f, info.Size()); err != nil || !is {
		return false, manifest.Digest{}, err
	}
	content, err := authenticode.Content(ctx, f, info.Size())
	return true, content, err
}

// copyAll copies a file, or a folder with its files. Anything else in it is left
// for the packing to refuse by its name.
func copyAll(ctx context.Context, to, from string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := to + strings.TrimPrefix(path, from)
		switch {
		case e.IsDir():
			return os.MkdirAll(name, 0o755)
		case e.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, name)
		case !e.Type().IsRegular():
			return fmt.Errorf("%s: %w", path, pack.ErrSpecial)
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		return errors.Join(copyFile(ctx, f, path, nil), f.Close())
	})
}
