package release

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// expansion is how many times its own size an installer needs on the disk:
// nobody can know, and well-packed ones shrink programs to a third.
const expansion = 3

// writePackage makes the package of path in a file in pending/.
func (c *change) writePackage(ctx context.Context, b Build, path string, progress func(done, total int64)) (manifest.Package, string, error) {
	none := manifest.Package{}
	if err := checkSource(b, path); err != nil {
		return none, "", err
	}
	if err := os.MkdirAll(filepath.Join(c.pending, targetsDir), 0o755); err != nil {
		return none, "", err
	}
	f, err := os.OpenFile(filepath.Join(c.pending, targetsDir, "unfinished"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return none, "", err
	}
	defer f.Close()
	hash := sha256.New()
	count := new(counter)
	pkg := manifest.Package{OS: b.OS, Arch: b.Arch, Kind: b.Kind, Installer: b.Installer, Signer: b.Signer, RestartAllowed: b.RestartAllowed}
	out := io.MultiWriter(f, hash, count)
	if b.Kind == manifest.Tree {
		info, err := pack.WriteTree(ctx, out, path, pack.Options{OS: b.OS, Progress: progress})
		if err != nil {
			return none, "", err
		}
		pkg.InstalledSize, pkg.TreeSHA256 = info.InstalledSize, info.TreeSHA256
	} else if err := copyFile(ctx, out, path, progress); err != nil {
		return none, "", err
	}
	if err := f.Sync(); err != nil {
		return none, "", err
	}
	pkg.Size, pkg.SHA256 = count.n, manifest.Digest(hash.Sum(nil))
	switch {
	case b.Kind.IsInstaller():
		pkg.InstalledSize = min(expansion*pkg.Size, manifest.MaxPackageSize)
	case b.Kind == manifest.Exe:
		pkg.InstalledSize = pkg.Size
	}
	if err := pack.CheckRatio(pkg.Size, pkg.InstalledSize); err != nil {
		return none, "", err // no operator's koshin would take it
	}
	return pkg, f.Name(), f.Close()
}

// checkSource: a folder for kind tree, one file of the right sort for others.
func checkSource(b Build, path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case b.Kind == manifest.Tree && !info.IsDir():
		return fmt.Errorf("%w: kind tree takes a folder, and %s is a file", ErrKind, path)
	case b.Kind == manifest.Tree:
		return nil
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: kind %s takes one file, and %s is none", ErrKind, b.Kind, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := checkFormat(b, f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// copyFile copies the one file of a package.
func copyFile(ctx context.Context, out io.Writer, path string, progress func(done, total int64)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	total, done := info.Size(), int64(0)
	buffer := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := f.Read(buffer)
		if _, err := out.Write(buffer[:n]); err != nil {
			return err
		}
		if done += int64(n); progress != nil {
			progress(done, total)
		}
		switch {
		case errors.Is(err, io.EOF) && done != total:
			return fmt.Errorf("%s: %w", path, pack.ErrChanged)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// readPackage reads a package to its end, a tree as an installer would.
func readPackage(ctx context.Context, r io.Reader, pkg manifest.Package) error {
	if pkg.Kind == manifest.Tree {
		return unpack(ctx, r, pkg)
	}
	n, err := io.Copy(io.Discard, r)
	if err == nil && n != pkg.Size {
		err = fmt.Errorf("%d bytes, not %d", n, pkg.Size)
	}
	return err
}

// unpack reads a tree's content to the end.
func unpack(ctx context.Context, r io.Reader, pkg manifest.Package) error {
	reader, err := pack.NewReader(r, pack.Want{Tree: pkg.TreeSHA256, Size: pkg.InstalledSize})
	if err != nil {
		return err
	}
	defer reader.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, content, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if content == nil {
			continue // a folder
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return err
		}
	}
}

// counter counts what is written.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
