package installer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
)

// way is how builds of some kinds come into the install folder and leave it.
// What is common to all kinds, the journal and its marks, is in swap.go,
// finish.go and recover.go.
type way interface {
	// prepare does what needs no journal because it changes nothing installed.
	prepare(ctx context.Context) error
	// do takes one step.
	do(ctx context.Context, s Step) error
	// arrived says whether the steps brought the new build.
	arrived(ctx context.Context) error
	// undo puts the old build back, checks it, and closes the journal. It may
	// run again after any half of do and of itself.
	undo(ctx context.Context) error
	// verify lists what is not as it should be in an installed build.
	verify(ctx context.Context, build *listing) ([]string, error)
	// finish clears up after a commit and closes the journal. It may run again
	// after any half of itself.
	finish(ctx context.Context) error
}

// files are builds that koshin itself puts into place, file by file (kinds tree
// and exe): step.go, survey.go, unpack.go, exe.go.
type files struct{ *Transaction }

func (t *Transaction) way() way {
	if t.plan.Kind.IsInstaller() {
		return runs{t}
	}
	return files{t}
}

// installerName is what an installer is called in staging/, current/ and
// previous/.
func installerName(kind manifest.Kind) string {
	switch {
	case kind == manifest.MSI:
		return "installer.msi"
	case runtime.GOOS == "windows":
		return "setup.exe"
	}
	return "setup"
}

// opsOf are the steps that a plan of this kind may have.
func opsOf(kind manifest.Kind) []Op {
	switch kind {
	case manifest.Tree:
		return []Op{Retire, Keep, Mkdir, Put, Seed}
	case manifest.Exe:
		return []Op{Keep, Mkdir, Put, Replace}
	case manifest.MSI, manifest.Setup:
		return []Op{Run}
	}
	return nil
}

// checkKind refuses a plan that mixes what belongs to different kinds.
func (pl *Plan) checkKind() error {
	ops := opsOf(pl.Kind)
	if len(ops) == 0 {
		return fmt.Errorf("kind %q: %w", pl.Kind, errors.ErrUnsupported)
	}
	for _, s := range pl.Steps {
		if !slices.Contains(ops, s.Op) {
			return fmt.Errorf("step %s in a plan of kind %q", s, pl.Kind)
		}
	}
	if pl.Kind.IsInstaller() {
		return pl.checkForeign()
	}
	if pl.From.Kind != "" || pl.To.Kind != "" {
		return fmt.Errorf("builds of kinds %q and %q in a plan of kind %q", pl.From.Kind, pl.To.Kind, pl.Kind)
	}
	return nil
}

// checkForeign: one run of the installer, and a rule that reads what came of it.
func (pl *Plan) checkForeign() error {
	if len(pl.Steps) != 1 || pl.Steps[0].Path != installerName(pl.Kind) {
		return fmt.Errorf("steps %v in a plan of kind %q", pl.Steps, pl.Kind)
	}
	if pl.To.Kind != pl.Kind || pl.From.Kind != "" && !pl.From.Kind.IsInstaller() {
		return fmt.Errorf("builds of kinds %q and %q in a plan of kind %q", pl.From.Kind, pl.To.Kind, pl.Kind)
	}
	rule, err := manifest.ParseRule(pl.To.Detect)
	if err == nil && rule.Kind == manifest.RuleRecord {
		err = fmt.Errorf("rule %q reads no installed version", pl.To.Detect)
	}
	return err
}
