package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/updater/busy"
)

type busyJSON struct {
	Schema string  `json:"schema"`
	Until  *string `json:"until"` // null: nobody says "not now"
	File   string  `json:"file"`  // where a client may write it by itself
}

func (a *app) busyCommand() *cobra.Command {
	var length time.Duration
	var clear bool
	c := &cobra.Command{
		Use:   "busy [--for 2h | --clear]",
		Short: "後で更新する - say \"not now\" for some hours, or take that back",
		Long: "busy keeps updates back for a while: one minute to twelve hours at a time, three days at\n" +
			"most, and never beyond the day that the publisher has named or on which the installed\n" +
			"build stops connecting. It needs no administrator rights. Without a flag it says what holds.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("for") && clear {
				return usageError{errors.New("--for and --clear: one of them")}
			}
			return a.busy(c.Flags().Changed("for"), length, clear)
		},
	}
	c.Flags().DurationVar(&length, "for", 0, "for `how` long, such as 2h or 90m")
	c.Flags().BoolVar(&clear, "clear", false, "update again")
	return c
}

// busy needs of the configuration only where the state is, so that somebody
// without rights and without a network can say it.
func (a *app) busy(set bool, length time.Duration, clear bool) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	if language, ok := messages.ParseLanguage(c.Language); ok && a.lang == "" {
		a.language = language
	}
	now := time.Now()
	switch {
	case set:
		lease, err := busy.New(now, length)
		if err != nil {
			return err
		}
		if err := busy.Write(c.StateDir, lease); err != nil {
			return err
		}
	case clear:
		if err := busy.Clear(c.StateDir); err != nil {
			return err
		}
	}
	lease, err := busy.Read(c.StateDir)
	if err != nil {
		return err
	}
	a.showLease(busy.File(c.StateDir), lease, now, clear)
	return nil
}

func (a *app) showLease(file string, lease busy.Lease, now time.Time, cleared bool) {
	stands := now.Before(lease.End())
	switch {
	case a.json:
		doc := busyJSON{Schema: schema("busy"), File: file}
		if stands {
			until := lease.End().Format("2006-01-02T15:04:05Z")
			doc.Until = &until
		}
		a.print(doc)
	case stands:
		a.sayln("busy-set", "until", messages.Moment(a.language, lease.End()), "left", a.left(lease.End().Sub(now)))
	case cleared:
		a.sayln("busy-cleared")
	default:
		a.sayln("busy-none")
	}
}
