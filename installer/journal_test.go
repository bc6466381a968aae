package installer

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func somePlan() *Plan {
	return &Plan{ID: "20260401T000000Z", Kind: "tree", Direction: Update, Source: staging,
		From: Record{Product: "p"}, To: Record{Product: "p"},
		Steps: []Step{{Retire, "a"}, {Mkdir, ""}, {Put, "b"}}}
}

// someRun is a plan that only the second schema holds.
func someRun(kind manifest.Kind) *Plan {
	build := Record{Product: "p", Kind: kind, Detect: "uninstall-key:Torikomi", Installer: &manifest.Installer{Args: []string{"/S"}, SuccessCodes: []int{0}}}
	return &Plan{ID: "20260401T000000Z", Kind: kind, Direction: Update, Source: staging, From: build, To: build, Steps: []Step{{Run, installerName(kind)}}}
}

func lines(t testing.TB, values ...any) []byte {
	t.Helper()
	var b []byte
	for _, v := range values {
		l, err := encodeLine(v)
		must(t, err)
		b = append(b, l...)
	}
	return b
}

func step(n int) line { return line{Step: &n} }

func TestReadJournal(t *testing.T) {
	t.Parallel()
	first := opening{journalSchema1, somePlan()}
	outside, unknown, otherKind := somePlan(), somePlan(), somePlan()
	outside.Steps = []Step{{Put, "../x"}}
	unknown.Steps = []Step{{"burn", "x"}}
	otherKind.Kind = "msi"
	whole := lines(t, first, step(0), step(1), line{Mark: swapped})
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(whole, []byte(`"step":0`))+7] ^= 1
	tests := []struct {
		name  string
		data  []byte
		want  error
		lines int
	}{
		{"whole", whole, nil, 3},
		{"plan only", lines(t, first), nil, 0},
		{"torn last line", whole[:len(whole)-5], nil, 2},
		{"last line without its end", whole[:len(whole)-1], nil, 2},
		{"last line damaged", append(lines(t, first, step(0)), "0123456789abcdef {}\n"...), nil, 1},
		{"zeros after the end", append(lines(t, first, step(0)), make([]byte, 300)...), nil, 1},

		{"empty", nil, ErrJournal, 0},
		{"torn plan", whole[:60], ErrJournal, 0},
		{"a bit in the plan", append([]byte("1"), whole[1:]...), ErrJournal, 0},
		{"a bit in an earlier line", flipped, ErrJournal, 0},
		{"newer", lines(t, opening{"koshin/journal/3", somePlan()}), ErrJournalSchema, 0},
		{"a tree in the second schema", lines(t, opening{journalSchema2, somePlan()}), ErrJournal, 0},
		{"an installer in the first", lines(t, opening{journalSchema1, someRun("msi")}), ErrJournal, 0},
		{"unknown field", lines(t, map[string]any{"schema": journalSchema1, "plan": map[string]any{"id": "x", "color": "red"}}), ErrJournal, 0},
		{"no plan", lines(t, opening{journalSchema1, nil}), ErrJournal, 0},
		{"step outside", lines(t, opening{journalSchema1, outside}), ErrJournal, 0},
		{"unknown step", lines(t, opening{journalSchema1, unknown}), ErrJournal, 0},
		{"other kind", lines(t, opening{journalSchema1, otherKind}), ErrJournal, 0},
		{"step left out", lines(t, first, step(1), step(2)), ErrJournal, 0},
		{"step beyond the plan", lines(t, first, step(0), step(1), step(2), step(3), step(4)), ErrJournal, 0},
		{"unknown mark", lines(t, first, line{Mark: "halfway"}, step(0)), ErrJournal, 0},
	}
	for _, test := range tests {
		plan, got, good, err := readJournal(test.data)
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || len(got) != test.lines {
			t.Errorf("%s: %d lines, %v, not %d, %v", test.name, len(got), err, test.lines, test.want)
		}
		if err == nil && (len(plan.Steps) != 3 || good > len(test.data)) {
			t.Errorf("%s: %+v, %d good bytes of %d", test.name, plan, good, len(test.data))
		}
	}
}

// TestReadForeignJournal: a plan that could not have been made here is refused.
func TestReadForeignJournal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Plan)
		want   error
	}{
		"as it is":             {func(*Plan) {}, nil},
		"from nothing":         {func(p *Plan) { p.From = Record{Product: "p"} }, nil},
		"from another kind":    {func(p *Plan) { p.From.Kind = "setup" }, nil},
		"back":                 {func(p *Plan) { p.Direction, p.Source = Rollback, previous }, nil},
		"nowhere":              {func(p *Plan) { p.Direction = "sideways" }, ErrJournal},
		"from a tree":          {func(p *Plan) { p.From.Kind = "tree" }, ErrJournal},
		"to another kind":      {func(p *Plan) { p.To.Kind = "setup" }, ErrJournal},
		"unknown kind":         {func(p *Plan) { p.Kind = "deb" }, ErrJournal},
		"no rule":              {func(p *Plan) { p.To.Detect = "" }, ErrJournal},
		"no readable rule":     {func(p *Plan) { p.To.Detect = "file:../x:(.*)" }, ErrJournal},
		"another installer":    {func(p *Plan) { p.Steps[0].Path = "cmd.exe" }, ErrJournal},
		"an installer outside": {func(p *Plan) { p.Steps[0].Path = "../installer.msi" }, ErrJournal},
		"a step of a tree":     {func(p *Plan) { p.Steps[0].Op = Put }, ErrJournal},
		"two runs":             {func(p *Plan) { p.Steps = append(p.Steps, p.Steps...) }, ErrJournal},
		"no run":               {func(p *Plan) { p.Steps = nil }, ErrJournal},
	}
	for name, test := range tests {
		plan := someRun(manifest.MSI)
		test.change(plan)
		got, _, _, err := readJournal(lines(t, opening{journalSchema2, plan}, step(0)))
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
			t.Errorf("%s: %v, not %v", name, err, test.want)
		}
		if err == nil && !reflect.DeepEqual(got, plan) {
			t.Errorf("%s: read %+v, not %+v", name, got, plan)
		}
	}
	tree := somePlan()
	tree.Steps = []Step{{Run, installerName(manifest.MSI)}}
	if _, _, _, err := readJournal(lines(t, opening{journalSchema1, tree})); !errors.Is(err, ErrJournal) {
		t.Errorf("a run in a plan for a tree: %v", err)
	}
}

func FuzzReadJournal(f *testing.F) {
	first := opening{journalSchema1, somePlan()}
	f.Add(lines(f, first, step(0), step(1), line{Mark: swapped}, line{Mark: committed}))
	f.Add(lines(f, first, step(0), line{Mark: cleared})[:400])
	f.Add(lines(f, opening{journalSchema2, someRun("msi")}, step(0), line{Mark: swapped}))
	f.Add(lines(f, opening{journalSchema2, someRun("setup")}, step(0), line{Mark: restored}))
	f.Add(lines(f, opening{"koshin/journal/3", nil}))
	f.Fuzz(func(t *testing.T, data []byte) {
		plan, got, good, err := readJournal(data)
		if err != nil {
			if !errors.Is(err, ErrJournal) && !errors.Is(err, ErrJournalSchema) {
				t.Fatal(err)
			}
			return
		}
		must(t, plan.check())
		again, lines, whole, err := readJournal(data[:good])
		if err != nil || again == nil || len(lines) != len(got) || whole != good {
			t.Fatalf("the good part reads otherwise: %d of %d lines, %v", len(lines), len(got), err)
		}
	})
}

// TestRecoverRefuses leaves everything as it is when the journal cannot be
// believed.
func TestRecoverRefuses(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	middle := len(c.points(t, crashStories(c.next)[0])) / 2
	damage := map[string]struct {
		change func(data []byte) []byte
		want   error
	}{
		"a bit in the plan": {func(d []byte) []byte { d[30] ^= 4; return d }, ErrJournal},
		"a bit in a step":   {func(d []byte) []byte { d[bytes.Index(d, []byte(`"step":1`))+7] ^= 2; return d }, ErrJournal},
		"cut inside a plan": {func(d []byte) []byte { return d[:100] }, ErrJournal},
		"empty":             {func([]byte) []byte { return nil }, ErrJournal},
		"of a newer koshin": {func(d []byte) []byte { return lines(t, opening{"koshin/journal/9", somePlan()}) }, ErrJournalSchema},
	}
	for name, test := range damage {
		w := c.fresh(t)
		c.killAt(t, w, crashStories(c.next)[0], middle)
		journal := filepath.Join(w.place.State, journalName)
		data, err := os.ReadFile(journal)
		must(t, err)
		must(t, os.WriteFile(journal, test.change(data), 0o644))
		before := fmt.Sprint(read(t, filepath.Dir(w.place.Dir)), read(t, w.place.State))
		if _, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", name, err, test.want)
		}
		if after := fmt.Sprint(read(t, filepath.Dir(w.place.Dir)), read(t, w.place.State)); after != before {
			t.Errorf("%s: something was changed", name)
		}
		for verb, err := range map[string]error{"stage": second(w.open().stageForTest(t.Context(), c.next)),
			"unstage": w.open().Unstage(t.Context()), "rollback": second(w.open().PlanRollback(t.Context(), PlanOptions{}))} {
			if !errors.Is(err, ErrInterrupted) {
				t.Errorf("%s, %s: %v", name, verb, err)
			}
		}
	}
}

// TestRecoverDamagedIndex: the journal is whole, the index beside it is not.
func TestRecoverDamagedIndex(t *testing.T) {
	t.Parallel()
	c := newCrashWorld(t)
	w := c.fresh(t)
	c.killAt(t, w, crashStories(c.next)[0], len(c.points(t, crashStories(c.next)[0]))/2)
	index := filepath.Join(w.place.State, "to.index")
	data, err := os.ReadFile(index)
	must(t, err)
	must(t, os.WriteFile(index, []byte(strings.Replace(string(data), "client", "cliant", 1)), 0o644))
	if _, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrRecord) {
		t.Error(err)
	}
	must(t, os.WriteFile(index, data, 0o644))
	recoverAndCheck(t, c, w, crashStories(c.next)[0], "middle", map[string]int{})
}

func second[T any](_ T, err error) error { return err }
