package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/watch"
)

// showWatch prints the answer. The first line is all that some monitors show.
func (a *app) showWatch(r *watch.Report, w watching) error {
	if w.json {
		return encodeIndented(a.Out, r)
	}
	fmt.Fprintf(a.Out, "%s - %s | %s\n", r.Level, headline(r), figures(r, w.thresholds()))
	for _, f := range r.Findings {
		fmt.Fprintf(a.Out, "%s: %s\n", f.Level, f.Text)
	}
	if r.LeftOut > 0 {
		fmt.Fprintf(a.Out, "and %d more\n", r.LeftOut)
	}
	showWatched(a.Out, r)
	return nil
}

// headline is the worst of all, or what is in order.
func headline(r *watch.Report) string {
	if r.Level != watch.OK {
		worst := r.Findings[0].Text
		others := r.LeftOut - 1
		for _, f := range r.Findings {
			if f.Level != watch.OK {
				others++
			}
		}
		if others > 0 {
			worst += fmt.Sprintf(" (and %d more)", others)
		}
		return watch.OneLine("%s", worst)
	}
	depth := "there"
	if r.Packages.Deep {
		depth = "as promised, byte for byte"
	}
	packages := "1 package"
	if n := r.Packages.Promised; n != 1 {
		packages = fmt.Sprintf("%d packages", n)
	}
	text := fmt.Sprintf("%s in order: %s %s", r.Address, packages, depth)
	for _, role := range r.Roles {
		if role.Name == "timestamp" {
			text += ", fresh for " + watch.Span(time.Duration(role.SecondsLeft)*time.Second)
		}
	}
	if r.Anchor.From == "first-use" {
		text += ", anchor believed at first use"
	}
	return watch.OneLine("%s", text)
}

// figures are what a monitor draws (Monitoring Plugins Development Guidelines,
// "Performance data"): what is left in seconds, with the thresholds below which it
// warns and alarms.
func figures(r *watch.Report, t watch.Thresholds) string {
	var parts []string
	left := func(name string, seconds int64, at watch.Threshold) {
		parts = append(parts, fmt.Sprintf("%s=%ds;%d:;%d:", name, seconds, int64(at.Warning.Seconds()), int64(at.Critical.Seconds())))
	}
	least := func(name string, all []int64, at watch.Threshold) {
		if len(all) > 0 {
			first := all[0]
			for _, one := range all {
				first = min(first, one)
			}
			left(name, first, at)
		}
	}
	var roles, timestamp, certificates []int64
	for _, role := range r.Roles {
		if role.Name == "timestamp" {
			timestamp = append(timestamp, role.SecondsLeft)
		} else {
			roles = append(roles, role.SecondsLeft)
		}
	}
	for _, h := range r.Hosts {
		certificates = append(certificates, h.SecondsLeft)
	}
	least("timestamp", timestamp, t.Timestamp)
	least("roles", roles, t.Roles)
	least("certificate", certificates, t.Certificate)
	parts = append(parts, fmt.Sprintf("packages=%d", r.Packages.Promised), fmt.Sprintf("faulty=%d;;0", r.Packages.Faulty))
	return strings.Join(parts, " ")
}

// showWatched is what stands below the first lines, for people.
func showWatched(w io.Writer, r *watch.Report) {
	if r.Anchor.From != "" {
		fmt.Fprintf(w, "\nanchor (%s) SHA-256 %s\n", r.Anchor.From, r.Anchor.SHA256)
	}
	rows := [][]string{}
	for _, role := range r.Roles {
		rows = append(rows, []string{"  " + role.Name, fmt.Sprintf("v%d", role.Version), "expires " + role.Expires.Format(time.DateOnly)})
	}
	terminal.Table(w, rows)
	rows = rows[:0]
	for _, h := range r.Hosts {
		rows = append(rows, []string{"  " + h.Name, h.TLS + " " + h.Suite, "certificate until " + h.Expires.Format(time.DateOnly)})
	}
	terminal.Table(w, rows)
	for _, p := range r.Products {
		floor := "no floor"
		if p.Floor != "" {
			floor = "floor " + p.Floor
		}
		fmt.Fprintf(w, "\n%s %s, manifest %d, %s\n", p.ID, p.Channel, p.Seq, floor)
		rows := [][]string{}
		for _, one := range p.Platforms {
			rows = append(rows, []string{"  " + one.OS + "/" + one.Arch, "below the floor or new: " + waysText(one.Required), "others: " + waysText(one.Optional)})
		}
		terminal.Table(w, rows)
		for _, b := range p.Withdrawn {
			fmt.Fprintf(w, "  %s is withdrawn: %s\n", b.Version, b.Reason)
		}
	}
}

// waysText is what PCs install, the newest first.
func waysText(ways []manifest.Way) string {
	var parts []string
	for _, way := range ways {
		if way.Percent >= manifest.Everybody {
			parts = append(parts, way.Version.String())
		} else {
			parts = append(parts, fmt.Sprintf("%s for %d %%", way.Version, way.Percent))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", then ")
}
