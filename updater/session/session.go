package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// What a run can end with, beside the end of its context.
var (
	// ErrNobody: no person is signed in at this PC.
	ErrNobody = errors.New("nobody is signed in")
	// ErrNotSystem: this process is not SYSTEM, and Windows gives the tokens of
	// sessions to nobody else.
	ErrNotSystem = errors.New("only system can run a program in a user's session")
	// ErrFailed: the program did not start, or ended with a failure.
	ErrFailed = errors.New("program in the user's session failed")
	// ErrTooLong: the program's answer is longer than it may be.
	ErrTooLong = errors.New("answer from the user's session is too long")
)

// Program is what to run, and what goes in and out.
type Program struct {
	Path      string   // absolute
	Args      []string // nothing secret: every user can read them
	Input     []byte   // its standard input
	MaxOutput int      // bytes of standard output; more is [ErrTooLong]
}

// Run runs the program in the session of whoever is signed in, and gives back
// what it wrote to its standard output. A program that still runs when ctx ends
// is ended.
func Run(ctx context.Context, p Program) ([]byte, error) {
	s, err := thisSystem()
	if err != nil {
		return nil, err
	}
	return run(ctx, s, p)
}

// candidate is a session of this PC.
type candidate struct {
	id      uint32
	active  bool // somebody works in it, or has locked it
	console bool // at the screen that belongs to the PC
}

// system is the part of Windows that knows sessions. Tests have their own.
type system interface {
	// sessions are those that somebody may be signed in at.
	sessions() ([]candidate, error)
	// open is the token that the session's programs have.
	open(id uint32) (token, error)
}

// token is a signed-in user. It has to be closed.
type token interface {
	sid() (string, error)
	// start runs a program as that user, with two files as its standard input
	// and output, which it leaves to the caller.
	start(p Program, in, out *os.File) (child, error)
	close()
}

// child is a started program.
type child interface {
	wait() (exitCode int, err error) // once
	kill()
}

func run(ctx context.Context, s system, p Program) ([]byte, error) {
	if !filepath.IsAbs(p.Path) {
		return nil, fmt.Errorf("%w: %s is not absolute", ErrFailed, p.Path)
	}
	operator, err := choose(s)
	if err != nil {
		return nil, err
	}
	defer operator.close()
	return talk(ctx, operator, p)
}

// choose is the token of the person whose session comes first.
func choose(s system) (token, error) {
	all, err := s.sessions()
	if err != nil {
		return nil, fmt.Errorf("list the sessions: %w", err)
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(-compare(a.active, b.active), -compare(a.console, b.console), cmp.Compare(a.id, b.id))
	})
	var failures []error
	for _, one := range all {
		token, err := s.open(one.id)
		if err != nil {
			failures = append(failures, err) // such as the screen of nobody
			continue
		}
		sid, err := token.sid()
		if err == nil && mend.IsPerson(sid) {
			return token, nil
		}
		token.close()
	}
	return nil, fmt.Errorf("%w: %w", ErrNobody, errors.Join(failures...))
}

func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// talk starts the program, hands it its input, and takes its output until it
// ends.
func talk(ctx context.Context, operator token, p Program) ([]byte, error) {
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, childOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, childIn.Close())
	}
	defer out.Close()
	started, err := operator.start(p, childIn, childOut)
	_, _ = childIn.Close(), childOut.Close() // the program has its own; ours would keep the pipes open
	if err != nil {
		return nil, fmt.Errorf("%w: start: %w", ErrFailed, err)
	}
	stop := context.AfterFunc(ctx, started.kill)
	defer stop()
	go func() {
		_, _ = in.Write(p.Input) // a program that does not read it will say so
		_ = in.Close()
	}()
	output, readErr := io.ReadAll(io.LimitReader(out, int64(p.MaxOutput)+1))
	if readErr != nil || len(output) > p.MaxOutput {
		started.kill() // it would wait for a reader
	}
	code, err := started.wait()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case len(output) > p.MaxOutput:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLong, p.MaxOutput)
	case readErr != nil || err != nil:
		return nil, fmt.Errorf("%w: %w", ErrFailed, errors.Join(readErr, err))
	case code != 0:
		return nil, fmt.Errorf("%w: exit code %d", ErrFailed, code)
	}
	return output, nil
}
