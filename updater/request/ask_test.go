package request

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// office is a PC with its scheduler: starting it opens a desk after a while.
type office struct {
	t      *testing.T
	mu     sync.Mutex
	desk   *Desk
	door   *door // nil: nobody listens
	takes  time.Duration
	starts int
	refuse error
}

func (o *office) way() Way {
	return Way{
		Dial: func(context.Context) (Peer, error) {
			o.mu.Lock()
			door := o.door
			o.mu.Unlock()
			if door == nil {
				return nil, ErrNobody
			}
			return door.knock(person(), nil), nil
		},
		Start: func(context.Context) error {
			if o.starts++; o.refuse != nil {
				return o.refuse
			}
			if o.takes > 0 {
				time.AfterFunc(o.takes, o.listen)
			}
			return nil
		},
	}
}

func (o *office) listen() {
	desk := aDesk()
	door := open(o.t, desk)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.desk, o.door = desk, door
}

func TestAsk(t *testing.T) {
	t.Parallel()
	t.Run("a run that listens", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := &office{t: t}
			o.listen()
			run, err := Ask(t.Context(), o.way(), New(torikomi))
			if err != nil || run != o.desk.Run() || !o.desk.Wants(torikomi) || o.starts != 0 {
				t.Errorf("%s, %v, %d starts", run, err, o.starts)
			}
		})
	})
	t.Run("started", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := &office{t: t, takes: 4 * time.Second}
			run, err := Ask(t.Context(), o.way(), New())
			if err != nil || run != o.desk.Run() || o.starts != 1 {
				t.Errorf("%s, %v, %d starts", run, err, o.starts)
			}
		})
	})
	t.Run("a run that ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := &office{t: t, takes: time.Second}
			o.listen()
			o.desk.Next()
			time.AfterFunc(time.Second, func() {
				o.mu.Lock()
				defer o.mu.Unlock()
				o.door = nil
			})
			if _, err := Ask(t.Context(), o.way(), New()); err != nil || o.starts != 1 {
				t.Errorf("%v, %d starts", err, o.starts)
			}
		})
	})
	t.Run("never comes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, began := &office{t: t}, time.Now()
			if _, err := Ask(t.Context(), o.way(), New()); !errors.Is(err, ErrNoAnswer) || time.Since(began) != Answered {
				t.Errorf("%v after %s", err, time.Since(began))
			}
			if o.starts < 2 || o.starts > int(Answered/restart)+1 {
				t.Errorf("%d starts", o.starts)
			}
		})
	})
	t.Run("cannot be started", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := &office{t: t, refuse: errors.ErrUnsupported}
			if _, err := Ask(t.Context(), o.way(), New()); !errors.Is(err, errors.ErrUnsupported) || o.starts != 1 {
				t.Errorf("%v, %d starts", err, o.starts)
			}
		})
	})
	t.Run("refused", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := &office{t: t}
			o.listen()
			_, err := Ask(t.Context(), o.way(), New("other-client"))
			var no *RefusedError
			if !errors.As(err, &no) || no.Why != UnknownProduct || !errors.Is(err, ErrRefused) || o.starts != 0 {
				t.Errorf("%v, %d starts", err, o.starts)
			}
		})
	})
	t.Run("interrupted", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := Ask(ctx, (&office{t: t}).way(), New()); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNoAnswer) {
				t.Error(err)
			}
		})
	})
}

// A run that is none is believed nothing, and waited for no longer than that.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		says string
		want error
	}{
		"a path":         {`{"schema":"koshin/answer/1","accepted":true,"run":"..\\..\\evil"}` + "\n", ErrMessage},
		"no run":         {`{"schema":"koshin/answer/1","accepted":true}` + "\n", ErrMessage},
		"both":           {`{"schema":"koshin/answer/1","accepted":true,"run":"20210520T003000.000-1f2e3d4c","refused":"ending"}` + "\n", ErrMessage},
		"neither":        {`{"schema":"koshin/answer/1","accepted":false}` + "\n", ErrMessage},
		"another member": {`{"schema":"koshin/answer/1","accepted":false,"refused":"ending","open":"https://evil.example"}` + "\n", ErrMessage},
		"endless":        {strings.Repeat("x", 2*MaxLine), ErrMessage},
		"silent":         {"", ErrNoAnswer},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			_, err := Ask(t.Context(), Way{
				Dial: func(context.Context) (Peer, error) {
					here, there := net.Pipe()
					go func() {
						_, _ = readLine(there)
						_, _ = io.WriteString(there, row.says)
						_, _ = io.Copy(io.Discard, there) // until the caller leaves
						_ = there.Close()
					}()
					return here, nil
				},
				Start: func(context.Context) error { return errors.New("it listens") },
			}, New())
			atOnce := errors.Is(row.want, ErrMessage)
			if !errors.Is(err, row.want) || atOnce && time.Since(began) != 0 || time.Since(began) > Answered+2*Patience {
				t.Errorf("%s: %v after %s", name, err, time.Since(began))
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := Ask(t.Context(), Way{Dial: func(context.Context) (Peer, error) { return nil, ErrImpostor }}, New())
		if !errors.Is(err, ErrImpostor) || time.Since(began) != 0 {
			t.Errorf("an impostor: %v after %s", err, time.Since(began))
		}
	})
}
