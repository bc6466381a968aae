package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// story is an update, and the runs after it where they belong to it.
type story struct {
	what  string // happens
	quick bool
	from  string // the build that stands there
	to    string // the build that the publisher offers
	set   func(*stage) ([]step, error)
}

// step is one run of "koshin update --yes".
type step struct {
	when      string // it is, beside the first
	before    func() // what happens in the world before it
	meanwhile func() // what happens between its baseline and its swap
	want      updated
}

// updated is how a run ended.
type updated struct {
	outcome  string
	verdict  string // of the confirmation; "": there was none
	reason   string // of the judgement; "": there was none
	exit     int
	stands   string // the build in the install folder afterwards
	packages int    // that were asked for
}

// updateSeen is the document of "koshin update --json", as far as stories look at it.
type updateSeen struct {
	Products []struct {
		Product string
		Outcome string
		Reason  string
		Confirm *struct{ Verdict string }
		Gates   []struct{ Name, Verdict, Reason string }
		Notes   []string
		Error   *struct{ Message, Remedy string }
		// Explanation says why the connection is judged as it is.
		Explanation *struct{ Message string }
	}
}

// told is one line of the table of updates.
type told struct {
	what  string
	got   updated
	said  string
	took  time.Duration
	wrong []string
}

// play makes one story, a line for each of its runs.
func (t story) play(w *world, number int, start time.Duration) ([]told, error) {
	s, end, err := w.newStage(fmt.Sprintf("story-%d", number))
	if err != nil {
		return nil, err
	}
	defer end()
	steps, err := t.set(s)
	if err != nil {
		return nil, err
	}
	repo, keys, installed, err := s.start(t.from)
	if err != nil {
		return nil, err
	}
	if err := s.publishFor(repo, keys, t.to); err != nil {
		return nil, err
	}
	pc, err := installed.forRow(s)
	if err != nil {
		return nil, err
	}
	var lines []told
	for n, one := range steps {
		line, err := one.run(s, pc, start)
		if err != nil {
			return nil, fmt.Errorf("run %d: %w", n+1, err)
		}
		line.what = t.what
		if n > 0 {
			line.what = "… " + one.when
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// rounds is how often an update proves connectivity at most: before, after, and
// once more after going back.
const rounds = 3

func (o step) run(s *stage, pc *pc, start time.Duration) (told, error) {
	host := s.releases.row(s.name)
	before := host.packages.Load()
	if o.before != nil {
		o.before()
	}
	stop, err := s.atRehearsal(o.meanwhile)
	if err != nil {
		return told{}, err
	}
	r, err := pc.koshin(s.ctx, s, "update", "--yes", "--json", "--lang", "ja")
	if err = errors.Join(err, stop()); err != nil {
		return told{}, err
	}
	var doc updateSeen
	if err := json.Unmarshal(r.answer, &doc); err != nil || len(doc.Products) == 0 {
		return told{}, fmt.Errorf("koshin update: %s", r)
	}
	one := doc.Products[0]
	line := told{took: r.took, got: updated{outcome: one.Outcome, reason: one.Reason, exit: r.exit, stands: pc.installed(), packages: int(host.packages.Load() - before)}}
	if one.Confirm != nil {
		line.got.verdict = one.Confirm.Verdict
	}
	switch {
	case one.Error != nil:
		line.said = one.Error.Message + " " + one.Error.Remedy
	case len(one.Gates) > 0:
		for _, g := range one.Gates {
			if g.Verdict == "closed" {
				line.said = g.Reason
			}
		}
	case one.Explanation != nil:
		line.said = one.Explanation.Message
	}
	if line.got != o.want {
		line.wrong = append(line.wrong, fmt.Sprintf("%+v, not %+v", line.got, o.want), "koshin: "+shortened(r.String()))
	}
	if r.took > rounds*proofs+start {
		line.wrong = append(line.wrong, fmt.Sprintf("%.1f s", r.took.Seconds()))
	}
	return line, nil
}
