package request

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// What asking can end with.
var (
	// ErrNobody: no run listens.
	ErrNobody = errors.New("no run of koshin listens")
	// ErrImpostor: whoever listens is neither SYSTEM nor an administrator.
	ErrImpostor = errors.New("pipe belongs to another user")
	// ErrRefused: the run did not accept the request; see [RefusedError].
	ErrRefused = errors.New("request refused")
	// ErrNoAnswer: no run could be had to answer within the time.
	ErrNoAnswer = errors.New("no run of koshin answers")
)

// RefusedError is why. It matches [ErrRefused].
type RefusedError struct{ Why Refusal }

func (e *RefusedError) Error() string { return ErrRefused.Error() + ": " + string(e.Why) }

// Unwrap is [ErrRefused].
func (e *RefusedError) Unwrap() error { return ErrRefused }

// Way is how to reach the run.
type Way struct {
	// Dial connects to the run that listens ([ErrNobody]), having looked whose it
	// is ([ErrImpostor]).
	Dial func(context.Context) (Peer, error)
	// Start has the system start the daily run.
	Start func(context.Context) error
}

// Peer is the run, as the operator's koshin sees it.
type Peer interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
}

const (
	// Answered is how long the whole of [Ask] may take: an old PC takes ten
	// seconds from a task's start to its first line.
	Answered = 40 * time.Second

	again   = 250 * time.Millisecond // between two looks whether somebody listens
	restart = 5 * time.Second        // between two starts: the system ignores one while a run ends
)

// Ask has the run look after what is requested, and starts one where none
// listens. It returns the name of the run that accepted.
func Ask(ctx context.Context, way Way, r Request) (RunID, error) {
	bounded, cancel := context.WithTimeout(ctx, Answered)
	defer cancel()
	var started time.Time
	for {
		run, err := askOnce(bounded, way, r)
		if !worthAnother(err) {
			return run, err
		}
		if errors.Is(err, ErrNobody) && time.Since(started) >= restart {
			if err := way.Start(bounded); err != nil {
				return "", fmt.Errorf("start the daily run: %w", err)
			}
			started = time.Now()
		}
		timer := time.NewTimer(again)
		select {
		case <-timer.C:
		case <-bounded.Done():
			timer.Stop()
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			return "", fmt.Errorf("%w: %w", ErrNoAnswer, err)
		}
	}
}

// worthAnother: nobody is there yet, this run is just over, or it went away
// before it answered.
func worthAnother(err error) bool {
	var no *RefusedError
	if errors.As(err, &no) {
		return no.Why == Ending
	}
	return err != nil && !errors.Is(err, ErrImpostor) && !errors.Is(err, ErrMessage) && !errors.Is(err, errors.ErrUnsupported)
}

func askOnce(ctx context.Context, way Way, r Request) (RunID, error) {
	line, err := format(r)
	if err != nil {
		return "", err
	}
	run, err := way.Dial(ctx)
	if err != nil {
		return "", err
	}
	defer run.Close() //nolint:errcheck // everything was said
	if err := run.SetDeadline(time.Now().Add(2 * Patience)); err != nil {
		return "", err
	}
	if _, err := run.Write(line); err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	line, err = readLine(run)
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	answer, err := ParseAnswer(line)
	switch {
	case err != nil:
		return "", err
	case !answer.Accepted:
		return "", &RefusedError{answer.Refused}
	}
	return answer.Run, nil
}
