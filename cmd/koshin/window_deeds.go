package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// deeds are what the window wants done, by the person who sits before it. Each
// has an app of its own: they run side by side, and the configuration may change
// while a window stands open all day.
type deeds struct{ *app }

func (o deeds) alone() *app {
	a := *o.app
	return &a
}

func (o deeds) check(ctx context.Context) ([]updater.Finding, error) {
	s, err := o.alone().open()
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.updater.Check(ctx, s.products)
}

func (o deeds) diagnose(ctx context.Context) (doctor.Diagnosis, error) {
	return o.alone().examine(ctx)
}

// fix ticks TLS 1.2 in this user's own Internet Options, as doctor --fix does.
func (o deeds) fix(ctx context.Context, ssl2 mend.Choice) (mend.Result, error) {
	if o.machine.windows == nil {
		return mend.Result{}, errors.ErrUnsupported
	}
	do, err := o.machine.windows.errands()
	if err != nil {
		return mend.Result{}, err
	}
	did, err := do(ctx, mend.Errand{Do: mend.DoFix, SSL2: ssl2})
	if err == nil && did.Outcome != mend.Unchanged {
		o.log.InfoContext(ctx, "setting changed", "setting", did.Setting)
		o.alone().audit(ctx, mending{fix: true}, did)
	}
	return did, err
}

// postpone says "not now" for so long; 0 takes that back.
func (o deeds) postpone(length time.Duration) error {
	c, err := o.loadConfig()
	if err != nil {
		return err
	}
	if length == 0 {
		return busy.Clear(c.StateDir)
	}
	lease, err := busy.New(time.Now(), length)
	if err != nil {
		return err
	}
	return busy.Write(c.StateDir, lease)
}

// save examines, and writes the page for the help desk where people look for
// what they saved.
func (o deeds) save(ctx context.Context) (string, error) {
	a := o.alone()
	d, err := a.examine(ctx)
	if err != nil {
		return "", err
	}
	dir, err := a.machine.desktop()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "koshin-"+time.Now().Format("20060102-150405")+".html")
	return file, a.saveDiagnosis(file, d)
}
