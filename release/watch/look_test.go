package watch_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/releasetest"
	"github.com/koshin-updater/koshin/release/watch"
	"github.com/koshin-updater/koshin/updater/transport"
)

const product = "torikomi-soshin"

// publisher is a repository in order: two builds, the newer one for a quarter of
// the PCs.
type publisher struct{ dir, keys string }

func newPublisher(t *testing.T) publisher {
	t.Helper()
	p := publisher{filepath.Join(t.TempDir(), "repo"), filepath.Join(t.TempDir(), "keys")}
	options := release.Options{Keys: &release.Keys{Dir: p.keys}}
	r, err := release.Init(t.Context(), p.dir, options)
	if err != nil {
		t.Fatal(err)
	}
	must(t, r.AddProduct(t.Context(), product, release.Definition{
		Title: manifest.Text{JA: "取込送信システム", EN: "Import and send"},
		Confirm: manifest.Confirm{Hosts: []manifest.Host{{
			URL: "https://reception.example/", ExpectStatus: manifest.StatusRange{Low: 200, High: 399}, Stacks: []manifest.Stack{manifest.StackGo},
		}}},
	}))
	for text, percent := range map[string]int{"2.2.0": 100, "2.3.0": 25} {
		tree := t.TempDir()
		must(t, os.WriteFile(filepath.Join(tree, "client.exe"), []byte("client "+text), 0o644))
		_, err := r.Add(t.Context(), release.Build{Product: product, Version: version(t, text), OS: "windows", Arch: "amd64"}, tree, nil)
		must(t, err)
		must(t, r.Promote(t.Context(), product, version(t, text), manifest.Stable, percent))
	}
	since, err := manifest.ParseDate("2021-04-01")
	must(t, err)
	must(t, r.SetFloor(t.Context(), product, version(t, "2.2.0"), since))
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func version(t testing.TB, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	must(t, err)
	return v
}

// copied is a repository to break.
func (p publisher) copied(t testing.TB) publisher {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "host")
	must(t, os.CopyFS(dir, os.DirFS(p.dir)))
	return publisher{dir, p.keys}
}

func (p publisher) anchor(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, "metadata", "1.root.json"))
	must(t, err)
	return data
}

// one is the only file that matches.
func (p publisher) one(t testing.TB, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(p.dir, filepath.FromSlash(pattern)))
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return slices.MaxFunc(found, func(a, b string) int { // the highest number
		return len(a)*1000 - len(b)*1000 + strings.Compare(a, b)
	})
}

func (p publisher) source(t testing.TB) watch.Source {
	t.Helper()
	source, err := transport.ParseSource(p.dir, "", nil)
	must(t, err)
	return source
}

func look(t testing.TB, source watch.Source, o watch.Options) *watch.Report {
	t.Helper()
	o.Thresholds = watch.DefaultThresholds()
	o.KindOf = func(err error) watch.Kind {
		if errors.Is(err, transport.ErrTimeout) {
			return watch.Slow
		}
		return ""
	}
	return watch.Look(t.Context(), source, o)
}

// says fails unless the report has exactly these findings that are not OK.
func says(t testing.TB, r *watch.Report, level watch.Level, kinds ...watch.Kind) {
	t.Helper()
	var got []watch.Kind
	for _, f := range r.Findings {
		if f.Level != watch.OK {
			got = append(got, f.Kind)
		}
	}
	slices.Sort(got)
	slices.Sort(kinds)
	if r.Level != level || r.ExitCode != int(level) || !slices.Equal(slices.Compact(got), kinds) {
		t.Errorf("got %v %v, want %v %v\n%+v", r.Level, got, level, kinds, r.Findings)
	}
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	r := look(t, p.source(t), watch.Options{Anchor: p.anchor(t), Deep: true})
	says(t, r, watch.OK)
	if r.Packages.Promised != 2 || r.Packages.Looked != 2 || r.Anchor.From != "given" || r.Anchor.Version != 1 || len(r.Roles) != 5 || len(r.Findings) != 0 {
		t.Errorf("got %+v", r)
	}
	if len(r.Products) != 1 || len(r.Products[0].Platforms) != 1 || r.Products[0].Floor != "2.2.0" {
		t.Fatalf("got %+v", r.Products)
	}
	pc, newest := r.Products[0].Platforms[0], version(t, "2.3.0")
	if !slices.Equal(pc.Required, []manifest.Way{{Version: newest, Percent: 100}}) || !slices.Equal(pc.Optional, []manifest.Way{{Version: newest, Percent: 25}}) {
		t.Errorf("PCs do %+v", pc)
	}

	first := look(t, p.source(t), watch.Options{})
	says(t, first, watch.OK)
	if first.Anchor.From != "first-use" || first.Anchor.SHA256 != r.Anchor.SHA256 || len(first.Findings) != 1 || first.Findings[0].Kind != watch.FirstUse {
		t.Errorf("without an anchor: %+v, %+v", first.Anchor, first.Findings)
	}
}

// Every way in which a repository can be broken, and how it is called.
func TestBroken(t *testing.T) {
	t.Parallel()
	honest := newPublisher(t)
	in := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	forge := func(role string, edit func(map[string]any)) func(*testing.T, publisher) {
		return func(t *testing.T, p publisher) { must(t, releasetest.Forge(p.dir, p.keys, role, edit)) }
	}
	expires := func(d time.Duration) func(map[string]any) {
		return func(signed map[string]any) { signed["expires"] = time.Now().UTC().Add(d).Format(time.RFC3339) }
	}
	edit := func(change func(m map[string]any)) func(*testing.T, publisher) {
		return func(t *testing.T, p publisher) {
			must(t, releasetest.EditManifest(p.dir, p.keys, product, "stable", change))
		}
	}
	gone := func(pattern string) func(*testing.T, publisher) {
		return func(t *testing.T, p publisher) { must(t, os.Remove(p.one(t, pattern))) }
	}
	rewrite := func(pattern string, change func([]byte) []byte) func(*testing.T, publisher) {
		return func(t *testing.T, p publisher) {
			file := p.one(t, pattern)
			data, err := os.ReadFile(file)
			must(t, err)
			must(t, os.WriteFile(file, change(data), 0o644))
		}
	}
	flip := func(data []byte) []byte { data[len(data)/2] ^= 1; return data }
	build := func(m map[string]any, i int) map[string]any { return m["builds"].([]any)[i].(map[string]any) }
	const aPackage = "targets/" + product + "/2.2.0/*"

	for name, row := range map[string]struct {
		damage func(t *testing.T, p publisher)
		now    func() time.Time
		deep   bool
		level  watch.Level
		kinds  []watch.Kind
	}{
		"timestamp soon over":      {now: in(5 * 24 * time.Hour), level: watch.Warning, kinds: []watch.Kind{watch.Expires}},
		"timestamp very soon over": {now: in(6*24*time.Hour + 12*time.Hour), level: watch.Critical, kinds: []watch.Kind{watch.Expires}},
		"timestamp over":           {now: in(8 * 24 * time.Hour), level: watch.Critical, kinds: []watch.Kind{watch.Expired}},
		"product soon over":        {damage: forge(product, expires(20*24*time.Hour)), level: watch.Warning, kinds: []watch.Kind{watch.Expires}},
		"root very soon over":      {damage: forge("root", expires(5*24*time.Hour)), level: watch.Critical, kinds: []watch.Kind{watch.Expires}},
		"product over":             {damage: forge(product, expires(-time.Hour)), level: watch.Critical, kinds: []watch.Kind{watch.Expired}},
		"root over":                {damage: forge("root", expires(-time.Hour)), level: watch.Critical, kinds: []watch.Kind{watch.Expired}},

		"publishing was cut, timestamp first": {damage: gone("metadata/*.snapshot.json"), level: watch.Critical, kinds: []watch.Kind{watch.Incomplete}},
		"a role is missing":                   {damage: gone("metadata/*." + product + ".json"), level: watch.Critical, kinds: []watch.Kind{watch.Incomplete}},
		"a manifest is missing": {level: watch.Critical, kinds: []watch.Kind{watch.Incomplete}, damage: func(t *testing.T, p publisher) {
			all, err := filepath.Glob(filepath.Join(p.dir, "targets", product, "*.stable.v1.json"))
			must(t, err)
			for _, file := range all {
				must(t, os.Remove(file))
			}
		}},
		"the timestamp is missing":  {damage: gone("metadata/timestamp.json"), level: watch.Critical, kinds: []watch.Kind{watch.Incomplete}},
		"a package is missing":      {damage: gone(aPackage), level: watch.Critical, kinds: []watch.Kind{watch.PackageMissing}},
		"a package is missing deep": {damage: gone(aPackage), deep: true, level: watch.Critical, kinds: []watch.Kind{watch.PackageMissing}},
		"a package of a withdrawn build is missing": {level: watch.Warning, kinds: []watch.Kind{watch.PackageMissing}, damage: func(t *testing.T, p publisher) {
			edit(func(m map[string]any) {
				for i := range m["builds"].([]any) {
					if b := build(m, i); b["version"] == "2.2.0" {
						b["withdrawn"] = map[string]any{"reason": "x"}
					}
				}
			})(t, p)
			gone(aPackage)(t, p)
		}},
		"a package is cut short":      {damage: rewrite(aPackage, func(b []byte) []byte { return b[:len(b)-1] }), level: watch.Critical, kinds: []watch.Kind{watch.PackageSize}},
		"a package is cut short deep": {damage: rewrite(aPackage, func(b []byte) []byte { return b[:len(b)-1] }), deep: true, level: watch.Critical, kinds: []watch.Kind{watch.PackageSize}},
		"a package is too long deep":  {damage: rewrite(aPackage, func(b []byte) []byte { return append(b, 'x') }), deep: true, level: watch.Critical, kinds: []watch.Kind{watch.PackageSize}},
		"a bit of a package":          {damage: rewrite(aPackage, flip), level: watch.OK}, // its length is right: that is what --deep is for
		"a bit of a package deep":     {damage: rewrite(aPackage, flip), deep: true, level: watch.Critical, kinds: []watch.Kind{watch.PackageBytes}},
		"a bit of a manifest":         {damage: rewriteManifest(flip), level: watch.Critical, kinds: []watch.Kind{watch.Mismatch}},
		"a bit of the snapshot":       {damage: rewrite("metadata/*.snapshot.json", flip), level: watch.Critical, kinds: []watch.Kind{watch.Mismatch}},
		"nobody signed": {level: watch.Critical, kinds: []watch.Kind{watch.Signature}, damage: func(t *testing.T, p publisher) {
			must(t, releasetest.ForgeAs(p.dir, p.keys, "timestamp", nil, func(map[string]any) {}))
		}},
		"mixed: an older snapshot under the new one's name": {level: watch.Critical, kinds: []watch.Kind{watch.Mismatch}, damage: func(t *testing.T, p publisher) {
			before, err := os.ReadFile(p.one(t, "metadata/*.snapshot.json"))
			must(t, err)
			forge("snapshot", func(map[string]any) {})(t, p)
			must(t, os.WriteFile(p.one(t, "metadata/*.snapshot.json"), before, 0o644))
		}},
		"another repository": {level: watch.Critical, kinds: []watch.Kind{watch.Signature}, damage: func(t *testing.T, p publisher) {
			must(t, os.RemoveAll(p.dir))
			must(t, os.CopyFS(p.dir, os.DirFS(newPublisher(t).dir)))
		}},
		"no floor can be reached": {level: watch.Warning, kinds: []watch.Kind{watch.NoWay}, damage: edit(func(m map[string]any) {
			m["tls_ready"].(map[string]any)["version"] = "3.0.0"
		})},
		"everything withdrawn": {level: watch.Warning, kinds: []watch.Kind{watch.NothingOffered}, damage: edit(func(m map[string]any) {
			for i := range m["builds"].([]any) {
				build(m, i)["withdrawn"] = map[string]any{"reason": "x"}
			}
		})},
		"no build at all": {level: watch.Warning, kinds: []watch.Kind{watch.NothingOffered}, damage: edit(func(m map[string]any) { m["builds"] = []any{} })},
		"a field that nobody knows": {level: watch.Critical, kinds: []watch.Kind{watch.Refused}, damage: edit(func(m map[string]any) {
			m["verify"] = false
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := honest.copied(t)
			if row.damage != nil {
				row.damage(t, p)
			}
			says(t, look(t, p.source(t), watch.Options{Anchor: honest.anchor(t), Deep: row.deep, Now: row.now}), row.level, row.kinds...)
		})
	}
}

// rewriteManifest changes every manifest, whichever is the newest.
func rewriteManifest(change func([]byte) []byte) func(*testing.T, publisher) {
	return func(t *testing.T, p publisher) {
		all, err := filepath.Glob(filepath.Join(p.dir, "targets", product, "*.stable.v1.json"))
		must(t, err)
		for _, file := range all {
			data, err := os.ReadFile(file)
			must(t, err)
			must(t, os.WriteFile(file, change(data), 0o644))
		}
	}
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	empty := publisher{dir: t.TempDir()}
	says(t, look(t, empty.source(t), watch.Options{}), watch.Critical, watch.NoRepository)
	must(t, os.Mkdir(filepath.Join(empty.dir, "metadata"), 0o755))
	must(t, os.WriteFile(filepath.Join(empty.dir, "metadata", "1.root.json"), []byte("<html>"), 0o644))
	says(t, look(t, empty.source(t), watch.Options{}), watch.Critical, watch.NoRepository)
	p := newPublisher(t)
	says(t, look(t, p.source(t), watch.Options{Anchor: []byte("none")}), watch.Unknown, watch.Anchor)
	away := publisher{dir: filepath.Join(t.TempDir(), "away")}
	says(t, look(t, away.source(t), watch.Options{}), watch.Critical, watch.Unreachable)
}

// What a PC would remember makes watch notice that a version went down; what it
// refused it does not take for the newest.
func TestRollback(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	before := p.copied(t)
	same := func(map[string]any) {}
	must(t, releasetest.Forge(p.dir, p.keys, "snapshot", same))
	state := watch.NewState("x")
	says(t, look(t, p.source(t), watch.Options{Anchor: p.anchor(t), State: state}), watch.OK)
	state = kept(t, state)
	says(t, look(t, before.source(t), watch.Options{Anchor: p.anchor(t)}), watch.OK) // nobody can know
	for range 2 {
		says(t, look(t, before.source(t), watch.Options{State: state}), watch.Critical, watch.Rollback)
		state = kept(t, state)
	}
	says(t, look(t, p.source(t), watch.Options{State: state}), watch.OK)

	seq := p.copied(t)
	must(t, releasetest.EditManifest(seq.dir, seq.keys, product, "stable", func(m map[string]any) { m["seq"] = 1 }))
	says(t, look(t, seq.source(t), watch.Options{State: kept(t, state)}), watch.Critical, watch.Rollback)

	// A root that was rotated away and is hidden now.
	rotated := p.copied(t)
	must(t, releasetest.Forge(rotated.dir, rotated.keys, "root", same))
	must(t, releasetest.Forge(rotated.dir, rotated.keys, "snapshot", same))
	says(t, look(t, rotated.source(t), watch.Options{State: state}), watch.OK)
	if state.Trust["roots/2.root.json"] == nil {
		t.Error("the new root is not remembered")
	}
}

// An anchor that was believed at first use is the one of every later look.
func TestFirstUseIsKept(t *testing.T) {
	t.Parallel()
	p, other := newPublisher(t), newPublisher(t)
	state := watch.NewState("x")
	says(t, look(t, p.source(t), watch.Options{State: state}), watch.OK)
	state = kept(t, state)
	r := look(t, p.source(t), watch.Options{State: state})
	says(t, r, watch.OK)
	if r.Anchor.From != "state" || len(r.Findings) != 1 || r.Findings[0].Kind != watch.FirstUse {
		t.Errorf("got %+v, %+v", r.Anchor, r.Findings)
	}
	says(t, look(t, other.source(t), watch.Options{State: state}), watch.Critical, watch.Signature)
	says(t, look(t, other.source(t), watch.Options{State: state, Anchor: other.anchor(t)}), watch.Unknown, watch.Memory)
}

// kept is a state that was written down and read again.
func kept(t *testing.T, s *watch.State) *watch.State {
	t.Helper()
	data, err := s.Encode()
	must(t, err)
	again, err := watch.ParseState(data, s.Address)
	must(t, err)
	return again
}

func TestStateIsRefused(t *testing.T) {
	t.Parallel()
	good, err := watch.NewState("x").Encode()
	must(t, err)
	for name, data := range map[string][]byte{
		"none": nil, "not JSON": []byte("{"), "another schema": bytes.Replace(good, []byte("state/1"), []byte("state/2"), 1),
		"another repository": bytes.Replace(good, []byte(`"x"`), []byte(`"y"`), 1),
		"without its parts":  bytes.Replace(good, []byte(`"trust":{}`), []byte(`"trust":null`), 1),
	} {
		if _, err := watch.ParseState(data, "x"); !errors.Is(err, watch.ErrState) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := watch.NewState("x")
	s.Trust["x"] = make([]byte, watch.MaxState)
	if _, err := s.Encode(); !errors.Is(err, manifest.ErrTooLarge) {
		t.Errorf("endless: %v", err)
	}
}

// hostile is a source that answers as somebody wants who wants to be a nuisance.
type hostile struct {
	watch.Source
	fetch func(ctx context.Context, path string) error
	size  func(ctx context.Context, path string) (int64, error)
	body  func(ctx context.Context) io.Reader
}

func (h hostile) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	if h.fetch != nil {
		if err := h.fetch(ctx, path); err != nil {
			return nil, err
		}
	}
	return h.Source.Fetch(ctx, path, limit)
}

func (h hostile) Size(ctx context.Context, path string) (int64, error) {
	if h.size != nil {
		return h.size(ctx, path)
	}
	return h.Source.Size(ctx, path)
}

func (h hostile) Open(ctx context.Context, path string, offset int64) (io.ReadCloser, int64, error) {
	if h.body != nil {
		return io.NopCloser(h.body(ctx)), 0, nil
	}
	return h.Source.Open(ctx, path, offset)
}

// silence sends nothing until the wait is over.
type silence struct{ ctx context.Context }

func (s silence) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// endless sends for ever.
type endless struct{ sent *int64 }

func (e endless) Read(b []byte) (int, error) {
	*e.sent += int64(len(b))
	return len(b), nil
}

func TestHostile(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	wait := func(ctx context.Context, _ string) error {
		<-ctx.Done()
		return ctx.Err()
	}
	var sent [2]int64
	streams := make(chan *int64, 2)
	streams <- &sent[0]
	streams <- &sent[1]
	for name, row := range map[string]struct {
		source hostile
		o      watch.Options
		level  watch.Level
		kinds  []watch.Kind
	}{
		"says nothing": {hostile{fetch: wait}, watch.Options{Timeout: 50 * time.Millisecond}, watch.Critical, []watch.Kind{watch.Slow}},
		"goes down": {hostile{size: func(context.Context, string) (int64, error) { return 0, transport.ErrUnreachable }},
			watch.Options{}, watch.Critical, []watch.Kind{watch.Unreachable}},
		"says not allowed": {hostile{size: func(context.Context, string) (int64, error) { return 0, transport.ErrTimeout }},
			watch.Options{}, watch.Critical, []watch.Kind{watch.Slow}},
		"stops in a package": {hostile{body: func(ctx context.Context) io.Reader { return silence{ctx} }},
			watch.Options{Deep: true, Patience: 50 * time.Millisecond}, watch.Critical, []watch.Kind{watch.Slow}},
		"never ends": {hostile{body: func(context.Context) io.Reader { return endless{<-streams} }},
			watch.Options{Deep: true}, watch.Critical, []watch.Kind{watch.PackageSize}},
	} {
		t.Run(name, func(t *testing.T) {
			row.source.Source, row.o.Anchor = p.source(t), p.anchor(t)
			says(t, look(t, row.source, row.o), row.level, row.kinds...)
		})
	}
	if sent[0] > 1<<20 || sent[1] > 1<<20 {
		t.Errorf("read %v bytes of packages of a few hundred", sent)
	}
}

// Somebody stops watch: it has seen nothing.
func TestStopped(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := watch.Look(ctx, p.source(t), watch.Options{Anchor: p.anchor(t), Thresholds: watch.DefaultThresholds()})
	says(t, r, watch.Unknown, watch.Unfinished)

	// Or the time is over when packages are looked at.
	ctx, cancel = context.WithCancel(t.Context())
	source := hostile{Source: p.source(t), size: func(context.Context, string) (int64, error) {
		cancel()
		return 0, ctx.Err()
	}}
	r = watch.Look(ctx, source, watch.Options{Anchor: p.anchor(t), Thresholds: watch.DefaultThresholds()})
	says(t, r, watch.Unknown, watch.Unfinished)
	if len(r.Products) != 1 || r.Packages.Looked != 0 || r.Packages.Faulty != 0 {
		t.Errorf("got %+v", r.Packages)
	}
}
