package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/release"
)

var (
	// errShown ends a --dry-run: what was to be seen has been seen.
	errShown = errors.New("shown, and nothing was signed")
	// errDeclined is a no to the question.
	errDeclined = errors.New("not confirmed: nothing was signed")
)

// reviewing is the flags of the commands that show what PCs will do
// differently before they sign it.
type reviewing struct {
	yes, dryRun bool
	quiet       bool   // nothing is said or asked where PCs do nothing differently
	before      func() // what ends before something is said
}

func (v *reviewing) flags(c *cobra.Command) {
	v.yesFlag(c)
	c.Flags().BoolVar(&v.dryRun, "dry-run", false, "show what PCs would do differently, and sign nothing")
}

func (v *reviewing) yesFlag(c *cobra.Command) {
	c.Flags().BoolVar(&v.yes, "yes", false, "sign without asking (without a terminal nothing is asked)")
}

// openReviewed is open for a command whose differences are shown.
func (a *app) openReviewed(v reviewing) (*release.Repository, error) {
	options := release.Options{Log: a.log, Now: a.now}
	if !v.dryRun {
		keys, err := a.keys(false)
		if err != nil {
			return nil, err
		}
		options.Keys = keys
	}
	options.Review = func(ctx context.Context, d *release.Difference) error {
		if v.quiet && d.Empty() {
			return nil
		}
		if v.before != nil {
			v.before()
		}
		showDifference(a.Out, d)
		switch {
		case v.dryRun:
			return errShown
		case !v.yes && a.CanAsk && !a.Ask(ctx, "Sign this?"):
			return errDeclined
		}
		return nil
	}
	return release.Open(a.repoDir, options)
}

// sayShown ends a command that has only been asked what it would do.
func (a *app) sayShown(err error) error {
	if errors.Is(err, errShown) {
		a.sayf("nothing was signed (--dry-run)")
		return nil
	}
	return err
}

// showDifference says what operators' PCs will do differently.
func showDifference(w io.Writer, d *release.Difference) {
	when := ""
	if !d.At.IsZero() {
		when = ", from " + d.At.Format(time.RFC3339)
	}
	if d.Empty() {
		fmt.Fprintf(w, "%s: PCs will do nothing differently%s\n", d.Product, when)
	} else {
		fmt.Fprintf(w, "%s: what PCs will do differently%s\n", d.Product, when)
	}
	var rows [][]string
	for _, f := range d.Fields {
		rows = append(rows, []string{"  " + f.Path, orNone(f.Before) + " -> " + orNone(f.After)})
	}
	for _, c := range d.Channels {
		rows = append(rows, channelRows(c)...)
	}
	terminal.Table(w, rows)
	for _, p := range d.Remade {
		fmt.Fprintf(w, "  scheduled: %s, signed again on top of this\n", planned(p))
	}
	for _, p := range d.Dropped {
		fmt.Fprintf(w, "  cancelled: %s\n", planned(p))
	}
	for _, r := range d.Remarks {
		mark := "note"
		if r.Alarming() {
			mark = "WARNING"
		}
		fmt.Fprintf(w, "  %s: %s\n", mark, remark(r))
	}
}

// planned is a scheduled promotion in words.
func planned(p release.Promotion) string {
	return fmt.Sprintf("%s in %s for %d %% from %s", p.Version, p.Channel, p.Percent, p.At.Format(time.RFC3339))
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

func channelRows(c release.ChannelDifference) [][]string {
	rows := [][]string{{"  " + string(c.Channel), fmt.Sprintf("manifest %s -> %d", number(c.SeqBefore), c.SeqAfter)}}
	if !c.NewestBefore.Equal(c.NewestAfter) {
		rows = append(rows, []string{"    newest", orNone(c.NewestBefore.String()) + " -> " + orNone(c.NewestAfter.String())})
	}
	for _, b := range c.Builds {
		rows = append(rows, []string{"    build " + b.Version.String(), offered(b.Before) + " -> " + offered(b.After)})
	}
	for _, p := range c.PCs {
		rows = append(rows, []string{"    " + installed(p.Installed), does(p.Before) + " -> " + does(p.After) + on(p.Platforms)})
	}
	return rows
}

func number(seq int64) string {
	if seq == 0 {
		return "none"
	}
	return fmt.Sprint(seq)
}

func offered(o release.Offer) string {
	switch {
	case o.Withdrawn != "":
		return "withdrawn: " + o.Withdrawn
	case !o.Offered:
		return "not offered"
	}
	return fmt.Sprintf("%d %%", o.Percent)
}

func installed(i release.Installed) string {
	switch {
	case i.None:
		return "PCs without a version"
	case !i.Below.IsZero():
		return "PCs below " + i.Below.String()
	case i.From.IsZero():
		return "PCs with " + i.To.String() + " or older"
	case i.From.Equal(i.To):
		return "PCs with " + i.From.String()
	}
	return fmt.Sprintf("PCs with %s to %s", i.From, i.To)
}

// does is what a PC does with what it is offered.
func does(o release.Outcome) string {
	var ways []string
	rest := release.Everybody
	for _, w := range o.Ways {
		if w.Percent >= release.Everybody {
			ways, rest = append(ways, w.Version.String()), 0
		} else {
			ways = append(ways, fmt.Sprintf("%s for %d %%", w.Version, w.Percent))
		}
	}
	switch text := strings.Join(ways, ", else "); {
	case len(ways) == 0 && o.Required:
		return "need an update, find none"
	case len(ways) == 0:
		return "stay"
	case o.Required:
		return "must take " + text
	case rest > 0:
		return "take " + text + ", else stay"
	default:
		return "take " + text
	}
}

func on(platforms []string) string { return "  (" + strings.Join(platforms, ", ") + ")" }

// remark is a sentence for each kind.
func remark(r release.Remark) string {
	at := strings.Join(r.Platforms, ", ")
	channel := r.Channel
	switch r.Kind {
	case release.Stranded:
		return fmt.Sprintf("no build in %s reaches the floor %s any more (%s): PCs below it cannot send claims and get nothing", channel, r.Version, at)
	case release.FloorNotOffered:
		if channel == "" {
			return fmt.Sprintf("no channel offers anything yet: promote a build that reaches the floor %s", r.Version)
		}
		return fmt.Sprintf("no build in %s reaches the floor %s (%s): PCs below it are told to update and get nothing", channel, r.Version, at)
	case release.MissingPlatform:
		return fmt.Sprintf("%s has no package for %s, and %s has: those PCs do not get it", r.Version, at, r.Other)
	case release.Shadowed:
		return fmt.Sprintf("nobody will install %s: %s is offered to everybody in %s", r.Version, r.Other, channel)
	case release.LowerShare:
		return fmt.Sprintf("the share of %s goes down to %d %%: where it is installed it stays", r.Version, r.Percent)
	case release.ShareIgnored:
		return fmt.Sprintf("below the floor %s the share of %d %% does not count: all those PCs take %s at once", r.Other, r.Percent, r.Version)
	case release.NewerSystem:
		return fmt.Sprintf("%s needs system version %s: older PCs do not get it", r.Version, r.Other)
	case release.NobodyYet:
		return fmt.Sprintf("0 %%: %s is signed and offered to nobody", r.Version)
	case release.Kept:
		return fmt.Sprintf("where %s is installed it stays; nothing takes it back", r.Version)
	}
	return string(r.Kind)
}
