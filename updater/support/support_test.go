package support_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/redact"
	"github.com/koshin-updater/koshin/updater/support"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// bundle makes a zip and reads it back.
func bundle(t *testing.T, fill func(*support.Bundle)) (*support.Bundle, map[string]string) {
	t.Helper()
	var out bytes.Buffer
	b := support.New(&out, redact.New(nil, []string{"tanaka"}).Strict, time.Now())
	fill(b)
	if err := b.Close("contents.json", func() string { return "{}" }); err != nil {
		t.Fatal(err)
	}
	zipped, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range zipped.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(data)
	}
	if len(files) != len(b.Files) {
		t.Errorf("%d files are listed, %d there", len(b.Files), len(files))
	}
	return b, files
}

func reason(b *support.Bundle, name string) support.Reason {
	for _, l := range b.LeftOut {
		if l.Name == name {
			return l.Reason
		}
	}
	return ""
}

func TestOnlyWhatIsListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{
		"scheduled.json", "installation", "key.pem", "products/p/held.json", "products/p/data/claim.json", "products/held.json",
		"log/koshin.log", "log/koshin.1.log", "log/koshin.log.bak", "log/deep/koshin.log", "run/a.json", "run/a.jsonl", "run/a.jsonl.pem", "trust/root.json",
	} {
		write(t, dir, name, "text of "+name)
	}
	b, files := bundle(t, func(b *support.Bundle) { b.Folder(dir, "state", support.State()) })
	want := []string{"state/scheduled.json", "state/products/p/held.json", "state/log/koshin.log", "state/log/koshin.1.log", "state/run/a.json", "state/run/a.jsonl"}
	for _, name := range want {
		if files[name] != "text of "+strings.TrimPrefix(name, "state/") {
			t.Errorf("%s: %q", name, files[name])
		}
	}
	if len(files) != len(want)+1 {
		t.Errorf("%v", b.Files)
	}
	for _, name := range []string{"state/installation", "state/key.pem", "state/trust"} {
		if got := reason(b, name); got != support.KeptBack {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestNewestOfAKind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 25 {
		write(t, dir, fmt.Sprintf("run/%02d.jsonl", i), "x")
	}
	b, files := bundle(t, func(b *support.Bundle) { b.Folder(dir, "state", support.State()) })
	if len(files) != 11 || files["state/run/24.jsonl"] == "" || files["state/run/15.jsonl"] == "" || reason(b, "state/run/x.jsonl") != support.Older {
		t.Errorf("%v %v", b.Files, b.LeftOut)
	}
}

// Of a big file there is the end, from the beginning of a line: a number or a key
// of which only a part is left could not be recognised.
func TestEndOfABigFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	line := "1312345678 is a number\n"
	for name, c := range map[string]struct {
		text, begins string
		why          support.Reason
	}{
		"lines":   {strings.Repeat(line, support.MaxFile/len(line)+10), "*** is a number\n", ""},
		"one":     {strings.Repeat("1312345678", support.MaxFile/10+10), "", ""},
		"key":     {strings.Repeat(strings.Repeat("A", 50)+"\n", support.MaxFile/51) + strings.Repeat("A", 60) + "\nAAsecret\n-----END PRIVATE KEY-----\nafter\n", "after\n", ""},
		"small":   {"-----END X-----\nsmall", "-----END X-----\nsmall", ""},
		"zeroes":  {"a\x00b", "", support.NotText},
		"wide":    {"\xff\xfe1\x003\x001\x002\x003\x004\x005\x006\x007\x008\x00", "***", ""},
		"wide-be": {"\xfe\xff\x001\x003\x001\x002\x003\x004\x005\x006\x007\x008", "***", ""},
	} {
		write(t, dir, name, c.text)
		b, files := bundle(t, func(b *support.Bundle) { b.File(filepath.Join(dir, name), name) })
		text, there := files[name]
		if there != (c.why == "") || reason(b, name) != c.why || !strings.HasPrefix(text, c.begins) || len(text) > support.MaxFile || c.begins == "" && text != "" {
			t.Errorf("%s: %.60q %v", name, text, b.LeftOut)
		}
		if strings.Contains(text, "345") || strings.Contains(text, "secret") {
			t.Errorf("%s: a part is left: %.60q", name, text)
		}
		if len(c.text) > support.MaxFile && b.Files[0].Of != int64(len(c.text)) {
			t.Errorf("%s: nothing says that it is the end: %+v", name, b.Files[0])
		}
	}
}

// The whole can be sent by mail, however much there is.
func TestBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	big := strings.Repeat("x\n", support.MaxFile/2)
	for i := range 20 {
		write(t, dir, fmt.Sprintf("log/koshin.%d.log", i), big)
		write(t, dir, fmt.Sprintf("products/p%02d/held.json", i), big)
	}
	for i := range support.MaxFiles + 50 {
		write(t, dir, fmt.Sprintf("lately/%03d.json", i), "x")
	}
	b, files := bundle(t, func(b *support.Bundle) { b.Folder(dir, "state", support.State()) })
	all := 0
	for _, text := range files {
		all += len(text)
	}
	if all > support.MaxAll+2 || len(files) > support.MaxFiles+1 || len(b.LeftOut) > 200 || reason(b, "state/log/koshin.1.log") != support.NoRoom {
		t.Errorf("%d bytes, %d files, %d left out", all, len(files), len(b.LeftOut))
	}
}

// Names lead nowhere else and name nobody.
func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"../../x": "x", `a\..\b`: "a/b", "C:/x": "C/x", "a/tanaka/x": "a/xxx/x", "1312345678.log": "xxx.log", "a/./b": "a/b",
	} {
		b, _ := bundle(t, func(b *support.Bundle) { b.Text(name, "x", 0) })
		if b.Files[0].Name != want {
			t.Errorf("%s: %s, want %s", name, b.Files[0].Name, want)
		}
	}
}

// A folder that is not there, or none, is said.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "file", "x")
	b, _ := bundle(t, func(b *support.Bundle) {
		b.Folder(filepath.Join(dir, "none"), "none", support.State())
		b.Folder(filepath.Join(dir, "file"), "file", support.State())
		b.File(filepath.Join(dir, "none", "x"), "x")
		b.File(dir, "folder")
	})
	for name, want := range map[string]support.Reason{"none": support.Missing, "file": support.Unreadable, "x": support.Missing, "folder": support.NotAFile} {
		if got := reason(b, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := support.Listing(filepath.Join(dir, "none"), "state"); got != "missing\n" {
		t.Errorf("%q", got)
	}
	write(t, dir, "a/b", "12")
	if got := support.Listing(dir, "state"); strings.Count(got, "\n") != 4 || !strings.Contains(got, "  2  ") || !strings.Contains(got, "  state/a/b\n") {
		t.Errorf("%q", got)
	}
}

// What users call their files is learnt from whatever notes are left.
func TestPreserved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "products/p/installed.json", `{"preserve":["claims/**"]}`)
	write(t, dir, "products/q/installed.json", `damaged`)
	write(t, dir, "trust/manifests/q/stable.v1.json", `{"preserve":["*.dat"]}`)
	if got := support.Preserved(dir); fmt.Sprint(got) != "[data/** claims/** *.dat]" {
		t.Error(got)
	}
	if got := support.Preserved(filepath.Join(dir, "none")); len(got) != 1 {
		t.Error(got)
	}
}

type fullDisk struct{ left int }

var errFull = errors.New("full")

func (w *fullDisk) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, room := range []int{0, 5000} {
		b := support.New(&fullDisk{room}, strings.ToLower, time.Now())
		for i := range 100 {
			b.Text(fmt.Sprint(i), strings.Repeat(fmt.Sprint(i*7919), 300), 0)
		}
		if err := b.Close("contents.json", func() string { return "" }); !errors.Is(err, errFull) {
			t.Errorf("%d bytes: %v", room, err)
		}
	}
}
