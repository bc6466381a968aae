package process

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"time"
)

// Short is a program of a client that says something and ends by itself, such as
// its version.
type Short struct {
	Path  string   `json:"path"` // absolute
	Dir   string   `json:"dir"`  // where it is started
	Args  []string `json:"args"`
	Leave bool     `json:"leave"` // what it has started may go on after it
}

// Answer is what a [Short] said.
type Answer struct {
	ExitCode int    `json:"exit_code"` // -1: it did not come to one of its own
	Stdout   string `json:"stdout"`    // the first [MaxOutput] bytes
	Output   string `json:"output"`    // stdout and stderr together, the first MaxOutput bytes
}

// RunFunc runs a short program. Its error is that the program did not come to an
// exit code of its own: it did not start, crashed, or ctx ended, which comes
// first and as its cause.
type RunFunc func(ctx context.Context, s Short) (Answer, error)

// ErrCrashed is a program that was ended by a signal.
var ErrCrashed = errors.New("program crashed")

// pipeDelay is how long children may hold the output of a program that has ended.
const pipeDelay = 2 * time.Second

// Run runs the program as this process.
func Run(ctx context.Context, s Short) (Answer, error) {
	return RunWith(ctx, s, func(*exec.Cmd) error { return nil })
}

// RunWith is [Run] with what prepare sets before each start, such as whose rights
// the program has.
func RunWith(ctx context.Context, s Short, prepare func(*exec.Cmd) error) (Answer, error) {
	var all, out Output
	var refused error
	cmd, group, err := Start(ctx, func() *exec.Cmd {
		cmd := exec.CommandContext(ctx, s.Path, s.Args...)
		cmd.Dir, cmd.WaitDelay = s.Dir, pipeDelay
		cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, &all), &all
		if refused = prepare(cmd); refused != nil {
			cmd.Err = refused // so that it is not started
		}
		return cmd
	})
	if err != nil {
		return Answer{ExitCode: -1}, err
	}
	err = cmd.Wait()
	if s.Leave {
		group.Close()
	} else {
		group.End()
	}
	answer := Answer{ExitCode: cmd.ProcessState.ExitCode(), Stdout: out.String(), Output: all.String()}
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it has answered, whatever its children do
		return answer, nil
	case ctx.Err() != nil: // first, since Windows gives what we stopped an exit code of 1
		answer.ExitCode = -1
		return answer, context.Cause(ctx)
	case exited && exit.Exited():
		return answer, nil
	case exited:
		return answer, errors.Join(ErrCrashed, err)
	}
	return answer, err
}
