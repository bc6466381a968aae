package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// screen is the one screen of status: what PCs are offered, who signs what, and
// what to do.
type screen struct {
	io.Writer
	dir string
	*release.Status
}

func (s screen) show() {
	verdict := "yes"
	if s.Problem != "" {
		verdict = "NO\n  " + s.Problem
	}
	fmt.Fprintf(s, "repository %s, %s; a client can verify it: %s\n", s.dir, s.Time.Format("2006-01-02 15:04 MST"), verdict)
	fmt.Fprintln(s, s.published())
	if len(s.Products) == 0 {
		fmt.Fprintln(s, "\nno products")
	}
	for _, p := range s.Products {
		s.product(p)
	}
	fmt.Fprintln(s)
	s.roles()
	fmt.Fprintln(s)
	todo := s.todo()
	if len(todo) == 0 {
		fmt.Fprintf(s, "nothing to do until %s: then koshin-release refresh, or a scheduler that runs it\n", s.nextExpiry().Format(time.DateOnly))
	}
	for _, line := range todo {
		if !strings.HasPrefix(line, "  ") { // goes with the line above
			line = "to do: " + line
		}
		fmt.Fprintln(s, line)
	}
}

// published is one line about the destination.
func (s screen) published() string {
	p := s.Published
	switch {
	case p == nil:
		return "published: not known here; compare with koshin-release status --to DESTINATION"
	case p.Problem != "":
		return fmt.Sprintf("published: %s cannot be compared: %s", p.Destination, p.Problem)
	case p.Compared && p.Complete:
		return fmt.Sprintf("published: %s has all of it", p.Destination)
	case p.Complete:
		return fmt.Sprintf("published: all of it, to %s on %s", p.Destination, p.Time.Format(time.DateOnly))
	case p.Compared && p.State == 0:
		return fmt.Sprintf("published: nothing yet to %s", p.Destination)
	case p.Compared:
		return fmt.Sprintf("published: %s has an older state (number %d)", p.Destination, p.State)
	}
	return fmt.Sprintf("published: an older state, to %s on %s", p.Destination, p.Time.Format(time.DateOnly))
}

func (s screen) product(p release.ProductStatus) {
	floor := "no floor"
	if p.Floor != nil {
		floor = fmt.Sprintf("floor %s since %s", p.Floor.Version, p.Floor.Since)
	}
	fmt.Fprintf(s, "\n%s  %s / %s; %s, builds added: %d\n", p.Product, p.Title.JA, p.Title.EN, floor, p.Builds)
	if len(p.Channels) == 0 {
		fmt.Fprintln(s, "  nothing promoted yet")
	}
	var rows [][]string
	waiting := slices.Clone(p.Scheduled)
	for _, c := range p.Channels {
		rows = append(rows, channelLines(c)...)
		waiting = slices.DeleteFunc(waiting, func(one release.ScheduledStatus) bool {
			if one.Channel == c.Channel {
				rows = append(rows, scheduledLine("", one))
			}
			return one.Channel == c.Channel
		})
	}
	for _, one := range waiting { // the first of its channel
		rows = append(rows, scheduledLine("  "+string(one.Channel), one))
	}
	terminal.Table(s, rows)
}

func scheduledLine(name string, one release.ScheduledStatus) []string {
	when := "scheduled for "
	if one.Due {
		when = "due since "
	}
	return []string{name, one.Version.String(), fmt.Sprintf("%d %%", one.Percent), when + one.At.Format(time.RFC3339)}
}

// channelLines are the builds that PCs may take, down to the one for everybody;
// the others are counted.
func channelLines(c release.ChannelStatus) [][]string {
	if len(c.Builds) == 0 {
		return [][]string{{"  " + string(c.Channel), "nothing"}}
	}
	var rows [][]string
	name := "  " + string(c.Channel)
	for i, b := range c.Builds {
		share := fmt.Sprintf("%d %%", b.Percent)
		about := strings.Join(b.Platforms, " ")
		if b.Withdrawn != "" {
			share, about = "none", "withdrawn: "+b.Withdrawn
		}
		rows = append(rows, []string{name, b.Version.String(), share, about})
		name = ""
		if older := len(c.Builds) - i - 1; older > 0 && b.Withdrawn == "" && b.Percent == release.Everybody {
			rows[len(rows)-1][3] += fmt.Sprintf("  (and %d older)", older)
			break
		}
	}
	return rows
}

func (s screen) roles() {
	rows := [][]string{{"ROLE", "FILE", "NEEDS", "SIGNED", "KEYS HERE", "EXPIRES", "DAYS LEFT"}}
	for _, r := range s.Roles {
		here := "-"
		if r.Here != nil {
			here = fmt.Sprint(*r.Here)
		}
		left := fmt.Sprint(r.DaysLeft)
		if r.DaysLeft < 0 {
			left += " EXPIRED"
		}
		rows = append(rows, []string{
			r.Role, fmt.Sprintf("v%d", r.Version), fmt.Sprintf("%d of %d", r.Threshold, r.Keys),
			fmt.Sprint(r.Signed), here, r.Expires.Format(time.DateOnly), left,
		})
	}
	terminal.Table(s, rows)
}

func (s screen) nextExpiry() time.Time {
	return slices.MinFunc(s.Roles, func(a, b release.RoleStatus) int { return a.Expires.Compare(b.Expires) }).Expires
}

// todo is what a publisher should do, each with the command.
func (s screen) todo() []string {
	var lines []string
	var together []string
	for _, r := range s.Roles {
		why := signing(r)
		switch command := signCommand(r.Role); {
		case why == "":
		case r.DaysLeft < 0 && strings.HasPrefix(command, "sign "):
			lines, together = append(lines, why), append(together, strings.TrimPrefix(command, "sign "))
		default:
			lines = append(lines, why+": koshin-release "+command)
		}
	}
	if len(together) > 0 {
		lines = append(lines, "koshin-release sign "+strings.Join(together, " "))
	}
	for _, p := range s.Products {
		lines = append(lines, productTodo(p)...)
	}
	if p := s.Published; p != nil && !p.Complete && p.Problem == "" {
		lines = append(lines, unpublished(p)...)
	}
	return lines
}

// signing says why a role is to be signed, and whose keys that needs.
func signing(r release.RoleStatus) string {
	why := ""
	switch {
	case r.Signed < r.Threshold:
		why = fmt.Sprintf("%s has %d of %d signatures", r.Role, r.Signed, r.Threshold)
	case r.DaysLeft < 0:
		why = r.Role + " has expired"
	case r.Renew:
		why = fmt.Sprintf("%s expires in %s", r.Role, days(r.DaysLeft))
	default:
		return ""
	}
	if r.Here != nil && *r.Here < r.Threshold {
		why += fmt.Sprintf(" (needs %d of %d keys, and --keys has %d)", r.Threshold, r.Keys, *r.Here)
	}
	return why
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func signCommand(role string) string {
	switch role {
	case "root", "targets":
		return "sign --role " + role
	case "snapshot", "timestamp":
		return "refresh"
	}
	return "sign --product " + role
}

func productTodo(p release.ProductStatus) []string {
	var lines []string
	for _, name := range p.Unreachable {
		lines = append(lines, fmt.Sprintf("no build of %s in %s reaches the floor %s on every platform: promote one", p.Product, name, p.Floor.Version))
	}
	for _, one := range p.Scheduled {
		switch {
		case one.Problem != "":
			lines = append(lines, fmt.Sprintf("%s %s in %s will not be promoted as scheduled: %s", p.Product, one.Version, one.Channel, one.Problem))
		case one.Due:
			lines = append(lines, fmt.Sprintf("%s %s in %s is due: koshin-release refresh", p.Product, one.Version, one.Channel))
		}
	}
	return lines
}

// unpublished names what PCs do not see yet.
func unpublished(p *release.PublishedStatus) []string {
	words := []string{"koshin-release publish --to " + p.Destination}
	for _, c := range p.Channels {
		change := fmt.Sprintf("  not published: %s in %s: ", c.Product, c.Channel)
		switch there, here := versionOr(c.There), versionOr(c.Here); {
		case there != here:
			change += there + " -> " + here
		case len(c.Builds) > 0:
			change += c.Builds[0].String()
		default:
			change += "the product's definition"
		}
		words = append(words, change)
	}
	if p.Packages > 0 {
		words = append(words, fmt.Sprintf("  not published: packages: %d, %s", p.Packages, readable(p.Bytes)))
	}
	return words
}

func versionOr(v *manifest.Version) string {
	if v == nil {
		return "nothing"
	}
	return v.String()
}
