package main

import (
	"context"
	"errors"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/request"
)

// openDoor lets operators ask this run for their products until the returned
// function is called. A run whom nobody can ask does its work all the same.
func (a *app) openDoor(ctx context.Context) (closeDoor func()) {
	if a.machine.requests.listen == nil {
		return func() {}
	}
	c, err := a.loadConfig()
	if err != nil {
		return func() {} // the run says it
	}
	door, err := a.machine.requests.listen(c.StateDir)
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			a.log.WarnContext(ctx, "operators cannot ask this run", "error", err)
		}
		return func() {}
	}
	var products []manifest.ProductID
	for _, p := range c.Products {
		products = append(products, p.ID)
	}
	a.desk = request.NewDesk(a.run, products, a.log)
	open, leave := context.WithCancel(ctx)
	left := make(chan error, 1)
	go func() { left <- a.desk.Serve(open, door) }()
	return func() {
		leave()
		if err := <-left; err != nil {
			a.log.WarnContext(ctx, "operators could not ask this run any more", "error", err)
		}
	}
}

// asked is closed when an operator asks for this run; nil: nobody can.
func (a *app) asked() <-chan struct{} {
	if a.desk == nil {
		return nil
	}
	return a.desk.Asked()
}

// nobodyAsks says that this run may end before it has begun; from then on it
// accepts no request.
func (s *session) nobodyAsks() bool { return s.desk == nil || s.desk.Next() == nil }

// requested says whether an operator asked for this product in this run.
func (a *app) requested(p manifest.ProductID) bool {
	return a.byOperator || a.desk != nil && a.desk.Wants(p)
}

// listening tells the desk whose turn it is, beside what the events are for.
func (s *session) listening(take func(updater.Event)) func(updater.Event) {
	return func(e updater.Event) {
		if s.desk != nil && e.Phase == updater.PhaseRecover {
			s.desk.Begin(e.Product)
		}
		take(e)
	}
}

// consent asks the operator what only the operator can answer. --yes is not an
// answer to these. Whoever asked for this run while claims cannot be sent has
// answered the question about the outage, and no other one.
func (s *session) consent(ctx context.Context, q updater.Question) bool {
	if q.Kind == updater.AskOutage && s.requested(q.Product) {
		return true
	}
	if !s.CanAsk {
		return false
	}
	s.events.pause()
	return s.Ask(ctx, s.say("ask-"+string(q.Kind)))
}

// updateAll goes over the products, and again over those that somebody asked for
// when their turn had begun already.
func (s *session) updateAll(ctx context.Context, products []updater.Product, o updater.UpdateOptions) ([]updater.Report, error) {
	reports, err := s.updater.Update(ctx, products, o)
	for s.desk != nil && ctx.Err() == nil {
		again := s.desk.Next()
		if again == nil {
			break
		}
		var ids []string
		for _, p := range again {
			ids = append(ids, string(p))
		}
		late, unknown := s.updater.Select(ids)
		if unknown != nil {
			return reports, errors.Join(err, unknown) // the configuration was changed meanwhile
		}
		o.Self = false
		more, failed := s.updater.Update(ctx, late, o)
		reports, err = merge(reports, more), errors.Join(err, failed)
	}
	return reports, err
}

// merge puts what a later pass did in the place of what the one before did.
// That there was nothing left to do is no news about a product that was updated.
func merge(before, more []updater.Report) []updater.Report {
	for _, r := range more {
		at := -1
		for i := range before {
			if before[i].Product == r.Product {
				at = i
			}
		}
		switch {
		case at < 0:
			before = append(before, r)
		case r.Outcome != updater.UpToDate || before[at].Outcome != updater.Updated:
			before[at] = r
		}
	}
	return before
}
