package releasetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/koshin-updater/koshin/release"
)

// races lets a second publisher, with another change, publish all of it at
// each step of the first one.
func (s *suite) races(t *testing.T) {
	steps := s.stepsFrom(t, stateOne)
	for at := 0; at < steps; at += stride() {
		t.Run(fmt.Sprintf("the other one comes at step %d", at), func(t *testing.T) {
			t.Parallel()
			s.race(t, at, stateOther)
		})
	}
	for at := 0; at < steps; at += stride() {
		t.Run(fmt.Sprintf("the same state by two, at step %d", at), func(t *testing.T) {
			t.Parallel()
			s.race(t, at, stateTwo)
		})
	}
}

func (s *suite) stepsFrom(t testing.TB, from string) int {
	t.Helper()
	p := s.publisher(t, s.prepared(t, from), stateTwo)
	s.must(t, p.publish(t))
	return len(p.net.steps)
}

func (s *suite) race(t *testing.T, at int, second string) {
	place := s.prepared(t, stateOne)
	r := s.reader(t, place)
	first, other := s.publisher(t, place, stateTwo), s.publisher(t, place, second)
	var otherErr error
	var come atomic.Bool
	first.net.between = func() {
		first.net.mu.Lock()
		reached := len(first.net.steps) == at
		first.net.mu.Unlock()
		if reached && come.CompareAndSwap(false, true) {
			otherErr = other.publish(t)
		}
	}
	err := first.publish(t)
	if !come.Load() {
		return // parallel uploads took fewer steps this time
	}
	if second == stateTwo {
		if err != nil || otherErr != nil {
			t.Errorf("the same state: %v and %v", err, otherErr)
		}
		s.sees(t, r, "two publish the same at once", stateTwo)
		return
	}
	const what = "two publishers at once"
	switch {
	case err == nil && otherErr == nil:
		t.Error("both were told that they had won")
	case err != nil && otherErr != nil:
		t.Errorf("both lost, though nobody came between the second one's steps: %v; %v", err, otherErr)
	case err == nil:
		s.sees(t, r, what, stateTwo)
	default:
		s.sees(t, r, what, second)
	}
	for _, lost := range []error{err, otherErr} {
		if lost != nil && !isLost(lost) {
			t.Errorf("the one who lost is told: %v", lost)
		}
	}
}

// isLost is each way to be told that somebody else was first.
func isLost(err error) bool {
	return errors.Is(err, release.ErrDestinationChanged) || errors.Is(err, release.ErrDestinationDifferent) || errors.Is(err, release.ErrDestinationNewer)
}
