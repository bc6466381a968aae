package request

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// aRun writes files as a run does.
type aRun struct {
	t     *testing.T
	state string
	id    RunID
}

func newRun(t *testing.T) aRun {
	t.Helper()
	r := aRun{t, t.TempDir(), NewRun(time.Now())}
	if err := os.Mkdir(RunDir(r.state), 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r aRun) say(text string) {
	r.t.Helper()
	f, err := os.OpenFile(r.id.Events(r.state), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		r.t.Fatal(err)
	}
}

func (r aRun) end(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.id.Result(r.state), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func here() (bool, error) { return true, nil }

// Every line arrives once, whole, and before the result.
func TestFollow(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	var lines []string
	steps := []func(){
		func() {}, // nothing is written yet
		func() { r.say("one\ntw") },
		func() { r.say("o\n\n" + strings.Repeat("x", 3*MaxEvent)) },
		func() { r.say("x\n" + strings.Repeat("y", MaxEvent) + "\nthree\n"); r.end("result") },
	}
	alive := func() (bool, error) { // is asked once a look
		if len(steps) > 0 {
			steps[0]()
			steps = steps[1:]
		}
		return true, nil
	}
	result, err := Follow(t.Context(), r.state, r.id, alive, func(line []byte) { lines = append(lines, string(line)) })
	if err != nil || string(result) != "result" {
		t.Errorf("%q, %v", result, err)
	}
	if want := []string{"one", "two", strings.Repeat("y", MaxEvent), "three"}; !slices.Equal(lines, want) {
		t.Errorf("%d lines: %.80q", len(lines), lines)
	}
}

// A run that was killed leaves no result, and nobody waits for one for ever.
func TestFollowGone(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	r.say("one\n")
	none := func([]byte) {}
	_, err := Follow(t.Context(), r.state, r.id, func() (bool, error) { return false, nil }, none)
	if !errors.Is(err, ErrGone) {
		t.Error(err)
	}
	left := 2 // the result comes while the pipe is gone already
	result, err := Follow(t.Context(), r.state, r.id, func() (bool, error) {
		if left--; left == 0 {
			r.end("late")
		}
		return false, nil
	}, none)
	if err != nil || string(result) != "late" {
		t.Errorf("%q, %v", result, err)
	}
}

func TestFollowEnds(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Follow(ctx, r.state, r.id, func() (bool, error) { cancel(); return true, nil }, func([]byte) {})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.end(strings.Repeat("x", maxResult+1))
	if _, err := Follow(t.Context(), r.state, r.id, here, func([]byte) {}); !errors.Is(err, ErrMessage) {
		t.Errorf("too long: %v", err)
	}
}
