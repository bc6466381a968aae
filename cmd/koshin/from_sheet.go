package main

import (
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/page"
	"github.com/koshin-updater/koshin/updater/readiness"
	"github.com/koshin-updater/koshin/updater/readiness/sheet"
)

// sheet puts an overview into words, in both languages: what the terminal and the
// HTML page show. Of more PCs than most, the first are shown and all are counted.
func (a *app) sheet(all readiness.Overview, most int) sheet.Page {
	days := int(all.Stale / (24 * time.Hour))
	p := sheet.Page{Made: all.Made, Folder: all.Folder, Sums: a.sums(all.Count(), days)}
	p.Verdict, p.Headline = a.headline(all)
	count := map[page.Verdict]int{}
	for i, pc := range all.PCs {
		verdict := page.Verdict(pc.Verdict)
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Verdict != verdict {
			p.Groups = append(p.Groups, sheet.Group{Verdict: verdict})
		}
		count[verdict]++
		if i >= most {
			p.Shortened = true
			continue
		}
		group := &p.Groups[len(p.Groups)-1]
		group.Rows = append(group.Rows, a.row(pc, all.Made))
	}
	for i := range p.Groups {
		g := &p.Groups[i]
		g.Title = a.inBoth("ready-group-"+string(g.Verdict), "count", count[g.Verdict])
	}
	for _, left := range all.LeftOut {
		p.LeftOut = append(p.LeftOut, sheet.Left{File: left.File, Why: a.inBoth("ready-why-" + whyLeftOut(left.Err))})
	}
	for _, note := range []struct {
		key   string
		count int
	}{{"ready-left-out", all.LeftOutCount}, {"ready-left-out-more", all.LeftOutCount - len(all.LeftOut)}, {"ready-others", all.Others}} {
		if note.count > 0 {
			p.Notes = append(p.Notes, a.inBoth(note.key, "count", note.count))
		}
	}
	if all.Cut {
		p.Notes = append(p.Notes, a.inBoth("ready-cut"))
	}
	return p
}

// headline is what the administrator wants to know first.
func (a *app) headline(all readiness.Overview) (page.Verdict, page.Text) {
	c := all.Count()
	switch {
	case c.All == 0:
		return page.Unknown, a.inBoth("ready-none")
	case c.Fail > 0:
		return page.Fail, a.inBoth("ready-some-fail", "count", c.Fail, "all", c.All)
	case c.Unknown > 0:
		return page.Unknown, a.inBoth("ready-some-unknown", "count", c.Unknown, "all", c.All)
	case c.Warn > 0:
		return page.Warn, a.inBoth("ready-some-warn", "count", c.Warn, "all", c.All)
	}
	return page.OK, a.inBoth("ready-all-well", "all", c.All)
}

func (a *app) sums(c readiness.Count, days int) []sheet.Sum {
	sum := func(key string, count int, v page.Verdict) sheet.Sum {
		if count == 0 {
			v = ""
		}
		return sheet.Sum{Name: a.inBoth("ready-sum-"+key, "days", days), Count: count, Verdict: v}
	}
	return []sheet.Sum{
		sum("all", c.All, ""), sum("ready", c.Ready, page.OK), sum("not-ready", c.NotReady, page.Fail),
		sum("connected", c.Proved, page.OK), sum("not-connected", c.Failed, page.Fail), sum("stale", c.Stale, page.Unknown), sum("delegated", c.Idle, ""),
	}
}

func (a *app) row(pc readiness.PC, now time.Time) sheet.Row {
	row := sheet.Row{Computer: pc.Computer, Age: a.age(pc.Age), Old: pc.Stale, About: "koshin " + pc.Koshin + ", " + pc.System}
	if pc.Clock > 0 {
		row.Notes = append(row.Notes, a.clock("ready-clock-ahead", pc.Clock))
	} else if pc.Clock < 0 {
		row.Notes = append(row.Notes, a.clock("ready-clock-behind", -pc.Clock))
	}
	if pc.Twin != "" {
		row.Notes = append(row.Notes, a.inBoth("ready-twin-"+string(pc.Twin), "other", pc.TwinOf))
	}
	for _, p := range pc.Products {
		row.Products = append(row.Products, a.line(pc, p, now))
	}
	return row
}

func (a *app) clock(key string, by time.Duration) page.Text {
	return both(func(l messages.Language) string { return a.words.Say(l, key, "by", a.lasting(l, by)) })
}

func (a *app) age(age time.Duration) page.Text {
	return both(func(l messages.Language) string {
		if age < time.Minute {
			return a.words.Say(l, "ready-age-now")
		}
		return a.words.Say(l, "ready-age", "span", a.lasting(l, age))
	})
}

// lasting is a duration as people say it: its largest unit.
func (a *app) lasting(l messages.Language, d time.Duration) string {
	switch {
	case d < time.Hour:
		return a.words.Say(l, "ready-span-minutes", "count", int(d.Minutes()))
	case d < 48*time.Hour:
		return a.words.Say(l, "ready-span-hours", "count", int(d.Hours()))
	}
	return a.words.Say(l, "ready-span-days", "count", int(d.Hours()/24))
}

func (a *app) line(pc readiness.PC, p readiness.Product, now time.Time) sheet.Line {
	line := sheet.Line{Title: p.Title, Next: a.next(p, now)}
	if line.Title == (page.Text{}) {
		line.Title = page.Same(string(p.Product))
	}
	switch {
	case p.Installed != nil:
		line.Installed = page.Same(*p.Installed)
	case p.State == string(installer.Absent) || p.State == "":
		line.Installed = a.inBoth("ready-not-installed")
	default:
		line.Installed = a.inBoth("ready-version-unknown")
	}
	if p.Latest != nil && (p.Installed == nil || *p.Latest != *p.Installed) {
		line.Newer = *p.Latest
	}
	if pc.Delegated() {
		idle := sheet.Cell{Verdict: page.OK, Text: a.inBoth("ready-not-needed")}
		line.TLS, line.Connection, line.Next = idle, idle, []page.Text{a.inBoth("ready-delegated")}
		return line
	}
	switch {
	case p.TLSReady == nil:
		line.TLS = sheet.Cell{Verdict: page.Unknown, Text: a.inBoth("ready-tls-unknown")}
	case *p.TLSReady:
		line.TLS = sheet.Cell{Verdict: page.OK, Text: a.inBoth("ready-tls-yes")}
	default:
		line.TLS = sheet.Cell{Verdict: page.Fail, Text: a.inBoth("ready-tls-no")}
	}
	line.Connection = a.connection(p)
	return line
}

func (a *app) connection(p readiness.Product) sheet.Cell {
	c := p.Confirmed
	if c == nil {
		return sheet.Cell{Verdict: page.Warn, Text: a.inBoth("ready-connection-none")}
	}
	key, cell := "partial", sheet.Cell{Verdict: page.Warn}
	if connects := p.Connects(); connects != nil && *connects {
		key, cell.Verdict = "confirmed", page.OK
	} else if connects != nil {
		key, cell.Verdict = "unreachable", page.Fail
	}
	cell.Text = both(func(l messages.Language) string {
		return a.words.Say(l, "ready-connection-"+key, "day", shortDay(l, c.Time))
	})
	if cell.Verdict != page.OK {
		cell.Why = both(func(l messages.Language) string { return a.words.Reason(l, c.Reason) })
	}
	return cell
}

// shortDay is a day in Japan as a table has room for it.
func shortDay(l messages.Language, t time.Time) string {
	t = t.In(time.FixedZone("JST", 9*60*60))
	if l == messages.Japanese {
		return t.Format("2006年1月2日")
	}
	return t.Format("2 Jan 2006")
}

// next is what happens next, or why it waits.
func (a *app) next(p readiness.Product, now time.Time) []page.Text {
	var all []page.Text
	if p.Error != nil {
		all = append(all, a.trouble("ready-fault", p.Error.Code))
	}
	if p.Restart != nil {
		all = append(all, a.inBoth("ready-restart", "version", p.Restart.Version))
	}
	if p.Decided != nil {
		all = append(all, a.planned(*p.Decided, now)...)
	} else if p.Error == nil && p.Ended == nil {
		all = append(all, a.inBoth("ready-not-checked"))
	}
	if e := p.Ended; e != nil && e.Error != "" {
		all = append(all, a.trouble("ready-ended-error", e.Error))
	} else if e != nil && (e.Outcome == "rolled-back" || e.Outcome == "refused" || e.Outcome == "failed") {
		all = append(all, a.inBoth("ready-ended-"+e.Outcome))
	}
	return all
}

// planned is what the last run decided: an action, or the gates that wait.
func (a *app) planned(d readiness.Decided, now time.Time) []page.Text {
	var all []page.Text
	if d.WorksUntil != nil {
		all = append(all, both(func(l messages.Language) string {
			return a.words.Say(l, "ready-works-until", "day", messages.Day(l, *d.WorksUntil))
		}))
	}
	if d.Action != "deferred" || len(d.Gates) == 0 {
		return append(all, a.wordFor("action-", d.Action))
	}
	for _, g := range d.Gates {
		reason := a.wordFor("ready-gate-", g.Name)
		if g.Until != nil && g.Until.After(now) {
			reason = both(func(l messages.Language) string {
				return a.words.Say(l, "ready-until", "reason", inLanguage(l, reason), "until", messages.Moment(l, *g.Until))
			})
		}
		all = append(all, reason)
	}
	return all
}

// trouble names an error by its code, with the catalogue's sentence for it where
// that needs nothing that only the other PC knows.
func (a *app) trouble(key, code string) page.Text {
	return both(func(l messages.Language) string {
		return a.words.Say(l, key, "message", a.words.Named(l, code), "code", code)
	})
}

// wordFor is the word for a code; one that a later koshin wrote is itself.
func (a *app) wordFor(prefix, code string) page.Text {
	if text := a.inBoth(prefix + code); text.JA != prefix+code {
		return text
	}
	return page.Same(code)
}

func inLanguage(l messages.Language, t manifest.Text) string {
	if l == messages.Japanese {
		return t.JA
	}
	return t.EN
}

// showSheet is the same page as a table for the terminal.
func (a *app) showSheet(p sheet.Page) {
	text := func(t page.Text) string { return inLanguage(a.language, t) }
	fmt.Fprintln(a.Out, text(p.Headline))
	for _, s := range p.Sums {
		fmt.Fprintf(a.Out, "  %s %d\n", pad(text(s.Name), 26), s.Count)
	}
	for _, g := range p.Groups {
		fmt.Fprintln(a.Out)
		fmt.Fprintln(a.Out, a.words.Say(a.language, "ready-heading", "verdict", a.say("report-verdict-"+string(g.Verdict)), "title", text(g.Title)))
		a.showRows(g.Rows, text)
	}
	if len(p.LeftOut)+len(p.Notes) > 0 {
		fmt.Fprintln(a.Out)
	}
	for _, n := range p.Notes {
		fmt.Fprintln(a.Out, text(n))
	}
	for _, left := range p.LeftOut {
		fmt.Fprintf(a.Out, "  %s  %s\n", left.File, text(left.Why))
	}
}
