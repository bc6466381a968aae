package releasetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// tally is the table at the end: what was done, how often, and what readers
// saw then.
type tally struct {
	mu   sync.Mutex
	rows map[string]*row
}

type row struct{ times, old, fresh, broken int }

func (l *tally) row(what string) *row {
	if l.rows == nil {
		l.rows = map[string]*row{}
	}
	if l.rows[what] == nil {
		l.rows[what] = new(row)
	}
	return l.rows[what]
}

// read notes one look.
func (l *tally) read(what, state string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.row(what)
	r.times++
	switch {
	case err != nil:
		r.broken++
	case state == stateOne || state == nothing:
		r.old++
	default:
		r.fresh++
	}
}

func (l *tally) cut(c cut, state string, err error) {
	what := "cut " + c.how
	switch {
	case c.within:
		what = "cut between two files of Commit"
	case c.lasting:
		what += ", for good"
	default:
		what += ", for a moment"
	}
	l.read(what, state, err)
}

func (l *tally) table() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "what happened, and what a strict reader saw then\n%-42s %6s %6s %6s %7s\n", "", "times", "old", "new", "broken")
	for _, what := range slices.Sorted(maps.Keys(l.rows)) {
		r := l.rows[what]
		fmt.Fprintf(&b, "%-42s %6d %6d %6d %7d\n", what, r.times, r.old, r.fresh, r.broken)
	}
	return b.String()
}
