package window

import (
	"errors"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// Model is all that the window knows. It is a value: [Model.Told] makes the next
// one and says what is to be done, [Model.View] says what is to be seen. Neither
// waits, reads or writes anything.
type Model struct {
	words Words
	at    stage
	back  stage // where a question leads back to

	findings []updater.Finding
	err      error // of the check, or why there was no run
	run      run
	result   Result

	examining bool
	diagnosis *doctor.Diagnosis
	cannotFix bool // it was tried
	saving    bool
	said      []string // what was done last beside updating, below everything else
	hidden    bool
}

// stage is what the window is about.
type stage string

const (
	checking   stage = "checking"
	checked    stage = "checked"    // found, or failed with err
	working    stage = "working"    // a run is asked for, or followed
	ended      stage = "ended"      // result, or err
	postponing stage = "postponing" // for how long?
	mending    stage = "mending"    // may TLS 1.2 be ticked?
	mendSSL2   stage = "mend-ssl2"  // and SSL 2.0 unticked?
	fixing     stage = "fixing"
)

// New is a window that has just been opened, and its first deed.
func New(w Words) (Model, []Command) {
	return Model{words: w, at: checking}, []Command{{Do: DoCheck}}
}

// Told is the model after a message, and what it wants done.
func (m Model) Told(message Message) (Model, []Command) {
	switch msg := message.(type) {
	case Pressed:
		return m.pressed(msg.Action)
	case Checked:
		return m.checked(msg)
	case Happened:
		m.run = m.run.follow(msg.Event)
	case Ticked:
		m.run.now = msg.Now
	case Ended:
		return m.ended(msg)
	case Examined:
		m.examining = false
		if msg.Err != nil {
			m.said = append(m.said, m.words.problem(msg.Err)...)
			return m, nil
		}
		m.diagnosis = &msg.Diagnosis
	case Mended:
		return m.mended(msg)
	case Postponed:
		return m.postponed(msg)
	case Saved:
		return m.saved(msg), nil
	}
	return m, nil
}

// pressed does what a button says. A button that is not there does nothing:
// whoever sends it has an old picture of the window.
func (m Model) pressed(a Action) (Model, []Command) {
	if a == Close {
		return m.closed()
	}
	if !m.offers(a) {
		return m, nil
	}
	switch a {
	case Check:
		return m.check()
	case Update:
		return m.update()
	case Later:
		m.back, m.at = m.at, postponing
	case LaterShort:
		return m.postpone(2 * time.Hour)
	case LaterLong:
		return m.postpone(4 * time.Hour)
	case LaterToday:
		return m.postpone(busy.Longest)
	case Fix:
		m.back, m.at = m.at, mending
	case FixYes:
		return m.fix(mend.Ask)
	case ClearSSL2:
		return m.fix(mend.Clear)
	case KeepSSL2:
		return m.fix(mend.Keep)
	case Back:
		m.at = m.back
	case SaveReport:
		m.saving = true
		return m, []Command{{Do: DoSave}}
	}
	return m, nil
}

func (m Model) offers(a Action) bool {
	return slices.ContainsFunc(m.View().Buttons, func(b Button) bool { return b.Action == a && b.Enabled })
}

// closed hides the window while a run is followed: the install goes on in any
// case, and there is somebody to hold a shutdown back, and to come back with bad
// news.
func (m Model) closed() (Model, []Command) {
	if m.at == working {
		m.hidden = true
		return m, nil
	}
	return m, []Command{{Do: End}}
}

func (m Model) check() (Model, []Command) {
	m.at, m.err, m.result, m.diagnosis, m.said = checking, nil, Result{}, nil, nil
	return m, []Command{{Do: DoCheck}}
}

// checked shows what was found, and has a PC examined that cannot ask.
func (m Model) checked(c Checked) (Model, []Command) {
	m.at, m.findings, m.err = checked, c.Findings, c.Err
	if needsDoctor(c) {
		return m.examine()
	}
	return m, nil
}

func (m Model) examine() (Model, []Command) {
	m.examining = true
	return m, []Command{{Do: DoExamine}}
}

// update asks for the products that may go on.
func (m Model) update() (Model, []Command) {
	c := Command{Do: DoUpdate}
	for _, f := range m.findings {
		if may, leased := mayUpdate(f); may {
			c.Products, c.Now = append(c.Products, f.Product.ID), c.Now || leased
		}
	}
	m.at, m.run, m.err, m.result, m.diagnosis, m.said = working, run{}, nil, Result{}, nil, nil
	return m, []Command{c}
}

// joins says that another koshin is at work, which may be the daily run: that one
// takes a request on, and can be followed.
func (m Model) joins() bool { return m.at == checked && errors.Is(m.err, updater.ErrBusy) }

// ended shows the result. Where a gate kept the update back, what stands now is
// looked at again: it says why, and when that changes. Bad news bring a hidden
// window back.
func (m Model) ended(e Ended) (Model, []Command) {
	m.at, m.result, m.err = ended, e.Result, e.Err
	hidden := m.hidden
	m.hidden = false
	if e.Err != nil {
		return m, nil
	}
	if e.Result.Error == nil {
		switch end := e.Result.strongest().end(); {
		case hidden && end <= endRestart:
			return m, []Command{{Do: End}}
		case end == endWaits:
			next, do := m.check()
			next.said = m.waited(e.Result)
			return next, do
		case end == endPartly, end == endUnconfirmed:
			return m.examine()
		}
	}
	return m, nil
}

// waited says that an update that was asked for did not happen, what was in its
// way, and what was done beside it.
func (m Model) waited(r Result) []string {
	said := []string{m.words.say("window-not-now")}
	for _, p := range r.shown() {
		if p.Error != nil {
			problem := m.words.problemOf(p)
			said = append(said, plain(problem.Message, maxText), plain(problem.Remedy, maxText))
		}
		if p.Outcome == updater.Updated {
			said = append(said, m.words.became(p))
			said = append(said, m.words.proof(p)...)
		}
	}
	return said
}

func (m Model) postpone(length time.Duration) (Model, []Command) {
	m.at = checking
	return m, []Command{{Do: DoPostpone, For: length}}
}

func (m Model) postponed(p Postponed) (Model, []Command) {
	m, do := m.check()
	if p.Err != nil {
		m.said = m.words.problem(p.Err)
	}
	return m, do
}

func (m Model) fix(ssl2 mend.Choice) (Model, []Command) {
	m.at = fixing
	return m, []Command{{Do: DoFix, SSL2: ssl2}}
}

// mended asks about SSL 2.0 where that is in the way, and examines again after a
// change: the next cause is a new one.
func (m Model) mended(r Mended) (Model, []Command) {
	if errors.Is(r.Err, mend.ErrSSL2) {
		m.at = mendSSL2
		return m, nil
	}
	m.at = m.back
	if r.Err != nil {
		m.said, m.cannotFix = m.words.problem(r.Err), true
		return m, nil
	}
	m.said, m.diagnosis = m.words.mended(r.Result), nil
	return m.examine()
}

func (m Model) saved(s Saved) Model {
	m.saving = false
	if s.Err != nil {
		m.said = m.words.problem(s.Err)
		return m
	}
	m.said = []string{m.words.say("doctor-saved", "file", s.File), m.words.say("window-send-report")}
	return m
}

// of is what was found about a product.
func (m Model) of(id manifest.ProductID) updater.Finding {
	for _, f := range m.findings {
		if f.Product.ID == id {
			return f
		}
	}
	return updater.Finding{Product: updater.Product{ID: id}}
}
