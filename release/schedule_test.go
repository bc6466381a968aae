package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

const torikomi = manifest.ProductID("torikomi-soshin")

// hour is a time on the day of these tests.
func hour(h int) time.Time { return time.Date(2021, 4, 1, h, 0, 0, 0, time.UTC) }

// at opens the working copy at an hour with some keys.
func (p publisher) at(t *testing.T, h int, keys string) *Repository {
	t.Helper()
	o := p.options()
	o.Now, o.Keys = func() time.Time { return hour(h) }, &Keys{Dir: keys}
	r, err := Open(p.dir, o)
	try(t, err)
	return r
}

// online is a key folder with the online key alone, as a scheduler has it.
func (p publisher) online(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	data, err := os.ReadFile(filepath.Join(p.keys, onlineKey))
	try(t, err)
	try(t, os.WriteFile(filepath.Join(dir, onlineKey), data, 0o600))
	return dir
}

// pc is one that reads the repository again and again.
type pc struct {
	client *trust.Client
	now    time.Time
}

func (p publisher) pc(t *testing.T) *pc {
	t.Helper()
	anchor, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(anchorPath)))
	try(t, err)
	one := &pc{}
	one.client, err = trust.Open(trust.Options{Anchor: anchor, Now: func() time.Time { return one.now }})
	try(t, err)
	return one
}

// offered is the builds and their shares that the PC is offered at an hour.
func (one *pc) offered(ctx context.Context, from trust.Fetcher, h int) (string, error) {
	one.now = hour(h)
	repository, err := one.client.Refresh(ctx, from)
	if err != nil {
		return "", err
	}
	release, err := repository.Release(ctx, torikomi, manifest.Stable)
	if err != nil {
		return "", err
	}
	var words []string
	for _, b := range release.Manifest.Builds {
		words = append(words, fmt.Sprintf("%s:%d", b.Version, b.Percent(false)))
	}
	return strings.Join(words, " "), nil
}

func (one *pc) sees(t *testing.T, p publisher, h int, want string) {
	t.Helper()
	got, err := one.offered(t.Context(), tree{p.dir}, h)
	if err != nil || got != want {
		t.Errorf("at %d:00 the PC is offered %q, %v; want %q", h, got, err, want)
	}
}

func (p publisher) schedule(t *testing.T, h, percent int) {
	t.Helper()
	err := p.at(t, 9, p.keys).Schedule(t.Context(), torikomi, Promotion{At: hour(h), Version: number(t, "2.3.0"), Channel: manifest.Stable, Percent: percent})
	try(t, err)
}

func (p publisher) renew(t *testing.T, h int, keys string, promoted, refused int) {
	t.Helper()
	done, err := p.at(t, h, keys).Renew(t.Context())
	try(t, err)
	if len(done.Promoted) != promoted || len(done.Refused) != refused {
		t.Errorf("at %d:00: %+v", h, done)
	}
	for _, r := range done.Refused {
		if !errors.Is(r.Err, ErrScheduledStale) {
			t.Error(r.Err)
		}
	}
}

// TestScheduled: a rollout in two steps, taken in by the online key alone; a
// change in between goes on top.
func TestScheduled(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.add(t, p.open(t), "2.3.0")
	online, one := p.online(t), p.pc(t)
	one.sees(t, p, 9, "2.2.0:100")

	before := files(t, p.dir)
	p.schedule(t, 12, 25)
	p.schedule(t, 15, 100)
	for name := range files(t, p.dir) {
		online := name == timestampPath || strings.HasSuffix(name, ".snapshot.json")
		if _, old := before[name]; !old && !online && name != schedulePath(torikomi) {
			t.Errorf("%s can be read before its time", name)
		}
	}
	one.sees(t, p, 9, "2.2.0:100")
	try(t, p.at(t, 9, "").Verify(t.Context()))

	p.renew(t, 11, online, 0, 0)
	one.sees(t, p, 11, "2.2.0:100")
	p.renew(t, 12, online, 1, 0)
	one.sees(t, p, 12, "2.3.0:25 2.2.0:100")
	try(t, p.at(t, 12, "").Verify(t.Context()))

	since, err := manifest.ParseDate("2021-04-01")
	try(t, err)
	try(t, p.at(t, 13, p.keys).SetFloor(t.Context(), torikomi, number(t, "2.2.0"), since))
	one.sees(t, p, 13, "2.3.0:25 2.2.0:100")
	p.renew(t, 16, online, 1, 0)
	one.sees(t, p, 16, "2.3.0:100 2.2.0:100")
	product, err := p.open(t).Product(torikomi)
	try(t, err)
	if product.Floor == nil {
		t.Error("what was scheduled has taken the floor back")
	}
	p.renew(t, 17, online, 0, 0)
	try(t, p.at(t, 17, "").Verify(t.Context()))
}

// TestScheduledAllAtOnce: nobody refreshed for two steps; a change before the
// refresh takes in what is due.
func TestScheduledAllAtOnce(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.add(t, p.open(t), "2.3.0")
	one := p.pc(t)
	p.schedule(t, 12, 25)
	p.schedule(t, 13, 50)
	p.schedule(t, 15, 100)
	changed := p.copy(t)
	p.renew(t, 14, p.online(t), 2, 0)
	one.sees(t, p, 14, "2.3.0:50 2.2.0:100")

	if err := changed.at(t, 14, p.keys).Schedule(t.Context(), torikomi, Promotion{At: hour(18), Version: number(t, "2.3.0"), Channel: manifest.Stable}); !errors.Is(err, ErrScheduleDue) {
		t.Error(err)
	}
	try(t, changed.at(t, 14, p.keys).Sign(t.Context(), Roles{Products: []manifest.ProductID{torikomi}}))
	changed.pc(t).sees(t, changed, 14, "2.3.0:50 2.2.0:100")
	changed.renew(t, 15, p.online(t), 1, 0)
	changed.pc(t).sees(t, changed, 15, "2.3.0:100 2.2.0:100")
}

func TestScheduleRefuses(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.add(t, p.open(t), "2.3.0")
	p.add(t, p.open(t), "2.4.0")
	try(t, p.open(t).Withdraw(t.Context(), torikomi, number(t, "2.4.0"), "cannot print"))
	before := files(t, p.dir)
	cases := []struct {
		name string
		p    Promotion
		want error
	}{
		{"now", Promotion{At: hour(9), Version: number(t, "2.3.0"), Channel: manifest.Stable}, ErrSchedule},
		{"over", Promotion{At: hour(8), Version: number(t, "2.3.0"), Channel: manifest.Stable}, ErrSchedule},
		{"more than a year", Promotion{At: hour(10).AddDate(1, 0, 0), Version: number(t, "2.3.0"), Channel: manifest.Stable}, ErrSchedule},
		{"no such build", Promotion{At: hour(12), Version: number(t, "2.5.0"), Channel: manifest.Stable}, ErrUnknownBuild},
		{"withdrawn", Promotion{At: hour(12), Version: number(t, "2.4.0"), Channel: manifest.Stable}, ErrWithdrawn},
		{"share", Promotion{At: hour(12), Version: number(t, "2.3.0"), Channel: manifest.Stable, Percent: 101}, ErrPercent},
		{"channel", Promotion{At: hour(12), Version: number(t, "2.3.0"), Channel: "beta"}, manifest.ErrName},
	}
	for _, c := range cases {
		if err := p.open(t).Schedule(t.Context(), torikomi, c.p); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := p.open(t).Cancel(t.Context(), torikomi, number(t, "2.3.0"), manifest.Stable); !errors.Is(err, ErrNotScheduled) {
		t.Error(err)
	}
	if !maps.Equal(before, files(t, p.dir)) {
		t.Error("the working copy has changed")
	}
	try(t, p.open(t).Schedule(t.Context(), torikomi, Promotion{At: hour(9).AddDate(1, 0, 0), Version: number(t, "2.3.0"), Channel: manifest.Stable}))
}

// TestCancelled: what was cancelled does not come back, also not by somebody
// who kept the signed file and has the online key.
func TestCancelled(t *testing.T) {
	t.Parallel()
	for name, cancel := range map[string]func(context.Context, *Repository) error{
		"cancel": func(ctx context.Context, r *Repository) error {
			return r.Cancel(ctx, torikomi, number(t, "2.3.0"), manifest.Stable)
		},
		"withdraw": func(ctx context.Context, r *Repository) error {
			return r.Withdraw(ctx, torikomi, number(t, "2.3.0"), "cannot print")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPublisher(t)
			p.add(t, p.open(t), "2.3.0")
			p.schedule(t, 12, 25)
			p.schedule(t, 15, 100)
			file := filepath.Join(p.dir, filepath.FromSlash(schedulePath(torikomi)))
			kept, err := os.ReadFile(file)
			try(t, err)
			try(t, cancel(t.Context(), p.at(t, 10, p.keys)))
			one := p.pc(t)
			one.sees(t, p, 10, "2.2.0:100")
			p.renew(t, 16, p.online(t), 0, 0)

			try(t, os.WriteFile(file, kept, 0o644))
			if err := p.at(t, 16, "").Verify(t.Context()); !errors.Is(err, ErrScheduledStale) {
				t.Errorf("verify: %v", err)
			}
			p.renew(t, 16, p.online(t), 0, 2)
			one.sees(t, p, 16, "2.2.0:100")
		})
	}
}

// TestReleasedEarly: somebody with the online key published what was scheduled
// before its time. A PC that has seen it follows the publisher all the same,
// whatever he does next.
func TestReleasedEarly(t *testing.T) {
	t.Parallel()
	template := newPublisher(t)
	template.add(t, template.open(t), "2.3.0")
	template.schedule(t, 12, 25)
	template.schedule(t, 15, 100)
	for name, next := range map[string]func(*Repository) error{
		"cancelled": func(r *Repository) error { return r.Cancel(t.Context(), torikomi, number(t, "2.3.0"), manifest.Stable) },
		"changed":   func(r *Repository) error { return r.Sign(t.Context(), Roles{Products: []manifest.ProductID{torikomi}}) },
	} {
		stolen, p := template.copy(t), template.copy(t)
		stolen.renew(t, 16, stolen.online(t), 2, 0)
		one := p.pc(t)
		one.sees(t, stolen, 10, "2.3.0:100 2.2.0:100")
		try(t, next(p.at(t, 10, p.keys)))
		p.renew(t, 11, p.online(t), 0, 0) // a timestamp above the other's
		t.Log(name)
		one.sees(t, p, 11, "2.2.0:100")
	}
}

// TestScheduledIsNotTrusted: the file can be edited by whoever can edit the
// working copy; what was signed is what counts.
func TestScheduledIsNotTrusted(t *testing.T) {
	t.Parallel()
	template := newPublisher(t)
	template.add(t, template.open(t), "2.3.0")
	template.schedule(t, 12, 25)
	cases := []struct{ name, old, new string }{
		{"another share", `"percent": 25`, `"percent": 100`},
		{"another build", `"version": "2.3.0"`, `"version": "2.2.0"`},
		{"another channel", `"channel": "stable"`, `"channel": "pilot"`},
		{"another manifest", `\"percent\": 25`, `\"percent\": 99`},
		{"another role", `\"expires\": \"2021`, `\"expires\": \"2029`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := template.copy(t)
			file := filepath.Join(p.dir, filepath.FromSlash(schedulePath(torikomi)))
			data, err := os.ReadFile(file)
			try(t, err)
			edited := bytes.Replace(data, []byte(c.old), []byte(c.new), 1)
			if bytes.Equal(data, edited) {
				t.Fatalf("no %s in %s", c.old, data)
			}
			try(t, os.WriteFile(file, edited, 0o644))
			p.renew(t, 12, p.online(t), 0, 1)
			p.pc(t).sees(t, p, 12, "2.2.0:100")
		})
	}
}

// TestScheduledBehindARole: a tool that knows nothing of schedules changed the
// product; what was signed before is older, and is not taken in.
func TestScheduledBehindARole(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.add(t, p.open(t), "2.3.0")
	p.schedule(t, 12, 25)
	file := filepath.Join(p.dir, filepath.FromSlash(schedulePath(torikomi)))
	kept, err := os.ReadFile(file)
	try(t, err)
	try(t, os.Remove(file))
	try(t, p.at(t, 10, p.keys).Sign(t.Context(), Roles{Products: []manifest.ProductID{torikomi}}))
	try(t, os.WriteFile(file, kept, 0o644))
	one := p.pc(t)
	one.sees(t, p, 10, "2.2.0:100")
	p.renew(t, 12, p.online(t), 0, 1)
	one.sees(t, p, 12, "2.2.0:100")
	try(t, p.at(t, 12, p.keys).Cancel(t.Context(), torikomi, number(t, "2.3.0"), manifest.Stable))
	try(t, p.at(t, 12, "").Verify(t.Context()))
}

// TestKilledWhileTakingIn kills the refresh that takes in a promotion at each
// of its points.
func TestKilledWhileTakingIn(t *testing.T) {
	t.Parallel()
	template := newPublisher(t)
	template.add(t, template.open(t), "2.3.0")
	template.schedule(t, 12, 25)
	const before, after = "2.2.0:100", "2.3.0:25 2.2.0:100"
	var seen []string
	for at := 0; ; at++ {
		p := template.copy(t)
		r, count := p.at(t, 12, p.online(t)), 0
		r.stop = func(string) error {
			if count++; count <= at {
				return nil
			}
			return errKilled
		}
		_, err := r.Renew(t.Context())
		if err == nil {
			if at < 8 {
				t.Fatalf("only %d points", at)
			}
			break
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		one := p.pc(t)
		got, err := one.offered(t.Context(), tree{p.dir}, 12)
		if err != nil || got != before && got != after {
			t.Fatalf("killed at point %d: a PC sees %q, %v", at, got, err)
		}
		seen = append(seen, got)
		done, err := p.at(t, 12, p.online(t)).Renew(t.Context())
		try(t, err)
		if len(done.Refused) > 0 {
			t.Fatalf("killed at point %d: %v", at, done.Refused)
		}
		one.sees(t, p, 12, after)
		try(t, p.at(t, 12, "").Verify(t.Context()))
	}
	if !slices.Contains(seen, before) || !slices.Contains(seen, after) {
		t.Errorf("both endings should have been seen: %v", seen)
	}
}
