package main

import (
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
)

// windowOf is the claim window as the updater is told of it.
func windowOf(w config.Window) updater.Window {
	months := map[updater.Month]updater.Span{}
	for _, e := range w.Except {
		year, month := e.Month.Split()
		months[updater.Month{Year: year, Month: month}] = spanOf(w.In(e))
	}
	return updater.Window{Usual: spanOf(w.Days, w.Start, w.End), Months: months}
}

func spanOf(d config.Days, start, end config.Clock) updater.Span {
	return updater.Span{First: d.First, Last: d.Last, Start: start.Since(), End: end.Since()}
}
