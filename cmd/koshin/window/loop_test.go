package window

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// person is somebody before the window: on seeing a headline for the first time
// he presses what the story says, and it is written down.
type person struct {
	presses map[string]Action
	seen    []string
}

func (p *person) show(ctx context.Context, views <-chan View, pressed func(Action)) error {
	for {
		select {
		case v, open := <-views:
			if !open {
				return nil
			}
			if slices.Contains(p.seen, v.Headline) {
				continue
			}
			p.seen = append(p.seen, v.Headline)
			if a, ok := p.presses[v.Headline]; ok {
				go pressed(a) // a screen does not wait for what is behind it
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func TestLoop(t *testing.T) {
	w := words(t, "ja")
	newer, current := finding(t, "torikomi-soshin", installed(t, "2.2.0")), finding(t, "torikomi-soshin", installed(t, "2.3.0"))
	var done []string
	note := func(format string, args ...any) { done = append(done, fmt.Sprintf(format, args...)) } // one deed at a time here
	p := &person{presses: map[string]Action{
		"更新プログラムがあります。": Update, "インストールが完了しましたが、接続を確認できませんでした。": SaveReport, "最新の状態です。": Close,
	}}
	saved, begun := make(chan struct{}), make(chan struct{}, 8)
	show := func(ctx context.Context, views <-chan View, pressed func(Action)) error {
		go func() {
			select {
			case <-saved:
				pressed(Check)
			case <-ctx.Done():
			}
		}()
		select {
		case <-begun:
			t.Error("the check did not wait for the window")
		case <-time.After(50 * time.Millisecond):
		}
		pressed(Opened)
		return p.show(ctx, views, pressed)
	}
	found := newer
	err := Run(t.Context(), w, World{
		Show: show,
		Check: func(context.Context) ([]updater.Finding, error) {
			begun <- struct{}{}
			note("check")
			return []updater.Finding{found}, nil
		},
		Update: func(_ context.Context, c Command, happened func(Event)) (Result, error) {
			note("update %s", c.IDs())
			for _, phase := range []updater.Phase{updater.PhaseDownload, updater.PhaseSwap} {
				happened(event(phase, 0, 0, 0))
			}
			found = current
			return result(t, unconfirmed), nil
		},
		Examine: func(context.Context) (doctor.Diagnosis, error) { return blocked(), nil },
		Save:    func(context.Context) (string, error) { note("save"); defer close(saved); return `C:\x.html`, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"check", "update [torikomi-soshin]", "save", "check"}; !slices.Equal(done, want) {
		t.Errorf("%q, want %q", done, want)
	}
	if p.seen[len(p.seen)-1] != "最新の状態です。" {
		t.Errorf("%q", p.seen)
	}
}

// A window that cannot be shown, or is taken away, ends what was begun.
func TestLoopEnds(t *testing.T) {
	w := words(t, "en")
	hangs := World{
		Check:    func(ctx context.Context) ([]updater.Finding, error) { <-ctx.Done(); return nil, ctx.Err() },
		Fix:      func(context.Context, mend.Choice) (mend.Result, error) { return mend.Result{}, nil },
		Postpone: func(time.Duration) error { return nil },
	}
	hangs.Show = func(context.Context, <-chan View, func(Action)) error { return io.ErrClosedPipe }
	if err := Run(t.Context(), w, hangs); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	hangs.Show = (&person{presses: map[string]Action{"Checking…": Close}}).show
	if err := Run(t.Context(), w, hangs); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	hangs.Show = func(ctx context.Context, _ <-chan View, _ func(Action)) error { cancel(); <-ctx.Done(); return nil }
	if err := Run(ctx, w, hangs); err != nil {
		t.Error(err)
	}
}
