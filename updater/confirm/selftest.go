package confirm

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
)

// What a run of a client can show.
var (
	// ErrBroken is a client that does not start, crashes or hangs.
	ErrBroken = errors.New("client is broken")
	// ErrWrongVersion is a client that starts and is another version than the
	// one that was published.
	ErrWrongVersion = errors.New("client reports another version")
	// ErrCannotConnect is a client that says that it cannot connect.
	ErrCannotConnect = errors.New("client cannot connect")
)

const (
	// defaultTimeout is for a manifest that names none.
	defaultTimeout = 30 * time.Second
)

// Place is where a client's program lies and what the placeholders in its
// arguments stand for.
type Place struct {
	Dir    string // {dir}; the install or staging folder
	URL    string // {url}; the first host
	CAFile string // {ca_file}; "" becomes an empty argument

	// AsOperator runs a program that ordinary users could have changed, where
	// koshin has the rights of the whole system; nil: such a program is not run.
	AsOperator process.RunFunc
}

// runSelfTest runs the client's own connection test.
func runSelfTest(ctx context.Context, test manifest.SelfTest, place Place) TestProof {
	proof, _ := run(ctx, test, test.Args, place)
	switch {
	case errors.Is(proof.Err, process.ErrUnsafe): // which says nothing about the client
		proof.Outcome = NotAsked
	case proof.Err != nil:
		proof.Outcome = Broken
	case proof.ExitCode == 0:
		proof.Outcome = Connected
	case proof.ExitCode == 1:
		proof.Outcome, proof.Err = CannotConnect, ErrCannotConnect
	default:
		proof.Outcome, proof.Err = Broken, fmt.Errorf("%w: exit code %d", ErrBroken, proof.ExitCode)
	}
	if proof.Err != nil {
		proof.Error = proof.Err.Error()
	}
	return proof
}

// StartTest is the rehearsal of a staged build: it only starts, with
// start_args, prints its version and exits 0. [ErrBroken] and [ErrWrongVersion]
// mean the build is at fault; any other error is that ctx ended. Without
// start_args there is nothing to rehearse: the outcome is [NoSelfTest]. Without
// a version it only has to exit 0.
func StartTest(ctx context.Context, test manifest.SelfTest, place Place, want manifest.Version) (TestProof, error) {
	if len(test.StartArgs) == 0 {
		return TestProof{Outcome: NoSelfTest}, nil
	}
	proof, stdout := run(ctx, test, test.StartArgs, place)
	if err := context.Cause(ctx); err != nil {
		return TestProof{}, err
	}
	switch {
	case proof.Err != nil:
	case proof.ExitCode != 0:
		proof.Err = fmt.Errorf("%w: exit code %d", ErrBroken, proof.ExitCode)
	case !want.IsZero() && !mentions(stdout, want):
		proof.Err = fmt.Errorf("%w: not %s, but %.80q", ErrWrongVersion, want, strings.TrimSpace(stdout))
	}
	proof.Outcome = Started
	if proof.Err != nil {
		proof.Outcome, proof.Error = Broken, proof.Err.Error()
	}
	return proof, proof.Err
}

// mentions finds the version among the words of a program's answer, such as
// "Version 5.4.2" or "v2.3.0,".
func mentions(output string, want manifest.Version) bool {
	for word := range strings.FieldsSeq(output) {
		word = strings.Trim(word, `"'(),;:`)
		word = strings.TrimPrefix(strings.TrimPrefix(word, "v"), "V")
		if v, err := manifest.ParseVersion(word); err == nil && v.Equal(want) {
			return true
		}
	}
	return false
}

// run starts the client's program, waits, and keeps what it said. Err is set
// if it did not come to an exit code of its own.
func run(ctx context.Context, test manifest.SelfTest, args []string, place Place) (proof TestProof, stdout string) {
	began := time.Now()
	proof.ExitCode = -1
	defer func() { proof.Seconds = time.Since(began).Seconds() }()
	program, err := process.Inside(place.Dir, test.Program)
	if err != nil {
		proof.Err = fmt.Errorf("%w: %w", ErrBroken, err)
		return proof, ""
	}
	timeout := test.Timeout.Duration()
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	answer, err := process.Careful(protect.Elevated, place.AsOperator)(ctx, process.Short{Path: program, Dir: place.Dir, Args: place.fill(args), Leave: true})
	proof.ExitCode, proof.Output = answer.ExitCode, answer.Output
	switch {
	case err == nil:
	case ctx.Err() != nil:
		proof.Err = fmt.Errorf("%w: no answer within %v", ErrBroken, timeout)
	case errors.Is(err, process.ErrUnsafe):
		proof.Err = err
	default:
		proof.Err = fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return proof, answer.Stdout
}

// fill replaces the placeholders in each argument. Relative paths become
// absolute, since the program runs in its own folder.
func (p Place) fill(args []string) []string {
	words := strings.NewReplacer("{url}", p.URL, "{ca_file}", absolute(p.CAFile), "{dir}", absolute(p.Dir))
	filled := make([]string, len(args))
	for i, arg := range args {
		filled[i] = words.Replace(arg)
	}
	return filled
}

func absolute(path string) string {
	if path == "" {
		return ""
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
