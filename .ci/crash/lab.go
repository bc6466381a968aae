package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// lab has the world and everything that the ways of stopping need to know about
// its plans.
type lab struct {
	*world
	seed   uint64
	random int // runs of a row that draws its instants
	stride int // of the rows that go through every call, take every so many
	only   string
	number int // with only: this run alone; -1: all
	keep   bool
	first  bool        // end with the first run that ends badly
	bad    atomic.Bool // one did
	jobs   int
	own    map[string]tree // the operator's files, by PC
	serial atomic.Int64
	scenes map[string][]scene // by plan
}

// scene is a PC on which a plan begins, and what the plan does there when
// nobody stops it.
type scene struct {
	pc    *pc
	name  string
	calls []call
	span  time.Duration // of the whole run
	open  time.Duration // from the first change of a journal to the last
}

// fresh is a new PC in the state of another one.
func (l *lab) fresh(p *pc) (*pc, error) {
	return p.copyTo(l.file("runs", fmt.Sprintf("%06d", l.serial.Add(1))))
}

// scenesOf prepares a plan once.
func (l *lab) scenesOf(ctx context.Context, pl plan) ([]scene, error) {
	if have, ok := l.scenes[pl.name]; ok {
		return have, nil
	}
	list := []scene{{pc: l.start(pl.starts()), name: "from the start"}}
	if pl.from != "" {
		var err error
		if list, err = l.interrupted(ctx, planNamed(pl.from)); err != nil {
			return nil, err
		}
	}
	for n := range list {
		var err error
		if err = l.undisturbed(ctx, &list[n], pl); err != nil {
			return nil, fmt.Errorf("%s, %s: %w", pl.name, list[n].name, err)
		}
	}
	l.scenes[pl.name] = list
	return list, nil
}

// undisturbed runs a plan to its end, twice: to write down what it does to the
// disk, and to see how long it takes.
func (l *lab) undisturbed(ctx context.Context, s *scene, pl plan) error {
	args := pl.arguments(l.world)
	err := l.toItsEnd(ctx, s, pl, func(p *pc) (r result, err error) {
		s.calls = nil
		r, err = guarded(ctx, p.command(ctx, args...), p.dir, func(c call) reply {
			c.path = strings.TrimPrefix(c.path, p.dir+"/")
			s.calls = append(s.calls, c)
			return reply{}
		})
		return r, err
	})
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return l.toItsEnd(ctx, s, pl, func(p *pc) (r result, err error) {
		s.open = p.journalled(func() {
			began := time.Now()
			r, err = p.koshin(ctx, args...)
			s.span = time.Since(began)
		})
		return r, err
	})
}

// tries: a machine that is very busy can make a connection test fail, and then
// the run is another one than was to be measured.
const tries = 3

// toItsEnd runs a plan on a fresh PC until it ends as it should.
func (l *lab) toItsEnd(ctx context.Context, s *scene, pl plan, do func(*pc) (result, error)) error {
	wanted := 0
	if pl.takenBack {
		wanted = 5
	}
	var r result
	for range tries {
		p, err := l.fresh(s.pc)
		if err != nil {
			return err
		}
		r, err = do(p)
		_ = os.RemoveAll(p.dir) // what stays behind is only space
		if err != nil || r.exit == wanted {
			return err
		}
	}
	return fmt.Errorf("koshin %q, undisturbed: %s", pl.arguments(l.world), r)
}

// interruptions is at how many calls a plan is stopped for the plans that
// recover it.
const interruptions = 6

// interrupted stops a plan at calls that lie evenly between the first and the
// last moment of its transaction.
func (l *lab) interrupted(ctx context.Context, pl plan) ([]scene, error) {
	undisturbed, err := l.scenesOf(ctx, pl)
	if err != nil {
		return nil, err
	}
	calls := undisturbed[0].calls
	if len(calls) == 0 { // nobody watches calls here
		return l.interruptedOnce(ctx, pl, undisturbed[0])
	}
	isJournal := func(c call) bool { return filepath.Base(c.path) == "journal" }
	first, last := slices.IndexFunc(calls, isJournal), len(calls)-1
	if first < 0 {
		return nil, fmt.Errorf("%s has no journal", pl.name)
	}
	for !isJournal(calls[last]) {
		last--
	}
	var list []scene
	for n := range interruptions {
		at := first + 1 + (last-first-1)*n/(interruptions-1)
		p := &pc{w: l.world, dir: l.file("interrupted", fmt.Sprintf("%s-%d", strings.ReplaceAll(pl.name, " ", "-"), at))}
		if _, err := undisturbed[0].pc.copyTo(p.dir); err != nil {
			return nil, err
		}
		if _, err := stopAt(ctx, p, pl.arguments(l.world), at, reply{die: true}); err != nil {
			return nil, err
		}
		list = append(list, scene{pc: p, name: fmt.Sprintf("%s stopped before call %d, %s", pl.name, at, calls[at])})
	}
	return list, nil
}

// interruptedOnce kills a plan when most of its time has passed.
func (l *lab) interruptedOnce(ctx context.Context, pl plan, s scene) ([]scene, error) {
	r := &run{lab: l, plan: pl}
	if err := r.on(s); err != nil {
		return nil, err
	}
	return []scene{{pc: r.pc, name: pl.name + " killed"}}, r.killIn(ctx, r.args(), s.span*8/10)
}

// stopAt runs koshin until it is about to make call number n and answers that
// with what. It says whether it came so far.
func stopAt(ctx context.Context, p *pc, args []string, n int, what reply) (met bool, err error) {
	count := -1
	_, err = guarded(ctx, p.command(ctx, args...), p.dir, func(call) reply {
		if count++; count != n {
			return reply{}
		}
		met = true
		return what
	})
	return met, err
}

// draw is the random numbers of one run: the same for the same seed.
func (l *lab) draw(row string, n int) *rand.Rand {
	var name uint64
	for _, b := range []byte(row) {
		name = name*131 + uint64(b)
	}
	return rand.New(rand.NewPCG(l.seed, name+uint64(n)<<32))
}
