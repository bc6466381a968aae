package installer

import (
	"context"
	"fmt"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// checkSigned verifies the programs that stand in an area, where nothing has
// started them yet. With a signer, each is to be signed by him: the one file of
// the other kinds whatever it is, and of a tree every file that Windows could
// run (PE) or install (MSI), also a library, whatever it is called. A tree
// without any is not what the publisher was asked to sign.
func (p *Product) checkSigned(ctx context.Context, area string, pkg manifest.Package, index pack.Index) error {
	if pkg.Signer == "" {
		return nil
	}
	by, err := manifest.ParseSigner(pkg.Signer)
	if err != nil {
		return err
	}
	n := 0
	for _, e := range index.Entries {
		if e.Type != pack.File {
			continue
		}
		found, err := p.checkProgram(ctx, area, e, pkg.Kind, by)
		if err != nil {
			return fmt.Errorf("%q: %w", e.Path, err)
		}
		if found {
			n++
		}
	}
	if n == 0 {
		return fmt.Errorf("%w: there is no program in the package", authenticode.ErrUnsigned)
	}
	return nil
}

// checkProgram verifies one file; found is false where it is no program.
func (p *Product) checkProgram(ctx context.Context, area string, e pack.Entry, kind manifest.Kind, by manifest.Signer) (found bool, err error) {
	file, err := p.disk.root.Open(p.work(area, e.Path))
	if err != nil {
		return false, err
	}
	defer file.Close()
	if kind == manifest.Tree {
		if found, err := authenticode.Is(file, e.Size); err != nil || !found {
			return false, err
		}
	}
	_, err = authenticode.Verify(ctx, file, e.Size, by)
	return true, err
}
