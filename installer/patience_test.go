package installer

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"testing/synctest"
	"time"
)

var errBusy = errors.New("in use for now")

// fakeWaits are waits of which everything that happened can be seen.
func fakeWaits(told *[]string) *waits {
	return &waits{
		patience: patience{each: 5 * time.Second, all: 12 * time.Second},
		passes:   func(err error) bool { return errors.Is(err, errBusy) },
		holders: func(_ context.Context, name string) []Process {
			return []Process{{PID: 7, Name: "scanner.exe", User: "SYSTEM"}}
		},
		path: func(name string) string { return "C:\\" + name },
		tell: func(name string, holders []Process) { *told = append(*told, name+" "+Names(holders)) },
	}
}

// freeAfter is in use until some time has passed.
func freeAfter(long time.Duration) func() error {
	begun := time.Now()
	return func() error {
		if time.Since(begun) < long {
			return errBusy
		}
		return nil
	}
}

func TestPatience(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		held  time.Duration
		took  time.Duration
		told  int
		inUse bool
	}{
		{"free", 0, 0, 0, false},
		{"a moment", 200 * time.Millisecond, 200 * time.Millisecond, 0, false},
		{"a second", time.Second, time.Second, 1, false},
		{"long", time.Hour, 5 * time.Second, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told []string
				begun := time.Now()
				err := fakeWaits(&told).retry(t.Context(), "a", freeAfter(c.held))
				if took := time.Since(begun); took != c.took || len(told) != c.told || errors.Is(err, ErrInUse) != c.inUse {
					t.Errorf("took %v, told %q, %v", took, told, err)
				}
				if c.told > 0 && told[0] != `C:\a scanner.exe (pid 7, SYSTEM)` {
					t.Errorf("told %q", told)
				}
				if use, ok := errors.AsType[*InUseError](err); ok != c.inUse || ok && (use.Path != `C:\a` || len(use.Holders) != 1 || !errors.Is(err, errBusy)) {
					t.Errorf("%#v", use)
				}
			})
		})
	}
}

// Twenty thousand files in use do not wait one by one, and files that came free
// count as well.
func TestPatienceIsBoundedInAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []string
		w := fakeWaits(&told)
		begun := time.Now()
		must(t, w.retry(t.Context(), "slow", freeAfter(4*time.Second)))
		for range 20000 {
			if err := w.retry(t.Context(), "held", freeAfter(time.Hour)); !errors.Is(err, ErrInUse) {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); took != 12*time.Second || len(told) != 3 {
			t.Errorf("%v, told %d times", took, len(told))
		}
		w.begin(wayBack())
		begun = time.Now()
		if err := w.retry(t.Context(), "held", freeAfter(time.Hour)); !errors.Is(err, ErrInUse) || time.Since(begun) != wayBack().each {
			t.Errorf("the way back has a purse of its own: %v, %v", time.Since(begun), err)
		}
	})
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []string
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		err := fakeWaits(&told).retry(ctx, "a", freeAfter(time.Hour))
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrInUse) || time.Since(begun) != time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		other := errors.New("another")
		if err := fakeWaits(&told).retry(t.Context(), "a", func() error { return other }); !errors.Is(err, other) || errors.Is(err, ErrInUse) {
			t.Errorf("an error that does not pass is not waited for: %v", err)
		}
	})
}

// koshin's own files: only what is in use is waited for, and it is said.
func TestPatiently(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []string
		tell := func(path string, _ []Process) { told = append(told, path) }
		begun := time.Now()
		busy := func(until time.Duration) func() error {
			return func() error {
				if time.Since(begun) < until {
					return ErrInUse
				}
				return nil
			}
		}
		must(t, Patiently(t.Context(), "/state/head", tell, busy(time.Second)))
		if took := time.Since(begun); took != time.Second || len(told) != 1 || told[0] != "/state/head" {
			t.Errorf("took %v, told %q", took, told)
		}
		err := Patiently(t.Context(), "/state/head", nil, busy(time.Hour))
		use, ok := errors.AsType[*InUseError](err)
		if took := time.Since(begun); !ok || use.Path != "/state/head" || took != 6*time.Second {
			t.Errorf("took %v, %v", took, err)
		}
		if err := Patiently(t.Context(), "/state/head", tell, func() error { return fs.ErrPermission }); errors.Is(err, ErrInUse) || time.Since(begun) != 6*time.Second {
			t.Errorf("a lack of rights is not waited for: %v", err)
		}
	})
}
