package updater

import (
	"context"
	"fmt"
	"runtime"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// AskNoWayBack: the installed build came with an installer that is not kept
// here and is not published any more; may it be updated all the same?
const AskNoWayBack QuestionKind = "no-way-back"

// wayBack makes sure, before somebody else's installer is run, that the one of
// the installed build is at hand. Where a person had installed it, the
// publisher's copy is loaded; where there is none, somebody has to agree.
func (j *job) wayBack(ctx context.Context, r *trust.Release, in installer.Installed, target manifest.Candidate) error {
	if !target.Package.Kind.IsInstaller() || in.State == installer.Absent {
		return nil
	}
	has, err := j.inst.HasWayBack(ctx, in.Version)
	if err != nil || has {
		return err
	}
	old, published := installerOf(r.Manifest, in.Version)
	if !published {
		if j.goesOnly() || j.consent(ctx, AskNoWayBack) {
			return nil
		}
		return fmt.Errorf("%w: version %q of %s", installer.ErrNoWayBack, in.Version, j.product.ID)
	}
	file, promise, err := j.fetch(ctx, r, old)
	if err != nil {
		return fmt.Errorf("the way back to %s: %w", in.Version, err)
	}
	j.report.Download = nil // of the update nothing is loaded yet
	return j.inst.KeepInstaller(ctx, file, promise, old, in.Version, j.planOptions(r.Manifest, in))
}

// goesOnly says whether somebody agreed to go on where nothing leads back.
func (j *job) goesOnly() bool { return j.options.Retry || j.hasAgreed(AskNoWayBack) }

// installerOf is the published installer of a version, withdrawn or not.
func installerOf(m *manifest.Manifest, v manifest.Version) (manifest.Package, bool) {
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if b.Version.Equal(v) && p.OS == runtime.GOOS && p.Arch == runtime.GOARCH && p.Kind.IsInstaller() {
				return p, true
			}
		}
	}
	return manifest.Package{}, false
}
