package readiness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

func options() Options {
	return Options{Now: moment(), Stale: 7 * 24 * time.Hour, Within: time.Minute}
}

// numbered is an installation's name, one for each number.
func numbered(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	id := []byte(strings.Repeat("A", 26))
	for i := 25; n > 0; i, n = i-1, n/32 {
		id[i] = letters[n%32]
	}
	return string(id)
}

// lay writes a report as it came at this moment.
func lay(t *testing.T, dir string, d Document, came time.Time) string {
	t.Helper()
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return layBytes(t, dir, Name(d.Computer, d.Installation), data, came)
}

func layBytes(t *testing.T, dir, name string, data []byte, came time.Time) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := errors.Join(os.WriteFile(file, data, 0o600), os.Chtimes(file, came, came)); err != nil {
		t.Fatal(err)
	}
	return file
}

func read(t *testing.T, dir string) Overview {
	t.Helper()
	all, err := Read(t.Context(), dir, options())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whatever lies in the folder under a report's name: it is left out with its
// reason, and the PCs beside it are shown.
func TestHostileFiles(t *testing.T) {
	with := func(change func(*Document)) []byte {
		d := document("PC", numbered(1))
		change(&d)
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	change := func(old, new string) []byte {
		text := string(with(func(*Document) {}))
		if !strings.Contains(text, old) {
			t.Fatalf("%s is not in a report", old)
		}
		return []byte(strings.Replace(text, old, new, 1))
	}
	product := func(change func(*Product)) []byte { return with(func(d *Document) { change(&d.Products[0]) }) }
	huge := strings.Repeat("9", 40)
	cases := map[string]struct {
		data []byte
		want error
	}{
		"empty":                {nil, ErrMalformed},
		"garbage":              {[]byte("\x00\xff\x7fELF"), ErrMalformed},
		"html":                 {[]byte("<script>alert(1)</script>"), ErrMalformed},
		"an array":             {[]byte("[]"), ErrMalformed},
		"null":                 {[]byte("null"), ErrSchema},
		"two documents":        {append(with(func(*Document) {}), with(func(*Document) {})...), ErrMalformed},
		"a name twice":         {change(`"computer":`, `"computer":"x","computer":`), ErrMalformed},
		"too large":            {append(with(func(*Document) {}), strings.Repeat(" ", maxDocument)...), ErrTooLarge},
		"deep":                 {[]byte(`{"schema":"koshin/status/1","x":` + strings.Repeat("[", 7000) + strings.Repeat("]", 7000) + `}`), ErrMalformed},
		"another schema":       {with(func(d *Document) { d.Schema = "koshin/status/2" }), ErrSchema},
		"another verb's":       {with(func(d *Document) { d.Schema = "koshin/check/1" }), ErrSchema},
		"another computer":     {with(func(d *Document) { d.Computer = "PC2" }), ErrName},
		"another installation": {with(func(d *Document) { d.Installation = numbered(2) }), ErrName},
		"no computer":          {with(func(d *Document) { d.Computer = "" }), ErrMalformed},
		"a computer of markup": {with(func(d *Document) { d.Computer = "P\u202eC" }), ErrMalformed},
		"an escape sequence":   {with(func(d *Document) { d.Computer = "P\x1b[2JC" }), ErrMalformed},
		"a line's end":         {with(func(d *Document) { d.Koshin = "1\n2" }), ErrMalformed},
		"a very long computer": {with(func(d *Document) { d.Computer = "PC" + strings.Repeat("x", 63) }), ErrMalformed},
		"an odd installation":  {with(func(d *Document) { d.Installation = "../../../../etc/passwd.xxx" }), ErrMalformed},
		"an odd system":        {with(func(d *Document) { d.System = " windows" }), ErrMalformed},
		"an odd submission":    {with(func(d *Document) { d.Submission = "<b>" }), ErrMalformed},
		"before computers":     {with(func(d *Document) { d.Written = time.Time{} }), ErrMalformed},
		"a time that is none":  {change(`"written":"2026-11-20T09:30:00Z"`, `"written":"yesterday"`), ErrMalformed},
		"an exit code":         {with(func(d *Document) { d.LastRun.Code = 1 << 40 }), ErrMalformed},
		"a huge exit code":     {change(`"code":0`, `"code":`+huge), ErrMalformed},
		"a product twice":      {with(func(d *Document) { d.Products = append(d.Products, d.Products[0]) }), ErrMalformed},
		"very many products": {with(func(d *Document) {
			for n := range maxProducts {
				d.Products = append(d.Products, Product{Product: manifest.ProductID(fmt.Sprintf("p%d", n)), Channel: manifest.Stable})
			}
		}), ErrMalformed},
		"a product without name": {change(`"product":"torikomi-soshin",`, ``), ErrMalformed},
		"an odd product":         {change(`"product":"torikomi-soshin"`, `"product":"../x"`), ErrMalformed},
		"an odd channel":         {change(`"channel":"stable"`, `"channel":"<i>"`), ErrMalformed},
		"an odd title":           {product(func(p *Product) { p.Title.JA = "取\u2066込" }), ErrMalformed},
		"a very long title":      {product(func(p *Product) { p.Title.EN = strings.Repeat("x", 201) }), ErrMalformed},
		"an odd state":           {product(func(p *Product) { p.State = "A B" }), ErrMalformed},
		"an odd version":         {product(func(p *Product) { v := "2.2<b>"; p.Installed = &v }), ErrMalformed},
		"an odd latest":          {product(func(p *Product) { v := ""; p.Latest = &v }), ErrMalformed},
		"an odd held":            {product(func(p *Product) { p.Held = []string{"x"} }), ErrMalformed},
		"very many held":         {product(func(p *Product) { p.Held = slices.Repeat([]string{"2.2.0"}, maxList+1) }), ErrMalformed},
		"an odd restart":         {product(func(p *Product) { p.Restart = &Restart{"x", moment()} }), ErrMalformed},
		"an odd verdict":         {product(func(p *Product) { p.Confirmed.Verdict = "OK!" }), ErrMalformed},
		"an odd reason":          {product(func(p *Product) { p.Confirmed.Reason = "" }), ErrMalformed},
		"an odd outcome":         {product(func(p *Product) { p.Ended.Outcome = "--" }), ErrMalformed},
		"an odd error":           {product(func(p *Product) { p.Error = &Fault{"<x>"} }), ErrMalformed},
		"an odd action":          {product(func(p *Product) { p.Decided.Action = "日本" }), ErrMalformed},
		"an odd gate":            {product(func(p *Product) { p.Decided.Gates = []Gate{{Name: "x y", Verdict: "closed"}} }), ErrMalformed},
		"very many gates": {product(func(p *Product) {
			p.Decided.Gates = slices.Repeat([]Gate{{Name: "held", Verdict: "closed"}}, maxList+1)
		}), ErrMalformed},
		"an odd last day": {change(`"action":"none",`, `"action":"none","works_until":"31 March",`), ErrMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			layBytes(t, dir, Name("PC", numbered(1)), c.data, moment())
			lay(t, dir, document("BESIDE", numbered(3)), moment())
			all := read(t, dir)
			if len(all.PCs) != 1 || all.PCs[0].Computer != "BESIDE" || all.LeftOutCount != 1 || !errors.Is(all.LeftOut[0].Err, c.want) {
				t.Errorf("%d PCs, left out: %v, want %v", len(all.PCs), all.LeftOut, c.want)
			}
		})
	}
}

// What a later koshin adds is passed over; what it says by new words stays.
func TestALaterKoshinIsRead(t *testing.T) {
	dir := t.TempDir()
	data, err := json.Marshal(document("PC", numbered(1)))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), `"computer"`, `"colour":{"a":[1]},"computer"`, 1)
	layBytes(t, dir, Name("PC", numbered(1)), []byte(strings.Replace(text, `"action":"none"`, `"action":"hover"`, 1)), moment())
	if all := read(t, dir); len(all.PCs) != 1 || all.PCs[0].Products[0].Decided.Action != "hover" {
		t.Errorf("%+v", all)
	}
}

// Only plain files of the folder itself are opened; other names are counted.
func TestWhatIsNoFile(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	lay(t, dir, document("PC", numbered(1)), moment())
	if err := os.Mkdir(filepath.Join(dir, Name("DIR", numbered(2))), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"notes.txt", ".json", "PC.json", Name("PC", numbered(1)) + ".123.tmp", "x<b>-" + numbered(4) + ".json"} {
		if runtime.GOOS == "windows" && strings.Contains(name, "<") {
			continue
		}
		layBytes(t, dir, name, []byte("{}"), moment())
	}
	want := 1
	for name, target := range map[string]string{
		"OUT": lay(t, outside, document("OUT", numbered(5)), moment()),
		"IN":  Name("PC", numbered(1)), "NONE": "nothing",
	} {
		if link(target, filepath.Join(dir, Name(name, numbered(5)))) {
			want++
		}
	}
	want += pipe(t, filepath.Join(dir, Name("PIPE", numbered(6))))
	all := read(t, dir)
	if len(all.PCs) != 1 || all.LeftOutCount != want || all.Others < 4 {
		t.Errorf("%d PCs, %d left out (want %d), %d others", len(all.PCs), all.LeftOutCount, want, all.Others)
	}
	for _, left := range all.LeftOut {
		if !errors.Is(left.Err, ErrNotFile) {
			t.Errorf("%s: %v", left.File, left.Err)
		}
	}
}

// link makes a link, where the system lets us: Windows asks for a right, and Wine 8
// says that it did, and has not.
func link(target, path string) bool {
	if err := os.Symlink(target, path); err != nil {
		return false
	}
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

// Between the list and the opening somebody may put something else there.
func TestAFileThatIsReplacedIsLookedAtAgain(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	name := Name("PC", numbered(1))
	lay(t, dir, document("PC", numbered(1)), moment())
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // a folder's handle
	target := lay(t, outside, document("PC", numbered(1)), moment())
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	if !link(target, filepath.Join(dir, name)) {
		t.Skip("this user may make no links, or the system has none")
	}
	if f := readOne(root, entries[0]); !errors.Is(f.err, ErrUnreadable) {
		t.Errorf("a link out of the folder: %v", f.err)
	}
}

func TestFolderItself(t *testing.T) {
	dir := t.TempDir()
	file := layBytes(t, dir, "file", nil, moment())
	for _, folder := range []string{filepath.Join(dir, "none"), file} {
		if _, err := Read(t.Context(), folder, options()); !errors.Is(err, ErrFolder) {
			t.Errorf("%s: %v", folder, err)
		}
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	lay(t, dir, document("PC", numbered(1)), moment())
	if _, err := Read(interrupted, dir, options()); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// Ten thousand PCs and more, in bounded memory.
func TestTenThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("writes ten thousand files")
	}
	dir := t.TempDir()
	many := 10_000
	if runtime.GOOS == "windows" { // Wine takes a minute to write so many
		many = 1000
	}
	for n := range many {
		lay(t, dir, document(fmt.Sprintf("PC%05d", n), numbered(n)), moment())
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	all := read(t, dir)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if len(all.PCs) != many || all.Cut || all.Count().OK != many || all.PCs[0].Computer != "PC00000" || all.PCs[many-1].Computer != fmt.Sprintf("PC%05d", many-1) {
		t.Errorf("%d PCs, %+v", len(all.PCs), all.Count())
	}
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 40<<20 {
		t.Errorf("%d MiB are kept", kept>>20)
	}
	runtime.KeepAlive(all)
}

// More than anybody has: the folder is not read to its end, and that is said.
func TestLimits(t *testing.T) {
	dir := t.TempDir()
	for n := range 20 {
		lay(t, dir, document(fmt.Sprintf("PC%05d", n), numbered(n)), moment())
		layBytes(t, dir, fmt.Sprintf("other%d", n), nil, moment())
		layBytes(t, dir, Name("BAD", numbered(100+n)), nil, moment())
	}
	for name, l := range map[string]limits{
		"names":     {entries: 50, documents: 1000, bytes: 1 << 20, leftOut: 100},
		"documents": {entries: 1000, documents: 30, bytes: 1 << 20, leftOut: 100},
		"bytes":     {entries: 1000, documents: 1000, bytes: 5000, leftOut: 100},
	} {
		all, err := l.readAll(t.Context(), dir, options())
		if err != nil || !all.Cut || len(all.PCs)+all.LeftOutCount+all.Others >= 60 {
			t.Errorf("%s: cut %v, %d PCs, %d left out, %d others, %v", name, all.Cut, len(all.PCs), all.LeftOutCount, all.Others, err)
		}
	}
	all, err := limits{entries: 1000, documents: 1000, bytes: 1 << 20, leftOut: 3}.readAll(t.Context(), dir, options())
	if err != nil || all.Cut || len(all.PCs) != 20 || all.LeftOutCount != 20 || len(all.LeftOut) != 3 || all.Others != 20 {
		t.Errorf("cut %v, %d PCs, %d of %d left out, %d others, %v", all.Cut, len(all.PCs), len(all.LeftOut), all.LeftOutCount, all.Others, err)
	}
}

// A report that is read is one that parse would read again: no field means two
// things.
func FuzzParse(f *testing.F) {
	good, err := json.Marshal(document("PC", installation))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema":"koshin/status/1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parse(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		second, err := parse(again)
		if len(again) <= maxDocument && (err != nil || !reflect.DeepEqual(second, d)) {
			t.Errorf("%v\n%+v\n%+v", err, d, second)
		}
		for _, text := range []string{d.Computer, d.Koshin, d.System} {
			if strings.ContainsAny(text, "\x1b\n\r\u202e") {
				t.Errorf("%q", text)
			}
		}
	})
}
