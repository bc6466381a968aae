package installer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/manifest"
)

const (
	// commandPatience is how long a client may take to say its version. A .NET
	// program on an old PC needs some seconds to start, right after signing in
	// half a minute; one that takes longer has opened a window and waits.
	commandPatience = 60 * time.Second
	// versionLines is where in the output the version is looked for. Further
	// down it may be another component's.
	versionLines = 3
)

// runCommand runs a program of the client, without a window and in its own
// folder, and takes the first version in the first lines that it prints. It must
// exit with 0. Neither it nor a child of it outlives the call.
func (p *Product) runCommand(ctx context.Context, rule manifest.Rule) (manifest.Version, error) {
	program, err := process.Inside(p.place.Dir, rule.Path)
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	output, err := p.output(ctx, program, rule.Args)
	switch {
	case ctx.Err() != nil:
		return manifest.Version{}, context.Cause(ctx)
	case errors.Is(err, process.ErrUnsafe):
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrUnsafeProgram, err)
	case err != nil:
		return manifest.Version{}, fmt.Errorf("%w: %s: %w: %.200q", ErrNoVersion, rule.Path, err, output)
	}
	return versionIn(output)
}

func (p *Product) output(ctx context.Context, program string, args []string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.commandPatience, fmt.Errorf("no answer within %v", p.commandPatience))
	defer cancel()
	answer, err := process.Careful(p.elevated, p.place.AsOperator)(ctx, process.Short{Path: program, Dir: p.place.Dir, Args: args})
	if err == nil && answer.ExitCode != 0 {
		err = fmt.Errorf("exit code %d", answer.ExitCode)
	}
	return answer.Output, err
}

// versionIn is the first version in the first lines of text that say something.
func versionIn(output string) (manifest.Version, error) {
	left := versionLines
	for line := range strings.Lines(output) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if version, err := foundVersion(line); err == nil {
			return version, nil
		}
		if left--; left == 0 {
			break
		}
	}
	return manifest.Version{}, fmt.Errorf("%w: the program says %.200q", ErrNoVersion, output)
}
