package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/cmd/koshin/window/native"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/config"
)

// showFunc draws a window, see native.Show.
type showFunc = func(ctx context.Context, views <-chan window.View, pressed func(window.Action)) error

func (a *app) windowCommand() *cobra.Command {
	var ifNeeded bool
	c := &cobra.Command{
		Use:   "window",
		Short: "アップデートの確認 in a window of its own (Windows)",
		Long: "window shows for each client what is installed, whether it is TLS-ready and what happens\n" +
			"next, updates it when that is asked for, and says what stops this PC where it cannot connect.\n" +
			"It needs no administrator rights where the daily run is registered. Closing it never\n" +
			"interrupts an install.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.window(c.Context(), ifNeeded)
		},
	}
	c.Flags().BoolVar(&ifNeeded, "if-needed", false, "only where a client's last day is near, an update failed or a restart is owed")
	return c
}

// window shows the window until it is closed. It opens where there is no usable
// configuration, too, and says so.
func (a *app) window(ctx context.Context, ifNeeded bool) error {
	if a.machine.show == nil {
		return usageError{errors.New(a.say("window-not-here"))}
	}
	native.LeaveConsole()
	if ifNeeded {
		why, err := a.attention(ctx)
		if err != nil || why == window.NoAttention {
			return err
		}
		a.log.InfoContext(ctx, "window is needed", "reason", why)
	}
	if a.machine.raise != nil && a.machine.raise() {
		return nil // it is open already
	}
	a.quiet = true // the window talks
	if c, err := a.loadConfig(); err == nil {
		if language, ok := messages.ParseLanguage(c.Language); ok && a.lang == "" {
			a.language = language
		}
	}
	o := deeds{a}
	return window.Run(ctx, window.Words{Catalogue: a.words, Language: a.language}, window.World{
		Show: a.machine.show, Check: o.check, Update: o.update, Examine: o.diagnose, Fix: o.fix, Postpone: o.postpone, Save: o.save,
	})
}

// attention looks whether the window has to show itself: without the network,
// without a lock and without rights.
func (a *app) attention(ctx context.Context) (window.Attention, error) {
	s, err := a.open()
	if err != nil {
		return window.NoAttention, err
	}
	defer s.close()
	seen := window.Seen{Delegated: s.config.Submission == config.Delegated, Products: s.updater.Status(ctx, s.products)}
	if seen.LastRun, err = s.updater.LastRun(); err != nil {
		s.log.WarnContext(ctx, "how the last daily run ended is not known", "error", err)
	}
	lease, err := busy.Read(s.config.StateDir)
	seen.Postponed = err == nil && busy.Judge(time.Now(), lease, time.Time{}, time.Time{}).Why == busy.Counts
	return window.Needed(seen), nil
}
