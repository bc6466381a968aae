package installer

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
)

const (
	// commandPatience is how long a client may take to say its version. A .NET
	// program on an old PC needs some seconds to start, right after signing in
	// half a minute; one that takes longer has opened a window and waits.
	commandPatience = 60 * time.Second
	// commandPipes is how long children may hold its output after it has ended.
	commandPipes = 2 * time.Second
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
	if err := p.mayRun(rule.Path, program); err != nil {
		return manifest.Version{}, err
	}
	output, err := p.output(ctx, program, rule.Args)
	if ctx.Err() != nil {
		return manifest.Version{}, context.Cause(ctx)
	}
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %s: %w: %.200q", ErrNoVersion, rule.Path, err, output)
	}
	return versionIn(output)
}

func (p *Product) output(ctx context.Context, program string, args []string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.commandPatience, fmt.Errorf("no answer within %v", p.commandPatience))
	defer cancel()
	var out process.Output
	cmd, group, err := process.Start(ctx, func() *exec.Cmd {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir, cmd.WaitDelay = p.place.Dir, commandPipes
		cmd.Stdout, cmd.Stderr = &out, &out
		return cmd
	})
	if err != nil {
		return "", err
	}
	err = cmd.Wait()
	group.End()
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, exec.ErrWaitDelay):
		err = nil // the program itself has answered and ended well
	}
	return out.String(), err
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

// mayRun refuses to run with the rights of the whole system what an ordinary
// user could have put there: the program itself and every folder from the
// install folder down to it, out of which it may load more.
func (p *Product) mayRun(name, program string) error {
	if !p.elevated() {
		return nil
	}
	err := protect.File(program, false)
	for dir := path.Dir(name); err == nil; dir = path.Dir(dir) {
		err = protect.Folder(p.path(path.Join(p.live, dir)))
		if dir == "." {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsafeProgram, err)
	}
	return nil
}
