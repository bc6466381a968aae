package release

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPatience(t *testing.T) {
	t.Parallel()
	moment := &Temporary{Err: errCut}
	minute := &Temporary{Err: errCut, After: time.Minute}
	hour := &Temporary{Err: errCut, After: time.Hour}
	tests := []struct {
		name  string
		fails []error // one call each; then it succeeds
		want  error
		least []time.Duration // the pauses
	}{
		{"succeeds", nil, nil, nil},
		{"fails for good", []error{errCut}, errCut, nil},
		{"twice for a moment", []error{moment, moment}, nil, []time.Duration{time.Second, 2 * time.Second}},
		{"the host asks to wait", []error{minute}, nil, []time.Duration{time.Minute}},
		{"the host asks to wait too long", []error{hour}, errCut, nil},
		{"for a moment, then for good", []error{moment, io.ErrUnexpectedEOF}, io.ErrUnexpectedEOF, []time.Duration{time.Second}},
		{
			"each time", []error{moment, moment, moment, moment, moment, moment, moment}, errCut,
			[]time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var pauses []time.Duration
			p := patience{log: slog.New(slog.DiscardHandler), wait: func(_ context.Context, d time.Duration) error {
				pauses = append(pauses, d)
				return nil
			}}
			err := p.try(t.Context(), "upload", func(attempt int) error {
				if attempt > len(test.fails) {
					return nil
				}
				return test.fails[attempt-1]
			})
			if !errors.Is(err, test.want) || len(pauses) != len(test.least) {
				t.Fatalf("got %v after the pauses %v", err, pauses)
			}
			for i, least := range test.least {
				if pauses[i] < least || pauses[i] > 2*least {
					t.Errorf("pause %d is %s, want %s or a little more", i, pauses[i], least)
				}
			}
		})
	}
}

// TestPatienceEnds: nobody who stops the program waits for its pauses.
func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := patience{wait: sleep, log: slog.New(slog.DiscardHandler)}
	err := p.try(ctx, "upload", func(int) error {
		time.AfterFunc(time.Millisecond, cancel)
		return &Temporary{Err: errCut, After: longestPause}
	})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, errCut) {
		t.Errorf("got %v", err)
	}
}

// shaky fails the first Put of every package in its middle.
type shaky struct {
	*plainHost
	mu    sync.Mutex
	tried map[string]bool
}

func (s *shaky) Put(ctx context.Context, p Package) error {
	s.mu.Lock()
	again := s.tried[p.Path]
	s.tried[p.Path] = true
	s.mu.Unlock()
	if again {
		return s.plainHost.Put(ctx, p)
	}
	r, err := p.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.CopyN(io.Discard, r, p.Size/2)
	return &Temporary{Err: errors.Join(errCut, err)}
}

// TestProgress: what has to be sent again counts again, and the sum is right at
// any moment.
func TestProgress(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.add(t, p.open(t), "2.3.0")
	h := &shaky{plainHost: newHost(t, t.TempDir()), tried: map[string]bool{}}
	options := p.options()
	options.Wait = func(context.Context, time.Duration) error { return nil }
	r, err := Open(p.dir, options)
	try(t, err)
	var last, of, back int64
	done, err := r.Publish(t.Context(), h, func(done, total int64) {
		if done < last {
			back++
		}
		if done < 0 || done > total {
			t.Errorf("%d of %d", done, total)
		}
		last, of = done, total
	})
	try(t, err)
	if last != of || of != done.Bytes || back != int64(len(h.tried)) || back == 0 {
		t.Errorf("ended at %d of %d, sent %d, went back %d times for %d packages", last, of, done.Bytes, back, len(h.tried))
	}
}

// rival publishes just before the commit of somebody else.
type rival struct {
	*plainHost
	first func()
}

func (r *rival) Commit(ctx context.Context, c Commit) error {
	if r.first != nil {
		first := r.first
		r.first = nil
		first()
	}
	return r.plainHost.Commit(ctx, c)
}

// TestRaceTold: the one who loses learns what the other one did.
func TestRaceTold(t *testing.T) {
	t.Parallel()
	base := newPublisher(t)
	published := t.TempDir()
	_, err := base.publish(t, newHost(t, published))
	try(t, err)
	tests := []struct {
		name        string
		ours, their func(t *testing.T, p publisher)
		want        []string // nil: all is well
	}{
		{"another build", refresh, withdraw, []string{"number 5, ours 5", "torikomi-soshin (number 4, ours 3)"}},
		{"only renewed", withdraw, refresh, []string{"number 5, ours 5", "torikomi-soshin (number 3, ours 4)"}},
		{"further on", refresh, func(t *testing.T, p publisher) { withdraw(t, p); refresh(t, p) }, []string{"number 6, ours 5"}},
		{"both renewed", refresh, refresh, nil}, // the clock stands: these are the same bytes
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ours, theirs, host := base.copy(t), base.copy(t), copyOf(t, published)
			test.ours(t, ours)
			test.their(t, theirs)
			_, err := ours.publish(t, &rival{plainHost: newHost(t, host), first: func() {
				_, err := theirs.publish(t, newHost(t, host))
				try(t, err)
			}})
			if test.want == nil {
				try(t, err)
				return
			}
			if !errors.Is(err, ErrDestinationChanged) {
				t.Fatalf("got %v", err)
			}
			for _, words := range test.want {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q is not in: %v", words, err)
				}
			}
		})
	}
}

func refresh(t *testing.T, p publisher) {
	t.Helper()
	try(t, p.open(t).Refresh(t.Context()))
}

func withdraw(t *testing.T, p publisher) {
	t.Helper()
	try(t, p.open(t).Withdraw(t.Context(), "torikomi-soshin", number(t, "2.2.0"), "cannot connect"))
}
