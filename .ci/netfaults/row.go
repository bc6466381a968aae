package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// row is one network, and what koshin must say about it.
type row struct {
	what   string        // is wrong
	by     string        // who plays it
	quick  bool          // part of the short run
	unable func() string // why it cannot be played here; nil: it always can
	set    func(*stage) error
	want   want
}

// want is what koshin must say of a connection.
type want struct {
	verdict, cause string
	root           string // the doctor's root cause; "": none
	exit           int
	also           func(hostSeen) string // what else is not as it should be; "": nothing
}

// confirmSeen is the document of "koshin confirm --json", as far as rows look at it.
type confirmSeen struct {
	Verdict string
	Hosts   []hostSeen
}

type hostSeen struct {
	Proxy         string
	Interceptor   string
	ClockSkew     *float64 `json:"clock_skew"`
	OldTLSRefused *bool    `json:"old_tls_refused"`
	Stacks        []struct {
		OK         *bool
		TLS, Suite string
		Cause      string
		LocalRoot  bool `json:"local_root"`
		Notes      []string
		Error      string
	}
}

// seen is one line of the table.
type seen struct {
	what, by             string
	verdict, cause, root string
	said                 string
	exit                 int
	took                 time.Duration
	wrong                []string // what is not as expected
	unable               string
}

// proofs is how long the proofs of all hosts may take: DESIGN promises it.
const proofs = 10 * time.Second

// play makes one row.
func (r row) play(w *world, number int, start time.Duration) (seen, error) {
	line := seen{what: r.what, by: r.by}
	if r.unable != nil {
		if line.unable = r.unable(); line.unable != "" {
			return line, nil
		}
	}
	s, end, err := w.newStage(fmt.Sprintf("row-%d", number))
	if err != nil {
		return line, err
	}
	defer end()
	pc, err := r.prepare(s)
	if err != nil {
		return line, err
	}
	asked, err := pc.koshin(s.ctx, s, "confirm", "--json", "--lang", "ja")
	if err != nil {
		return line, err
	}
	var doc confirmSeen
	if err := json.Unmarshal(asked.answer, &doc); err != nil || len(doc.Hosts) == 0 || len(doc.Hosts[0].Stacks) == 0 {
		return line, fmt.Errorf("koshin confirm: %s", asked)
	}
	host := doc.atFault()
	line.verdict, line.cause, line.exit, line.took = doc.Verdict, host.Stacks[0].Cause, asked.exit, asked.took
	line.compare("verdict", line.verdict, r.want.verdict)
	line.compare("cause", line.cause, r.want.cause)
	line.compare("exit code", line.exit, r.want.exit)
	if line.took > proofs+start {
		line.wrong = append(line.wrong, fmt.Sprintf("%.1f s is more than %v and %v for the start", line.took.Seconds(), proofs, start))
	}
	if r.want.also != nil {
		if wrong := r.want.also(host); wrong != "" {
			line.wrong = append(line.wrong, wrong)
		}
	}
	if err := r.examine(s, pc, start, &line); err != nil {
		return line, err
	}
	if !w.hurry {
		told, err := pc.koshin(s.ctx, s, "confirm", "--lang", "ja")
		if err != nil {
			return line, err
		}
		line.said = w.sentence(told.answer)
	}
	if len(line.wrong) > 0 {
		line.wrong = append(line.wrong, "koshin: "+shortened(asked.String()))
	}
	return line, nil
}

// doctorSeen is the document of "koshin doctor --json".
type doctorSeen struct {
	RootCause *string `json:"root_cause"`
	Findings  []struct{ Check, Verdict, Reason string }
}

// examine asks the doctor.
func (r row) examine(s *stage, pc *pc, start time.Duration, line *seen) error {
	asked, err := pc.koshin(s.ctx, s, "doctor", "--json", "--lang", "ja")
	if err != nil {
		return err
	}
	var doc doctorSeen
	if err := json.Unmarshal(asked.answer, &doc); err != nil || len(doc.Findings) == 0 {
		return fmt.Errorf("koshin doctor: %s", asked)
	}
	exit := 0
	if doc.RootCause != nil {
		line.root, exit = *doc.RootCause, 1
	}
	for _, f := range doc.Findings {
		if f.Check == line.root {
			line.root += ": " + f.Reason
		}
	}
	line.compare("the doctor's root cause", line.root, r.want.root)
	line.compare("the doctor's exit code", asked.exit, exit)
	if asked.took > proofs+start {
		line.wrong = append(line.wrong, fmt.Sprintf("the doctor took %.1f s", asked.took.Seconds()))
	}
	return nil
}

func (l *seen) compare(what string, got, want any) {
	if got != want {
		l.wrong = append(l.wrong, fmt.Sprintf("%s %v, not %v", what, got, want))
	}
}

// atFault is the first host that did not answer as it should, or the first.
func (d confirmSeen) atFault() hostSeen {
	for _, h := range d.Hosts {
		if len(h.Stacks) > 0 && h.Stacks[0].OK != nil && !*h.Stacks[0].OK {
			return h
		}
	}
	return d.Hosts[0]
}

// newStage makes the place of one row; end clears it away.
func (w *world) newStage(name string) (s *stage, end func(), err error) {
	ctx, cancel := context.WithTimeoutCause(w.ctx, patience, errors.New("the row takes too long"))
	s = &stage{world: w, ctx: ctx, name: name, dir: w.path("rows", name)}
	end = func() {
		cancel()
		s.players.Wait() // or they would outlive this one
	}
	return s, end, os.MkdirAll(s.dir, 0o755)
}

// prepare starts the hosts, publishes with their addresses, and makes the PC.
func (r row) prepare(s *stage) (*pc, error) {
	if err := r.set(s); err != nil {
		return nil, err
	}
	repo, keys, start, err := s.start(ready)
	if err != nil {
		return nil, err
	}
	if err := s.publishFor(repo, keys, ""); err != nil {
		return nil, err
	}
	pc, err := start.forRow(s)
	if err != nil {
		return nil, err
	}
	// While all was well, the PC learnt of the host: confirm asks nobody else.
	if r, err := pc.koshin(s.ctx, &stage{world: s.world, ctx: s.ctx}, "check"); err != nil || r.exit != 0 {
		return nil, fmt.Errorf("koshin check: %s: %w", r, err)
	}
	if s.proxy != "" {
		if err := pc.configure(map[string]string{"proxy": s.proxy}); err != nil {
			return nil, err
		}
	}
	s.releases.row(s.name).gone.Store(s.offline)
	return pc, nil
}

// sentence is what people read, on one line: without the heading, and without what
// is another every time.
func (w *world) sentence(answer []byte) string {
	lines := strings.Split(strings.TrimSpace(string(answer)), "\n")[1:]
	for n, line := range lines {
		if verdict, _, found := strings.Cut(line, "。（"); found && n == 0 { // and the hosts
			line = verdict + "。"
		}
		lines[n] = w.ports.ReplaceAllString(strings.TrimSpace(line), "127.0.0.1")
	}
	return strings.Join(lines, " ")
}

func shortened(text string) string {
	const most = 2500
	if len(text) > most {
		return text[:most] + " …"
	}
	return text
}
