package mend_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

const (
	settingsKey = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	policyKey   = `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`
)

var (
	tick       = ws.Tick()
	policyPC   = ws.Place{Hive: ws.Machine, Key: policyKey, Name: "SecureProtocols"}
	policyUser = ws.Place{Hive: ws.User, Key: policyKey, Name: "SecureProtocols"}
	pc64       = ws.Place{Hive: ws.Machine, View: ws.View64, Key: settingsKey, Name: "SecureProtocols"}
	undoPlace  = ws.Place{Hive: ws.User, Key: `Software\Koshin\Undo`, Name: "SecureProtocols"}
	noon       = time.Date(2021, 4, 1, 12, 0, 0, 0, time.UTC)
)

func look(r ws.Registry, choice mend.Choice) (mend.Change, error) {
	return mend.Look(ws.ReadSecureProtocols(r, ws.ByDefault), choice)
}

func fix(r ws.Registry, choice mend.Choice) error {
	c, err := look(r, choice)
	if err != nil {
		return err
	}
	return mend.Fix(r, c, noon)
}

// only is a registry with one value in the operator's own place.
func only(v ws.Value) *winsettingstest.Registry {
	return new(winsettingstest.Registry).Set(tick, v)
}

// What is written, row by row: 0x800 comes in, everything else stays.
func TestFixAndUndo(t *testing.T) {
	t.Parallel()
	binary := func(n uint32) ws.Value { return ws.NumberAs(ws.TypeBinary, n) }
	for name, row := range map[string]struct {
		before, after ws.Value
		choice        mend.Choice
	}{
		"typical":               {ws.Number(0xA0), ws.Number(0x8A0), mend.Ask},
		"nothing ticked":        {ws.Number(0), ws.Number(0x800), mend.Ask},
		"only 1.3":              {ws.Number(0x2000), ws.Number(0x2800), mend.Ask},
		"bits nobody knows":     {ws.Number(0x80010081), ws.Number(0x80010881), mend.Ask},
		"binary stays binary":   {binary(0xA0), binary(0x8A0), mend.Ask},
		"only ssl 2 cleared":    {ws.Number(0x80010089), ws.Number(0x80010881), mend.Clear},
		"ssl 2 cleared":         {ws.Number(0xA8), ws.Number(0x8A0), mend.Clear},
		"ssl 2 kept":            {ws.Number(0x28), ws.Number(0x828), mend.Keep},
		"both, ssl 2 cleared":   {ws.Number(0x8A8), ws.Number(0x8A0), mend.Clear},
		"both, binary, cleared": {binary(0x808), binary(0x800), mend.Clear},
	} {
		r := only(row.before)
		c, err := look(r, row.choice)
		if err != nil || c.Needless || !c.New.Same(row.after) || len(r.Steps) != 0 {
			t.Errorf("%s: dry run: %+v, %v, steps %q", name, c, err, r.Steps)
		}
		if err := mend.Fix(r, c, noon); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if v, _ := r.Get(tick); !v.Same(row.after) {
			t.Errorf("%s: %s", name, v)
		}
		if want := []string{"write " + undoPlace.String(), "write " + tick.String()}; !slices.Equal(r.Steps, want) {
			t.Errorf("%s: %q", name, r.Steps)
		}
		for _, needless := range []bool{false, true, true} {
			back, err := mend.Undo(r)
			if err != nil || back.Needless != needless {
				t.Errorf("%s: %+v, %v", name, back, err)
			}
			if v, _ := r.Get(tick); !v.Same(row.before) || r.Len() != 1 {
				t.Errorf("%s: %s after the undo, %d values", name, v, r.Len())
			}
		}
	}
}

// Where the PC's own value is in force, the operator gets one, and the undo
// leaves none.
func TestAbsentStaysAbsent(t *testing.T) {
	t.Parallel()
	r := new(winsettingstest.Registry).Set(pc64, ws.NumberAs(ws.TypeBinary, 0xA0))
	if err := fix(r, mend.Ask); err != nil {
		t.Fatal(err)
	}
	if v, _ := r.Get(tick); !v.Same(ws.Number(0x8A0)) {
		t.Error(v)
	}
	if v, _ := r.Get(pc64); !v.Same(ws.NumberAs(ws.TypeBinary, 0xA0)) {
		t.Error("the PC's value was touched:", v)
	}
	back, err := mend.Undo(r)
	if err != nil || back.Then.Found {
		t.Errorf("%+v, %v", back, err)
	}
	if v, there := r.Get(tick); there || r.Len() != 1 {
		t.Error(v, "is there after the undo")
	}
}

// Where 32-bit programs are told something else than 64-bit ones, the operator's
// own value is the one that both read.
func TestOneViewOnly(t *testing.T) {
	t.Parallel()
	pc32 := pc64
	pc32.View = ws.View32
	r := new(winsettingstest.Registry).Set(pc64, ws.Number(0xA80)).Set(pc32, ws.Number(0xA0))
	if err := fix(r, mend.Ask); err != nil {
		t.Fatal(err)
	}
	if v, _ := r.Get(tick); !v.Same(ws.Number(0xA80)) {
		t.Error(v)
	}
	if c, err := look(r, mend.Ask); err != nil || !c.Needless {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := mend.Undo(r); err != nil {
		t.Error(err)
	}
	if _, there := r.Get(tick); there {
		t.Error("a value is left")
	}
}

// What is not koshin's to write is refused with its place, and nothing is
// written anywhere.
func TestFixRefuses(t *testing.T) {
	t.Parallel()
	off := ws.Number(0xA0)
	for name, row := range map[string]struct {
		r    *winsettingstest.Registry
		want error
		path string
	}{
		"policy of the PC":       {only(off).Set(policyPC, off), mend.ErrPolicy, policyPC.String()},
		"policy of the user":     {only(off).Set(policyUser, off), mend.ErrPolicy, policyUser.String()},
		"policy with ssl 2":      {only(off).Set(policyPC, ws.Number(0x808)), mend.ErrPolicy, policyPC.String()},
		"policy of another type": {only(off).Set(policyPC, ws.Text("x")), mend.ErrPolicy, policyPC.String()},
		"ssl 2 without tls 1.2":  {only(ws.Number(0x28)), mend.ErrSSL2, tick.String()},
		"ssl 2 with tls 1.2":     {only(ws.Number(0x808)), mend.ErrSSL2, tick.String()},
		"a text":                 {only(ws.Text("160")), mend.ErrValue, tick.String()},
		"a long number":          {only(ws.Value{Type: ws.TypeLong, Data: make([]byte, 8)}), mend.ErrValue, tick.String()},
		"the PC's value, a text": {new(winsettingstest.Registry).Set(pc64, ws.Text("160")), mend.ErrValue, pc64.String()},
		"unreadable":             {unreadable(only(off)), fs.ErrPermission, policyPC.String()},
	} {
		_, err := look(row.r, mend.Ask)
		if !errors.Is(err, row.want) || !strings.Contains(err.Error(), row.path) || len(row.r.Steps) != 0 {
			t.Errorf("%s: %v, steps %q", name, err, row.r.Steps)
		}
	}
	_, err := mend.Look(ws.ReadSecureProtocols(new(winsettingstest.Registry), ws.Unknown), mend.Ask)
	if !errors.Is(err, mend.ErrDefault) {
		t.Error(err)
	}
}

func unreadable(r *winsettingstest.Registry) *winsettingstest.Registry {
	r.Fail = func(_ string, p ws.Place) error {
		if p == policyPC {
			return fs.ErrPermission
		}
		return nil
	}
	return r
}

// Where all is well there is nothing to write, and nothing to take back.
func TestNothingToDo(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*winsettingstest.Registry{
		"ticked":      only(ws.Number(0xA80)),
		"no value":    new(winsettingstest.Registry),
		"good policy": only(ws.Number(0xA0)).Set(policyPC, ws.Number(0x800)),
		"good PC":     new(winsettingstest.Registry).Set(pc64, ws.Number(0xA80)),
	} {
		if c, err := look(r, mend.Ask); err != nil || !c.Needless || mend.Fix(r, c, noon) != nil || len(r.Steps) != 0 {
			t.Errorf("%s: %+v, %v, steps %q", name, c, err, r.Steps)
		}
		if back, err := mend.Undo(r); err != nil || !back.Needless || len(r.Steps) != 0 {
			t.Errorf("%s: %+v, %v", name, back, err)
		}
	}
	r := only(ws.Number(0x808))
	if c, err := look(r, mend.Keep); err != nil || !c.Needless {
		t.Errorf("kept as it is: %+v, %v", c, err)
	}
}

// Whatever somebody changed since is theirs.
func TestUndoRefusesOthersChanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*winsettingstest.Registry){
		"unticked something": func(r *winsettingstest.Registry) { r.Set(tick, ws.Number(0x880)) },
		"another type":       func(r *winsettingstest.Registry) { r.Set(tick, ws.NumberAs(ws.TypeBinary, 0x8A0)) },
		"removed":            func(r *winsettingstest.Registry) { r.Unset(tick) },
	} {
		r := only(ws.Number(0xA0))
		if err := fix(r, mend.Ask); err != nil {
			t.Fatal(err)
		}
		change(r)
		r.Steps = nil
		for range 2 {
			_, err := mend.Undo(r)
			if _, ok := errors.AsType[*mend.ChangedError](err); !ok || !errors.Is(err, mend.ErrChanged) || len(r.Steps) != 0 {
				t.Errorf("%s: %v, steps %q", name, err, r.Steps)
			}
		}
	}
}

// A value that changes between the look and the fix is not overwritten.
func TestFixRefusesASecondHand(t *testing.T) {
	t.Parallel()
	r := only(ws.Number(0xA0))
	c, err := look(r, mend.Ask)
	if err != nil {
		t.Fatal(err)
	}
	for _, now := range []ws.Value{ws.Number(0x20), ws.NumberAs(ws.TypeBinary, 0xA0)} {
		r.Set(tick, now)
		if err := mend.Fix(r, c, noon); !errors.Is(err, mend.ErrChanged) || len(r.Steps) != 0 {
			t.Errorf("%v, steps %q", err, r.Steps)
		}
	}
	r.Unset(tick)
	if err := mend.Fix(r, c, noon); !errors.Is(err, mend.ErrChanged) {
		t.Error(err)
	}
}

// Two fixes after one another are one undo; a fix after somebody else's change
// goes back to that change.
func TestSecondFix(t *testing.T) {
	t.Parallel()
	r := only(ws.Number(0xA8))
	for _, choice := range []mend.Choice{mend.Keep, mend.Clear} {
		if err := fix(r, choice); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ := r.Get(tick); !v.Same(ws.Number(0x8A0)) {
		t.Fatal(v)
	}
	if _, err := mend.Undo(r); err != nil {
		t.Fatal(err)
	}
	if v, _ := r.Get(tick); !v.Same(ws.Number(0xA8)) {
		t.Error(v)
	}

	r = only(ws.Number(0xA0))
	if err := fix(r, mend.Ask); err != nil {
		t.Fatal(err)
	}
	r.Set(tick, ws.Number(0x20)) // the operator's own change
	if err := fix(r, mend.Ask); err != nil {
		t.Fatal(err)
	}
	if _, err := mend.Undo(r); err != nil {
		t.Fatal(err)
	}
	if v, _ := r.Get(tick); !v.Same(ws.Number(0x20)) {
		t.Error(v)
	}
}

var errCut = errors.New("cut off")

// cutAfter lets n changes happen and none after them, as a power cut would.
func cutAfter(r *winsettingstest.Registry, n int) {
	r.Steps = nil
	r.Fail = func(step string, _ ws.Place) error {
		if step != "read" && len(r.Steps) >= n {
			return errCut
		}
		return nil
	}
}

// Wherever a fix, a second fix or an undo is cut off: the undo afterwards gives
// back exactly what was there, and so does one that is cut off itself.
func TestCutOffAnywhere(t *testing.T) {
	t.Parallel()
	type world struct {
		name   string
		fresh  func() *winsettingstest.Registry
		before *ws.Value
	}
	number, binary := ws.Number(0xA8), ws.NumberAs(ws.TypeBinary, 0xA8)
	for _, w := range []world{
		{"number", func() *winsettingstest.Registry { return only(number) }, &number},
		{"binary", func() *winsettingstest.Registry { return only(binary) }, &binary},
		{"absent", func() *winsettingstest.Registry {
			return new(winsettingstest.Registry).Set(pc64, number)
		}, nil},
	} {
		for _, first := range []int{0, 1, 2} { // changes of the first fix that happen
			for _, second := range []int{-1, 0, 1, 2} { // of a second one, or none
				for _, undone := range []int{0, 1, 2} { // of the first undo
					name := fmt.Sprintf("%s, cut after %d, %d, %d", w.name, first, second, undone)
					r := w.fresh()
					cutAfter(r, first)
					_ = fix(r, mend.Keep)
					if second >= 0 {
						cutAfter(r, second)
						_ = fix(r, mend.Clear)
					}
					cutAfter(r, undone)
					_, _ = mend.Undo(r)
					r.Fail = nil
					if _, err := mend.Undo(r); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					v, there := r.Get(tick)
					if there != (w.before != nil) || there && !v.Same(*w.before) {
						t.Errorf("%s: %s, %v", name, v, there)
					}
					if _, left := r.Get(undoPlace); left {
						t.Errorf("%s: the record is left", name)
					}
				}
			}
		}
	}
}

// A registry that takes a value and does not keep it is found out.
func TestNotKept(t *testing.T) {
	t.Parallel()
	r := forgetful{only(ws.Number(0xA0))}
	if err := fix(r, mend.Ask); !errors.Is(err, mend.ErrNotKept) {
		t.Error(err)
	}
}

type forgetful struct{ *winsettingstest.Registry }

func (f forgetful) Write(p ws.Place, v ws.Value) error {
	if p == tick {
		return nil
	}
	return f.Registry.Write(p, v)
}

// A record that koshin would not have written takes nothing back; the next fix
// begins a new one.
func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	r := only(ws.Number(0xA0))
	if err := fix(r, mend.Ask); err != nil {
		t.Fatal(err)
	}
	value, _ := r.Get(undoPlace)
	good, _ := value.Text()
	if !strings.Contains(good, `"2021-04-01T12:00:00Z"`) {
		t.Error(good)
	}
	for name, bad := range map[string]ws.Value{
		"no text":       ws.Number(1),
		"empty":         ws.Text(""),
		"cut":           ws.Text(good[:len(good)/2]),
		"two":           ws.Text(good + good),
		"another path":  ws.Text(strings.Replace(good, "SecureProtocols", "AutoConfigURL", 1)),
		"a schema of 2": ws.Text(strings.Replace(good, "undo/1", "undo/2", 1)),
		"a new field":   ws.Text(strings.Replace(good, `{"schema"`, `{"more":1,"schema"`, 1)),
		"no hex":        ws.Text(strings.Replace(good, "a0000000", "xyz", 1)),
		"a text value":  ws.Text(strings.Replace(good, `"type":4`, `"type":1`, 1)),
		"nothing wrote": ws.Text(good[:strings.Index(good, `"wrote"`)] + `"wrote":[]}`),
	} {
		r.Set(undoPlace, bad)
		r.Steps = nil
		if _, err := mend.Undo(r); !errors.Is(err, mend.ErrUndoRecord) || len(r.Steps) != 0 {
			t.Errorf("%s: %v, steps %q", name, err, r.Steps)
		}
	}
	r.Set(tick, ws.Number(0x20))
	if err := fix(r, mend.Ask); err != nil {
		t.Fatal(err)
	}
	if _, err := mend.Undo(r); err != nil {
		t.Error(err)
	}
	if v, _ := r.Get(tick); !v.Same(ws.Number(0x20)) {
		t.Error(v)
	}
}

// FuzzRecord: whatever lies in the record's place, an undo writes a number that
// the record names, or nothing.
func FuzzRecord(f *testing.F) {
	r := only(ws.Number(0xA0))
	_ = fix(r, mend.Ask)
	value, _ := r.Get(undoPlace)
	good, _ := value.Text()
	f.Add(good)
	f.Add(strings.Replace(good, `"present":true`, `"present":false`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		r := only(ws.Number(0x8A0)).Set(undoPlace, ws.Text(text))
		_, err := mend.Undo(r)
		v, there := r.Get(tick)
		if _, ok := v.Number(); there && !ok {
			t.Errorf("%v %s", err, v)
		}
		if err != nil && len(r.Steps) != 0 {
			t.Errorf("%v after %q", err, r.Steps)
		}
	})
}
