package terminal

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows how far long work has come: a bar with the time left on a
// terminal, otherwise a plain line at the start of each piece of work and at
// every further quarter, so that a log stays short.
type Progress struct {
	streams Streams
	bar     *progressbar.ProgressBar
	title   string
	quarter int64
}

// NewProgress shows nothing until Step is called.
func NewProgress(s Streams) *Progress { return &Progress{streams: s} }

// Step shows that done of total bytes of the titled work are finished. A new
// title begins new work.
func (p *Progress) Step(title string, done, total int64) {
	if title != p.title {
		p.Finish()
		p.title, p.quarter = title, -1
		if p.streams.CanDraw && total > 0 {
			p.bar = newBar(p.streams.Err, title, total)
		}
	}
	if p.bar != nil {
		_ = p.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
		return
	}
	if total <= 0 {
		return
	}
	if quarter := done * 4 / total; quarter > p.quarter {
		p.quarter = quarter
		fmt.Fprintf(p.streams.Err, "%s %d%%\n", title, done*100/total)
	}
}

// Finish ends the bar's line. Call it before writing anything else.
func (p *Progress) Finish() {
	if p.bar != nil {
		fmt.Fprintln(p.streams.Err)
		p.bar = nil
	}
	p.title = ""
}

func newBar(w io.Writer, title string, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(title),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionUseANSICodes(false),
		progressbar.OptionThrottle(100*time.Millisecond),
	)
}
