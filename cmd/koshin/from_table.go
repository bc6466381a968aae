package main

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/koshin-updater/koshin/updater/page"
	"github.com/koshin-updater/koshin/updater/readiness/sheet"
)

// showRows writes the PCs of one group as a table: a line for each product, and
// what is to be said of the PC itself below.
func (a *app) showRows(rows []sheet.Row, text func(page.Text) string) {
	cells := [][]string{{a.say("ready-column-computer"), a.say("ready-column-age"), a.say("ready-column-product"), a.say("ready-column-tls"), a.say("ready-column-connection"), a.say("ready-column-next")}}
	notes := map[int][]page.Text{} // after the line of this number
	for _, r := range rows {
		computer, age := r.Computer, text(r.Age)
		for _, p := range r.Products {
			cells = append(cells, []string{computer, age, versions(text(p.Title), text(p.Installed), p), text(p.TLS.Text), text(p.Connection.Text), sentences(p, text)})
			computer, age = "", ""
		}
		if len(r.Products) == 0 {
			cells = append(cells, []string{computer, age, "-", "-", "-", text(a.inBoth("ready-no-products"))})
		}
		notes[len(cells)-1] = r.Notes
	}
	widths := widest(cells)
	for i, line := range cells {
		var out strings.Builder
		for n, cell := range line[:len(line)-1] {
			out.WriteString(pad(cell, widths[n]) + "  ")
		}
		fmt.Fprintln(a.Out, "  "+strings.TrimRight(out.String()+line[len(line)-1], " "))
		for _, note := range notes[i] {
			fmt.Fprintln(a.Out, "    "+text(note))
		}
	}
}

func versions(title, installed string, p sheet.Line) string {
	text := title + " " + installed
	if p.Newer != "" {
		text += " → " + p.Newer
	}
	return text
}

// sentences is the last column: why the connection is not proved, and what
// happens next.
func sentences(p sheet.Line, text func(page.Text) string) string {
	var all []string
	if why := text(p.Connection.Why); why != "" {
		all = append(all, why)
	}
	for _, next := range p.Next {
		all = append(all, text(next))
	}
	return strings.Join(all, " / ")
}

// widest is the width of each column but the last, in cells of a terminal: a
// Japanese character has two.
func widest(cells [][]string) []int {
	widths := make([]int, len(cells[0])-1)
	for _, line := range cells {
		for n := range widths {
			widths[n] = max(widths[n], uniseg.StringWidth(line[n]))
		}
	}
	return widths
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-uniseg.StringWidth(text)))
}
