package releasetest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// cut is one way to lose the network.
type cut struct {
	from    string // what the place holds before
	at      int
	how     string
	lasting bool // until the next publishing
	within  bool // at is a look at the context within Commit
}

func (c cut) String() string {
	end := "for a moment"
	if c.lasting {
		end = "for good"
	}
	if c.within {
		return fmt.Sprintf("from %s, within Commit, look %d", c.from, c.at)
	}
	return fmt.Sprintf("from %s, step %d, %s, %s", c.from, c.at, c.how, end)
}

// everyStep lets a reader look before and after every step of a publishing
// that nothing disturbs, from an empty place and from an older state.
func (s *suite) everyStep(t *testing.T) {
	for _, from := range []string{nothing, stateOne} {
		t.Run("from "+from, func(t *testing.T) {
			t.Parallel()
			place := s.prepared(t, from)
			r := s.reader(t, place)
			last := ""
			p := s.publisher(t, place, stateTwo)
			p.net.within, p.net.lookAt = true, never
			p.net.between = func() {
				state, err := r.look(t.Context())
				s.tally.read("between two steps", state, err)
				if err != nil {
					t.Errorf("between two steps: %v", err)
				} else if state != from && state != stateTwo || last == stateTwo && state != last {
					t.Errorf("between two steps a reader saw %s, before it %s", state, last)
				}
				last = state
			}
			if err := p.publish(t); err != nil {
				t.Fatal(err)
			}
			p.net.between = nil
			s.sees(t, r, afterwards, stateTwo)
			s.travelledOnce(t, p.net)
			again := s.publisher(t, place, stateTwo)
			if err := again.publish(t); err != nil || len(again.net.arrivedLarge()) > 0 {
				t.Errorf("publishing once more: %v, %d packages travelled", err, len(again.net.arrivedLarge()))
			}
		})
	}
}

const afterwards = "published, or published again"

// prepared is a place that holds a state.
func (s *suite) prepared(t testing.TB, state string) Place {
	t.Helper()
	place := s.empty(t)
	if state != nothing {
		if err := s.publisher(t, place, state).publish(t); err != nil {
			t.Fatalf("publish state %s: %v", state, err)
		}
	}
	return place
}

// sees lets a reader look, and notes what it was there for.
func (s *suite) sees(t testing.TB, r *reader, what, want string) {
	t.Helper()
	state, err := r.look(t.Context())
	s.tally.read(what, state, err)
	switch {
	case err != nil:
		t.Errorf("%s: a reader fails: %v", what, err)
	case state != want:
		t.Errorf("%s: a reader sees %s, want %s", what, state, want)
	}
}

// cuts learns the steps of one publishing, and then makes every cut.
func (s *suite) cuts(t *testing.T) {
	for _, from := range []string{nothing, stateOne} {
		place := s.prepared(t, from)
		p := s.publisher(t, place, stateTwo)
		if err := p.publish(t); err != nil {
			t.Fatal(err)
		}
		for at, step := range p.net.steps {
			if at%stride() != 0 {
				continue
			}
			for _, c := range waysToCut(from, at, step) {
				t.Run(c.String(), func(t *testing.T) { t.Parallel(); s.cut(t, c) })
			}
		}
		if place.HTTP {
			continue
		}
		for at := range len(s.smallFiles(t, stateTwo)) + 1 {
			c := cut{from: from, at: at, lasting: true, within: true}
			t.Run(c.String(), func(t *testing.T) { t.Parallel(); s.cut(t, c) })
		}
	}
}

// stride thins out the steps on Windows, where a file costs ten times as much,
// and under the race detector, where everything does and which looks for
// something else: every step is cut in a plain run on the other systems.
func stride() int {
	if runtime.GOOS == "windows" || raceDetector {
		return 5
	}
	return 1
}

// waysToCut leaves out what would show the same again: a question asked has
// changed nothing, so that its answer may be lost like the question.
func waysToCut(from string, at int, step string) []cut {
	asks := strings.HasPrefix(step, "GET ") || strings.HasPrefix(step, "HEAD ") || strings.HasPrefix(step, "Size ") || strings.HasPrefix(step, "Read ")
	ways := []cut{{from: from, at: at, how: before, lasting: true}}
	if asks {
		if from == stateOne {
			ways = append(ways, cut{from: from, at: at, how: halfway})
		}
		return ways
	}
	for _, how := range []string{halfway, answer} {
		ways = append(ways, cut{from: from, at: at, how: how, lasting: true}, cut{from: from, at: at, how: how})
	}
	return ways
}

// cut publishes over a network that is cut once, and then over one that works.
func (s *suite) cut(t *testing.T, c cut) {
	place := s.prepared(t, c.from)
	r := s.reader(t, place)
	s.sees(t, r, "before a cut", c.from)
	p := s.publisher(t, place, stateTwo)
	p.net.at, p.net.how, p.net.lasting = c.at, c.how, c.lasting
	if c.within {
		p.net.at, p.net.within, p.net.lookAt = never, true, c.at
	}
	err := p.publish(t)
	if p.net.cut == "" {
		return // parallel uploads took fewer steps this time
	}
	state, lookErr := r.look(t.Context())
	s.tally.cut(c, state, lookErr)
	switch {
	case lookErr != nil:
		t.Errorf("cut at %s: a reader fails: %v", p.net.cut, lookErr)
	case state != c.from && state != stateTwo:
		t.Errorf("cut at %s: a reader sees %s", p.net.cut, state)
	case c.lasting && err == nil:
		t.Errorf("cut at %s for good: the publisher is told that all is well", p.net.cut)
	case !c.lasting && err != nil:
		t.Errorf("cut at %s for a moment: the publisher gives up: %v", p.net.cut, err)
	}
	first := p.net
	p.net = &network{at: never}
	if err := p.publish(t); err != nil {
		t.Fatalf("cut at %s, published again: %v", first.cut, err)
	}
	s.sees(t, r, afterwards, stateTwo)
	s.travelledOnce(t, first, p.net)
}

// arrivedLarge is what the host took that is as long as a package.
func (n *network) arrivedLarge() []int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	var large []int64
	for _, size := range n.arrived {
		if size >= smallestPackage {
			large = append(large, size)
		}
	}
	return large
}

const smallestPackage = 20_000 // see newWorld

// travelledOnce looks at all requests that a host has accepted: packages are
// 10,000 bytes apart, and what a protocol adds is less.
func (s *suite) travelledOnce(t testing.TB, nets ...*network) {
	t.Helper()
	seen := map[int64]int{}
	for _, n := range nets {
		for _, size := range n.arrivedLarge() {
			if seen[size/10_000]++; seen[size/10_000] > 1 {
				t.Errorf("a package of about %d bytes travelled twice", size)
			}
		}
	}
}

// smallFiles are the paths of the metadata and manifests of a state.
func (s *suite) smallFiles(t testing.TB, state string) []string {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"metadata/*.json", "targets/*/*.json"} {
		found, err := filepath.Glob(filepath.Join(s.path(state), filepath.FromSlash(pattern)))
		s.must(t, err)
		for _, file := range found {
			relative, err := filepath.Rel(s.path(state), file)
			s.must(t, err)
			paths = append(paths, filepath.ToSlash(relative))
		}
	}
	return paths
}

func (s *suite) read(t testing.TB, state, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.path(state), filepath.FromSlash(path)))
	s.must(t, err)
	return data
}
