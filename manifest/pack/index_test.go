package pack

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

const (
	head     = `{"schema":"koshin/tree/1"}` + "\n"
	someHash = `"sha256":"0101010101010101010101010101010101010101010101010101010101010101"`
)

func fileLine(path string) string { return `{"path":"` + path + `","type":"file",` + someHash + "}\n" }
func dirLine(path string) string  { return `{"path":"` + path + `","type":"dir"}` + "\n" }

func TestParseIndex(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       error
	}{
		{"empty tree", head, nil},
		{"files and folders", head + dirLine("a") + fileLine("a/b") + fileLine("a-b") + fileLine("b"), nil},
		{"executable", head + `{"path":"x","type":"file","exec":true,"size":3,` + someHash + "}\n", nil},

		{"nothing", "", ErrIndex},
		{"no schema", fileLine("a"), ErrIndex},
		{"newer schema", `{"schema":"koshin/tree/2"}` + "\n", ErrSchema},
		{"newer schema that says more", `{"schema":"koshin/tree/2","links":true}` + "\n", ErrSchema},
		{"no last newline", strings.TrimSuffix(head+fileLine("a"), "\n"), ErrIndex},
		{"unknown field", head + `{"path":"a","type":"dir","mode":7}` + "\n", ErrIndex},
		{"duplicate key", head + `{"path":"a","path":"a","type":"dir"}` + "\n", ErrIndex},
		{"spaces", head + `{"path": "a","type":"dir"}` + "\n", ErrIndex},
		{"other order of keys", head + `{"type":"dir","path":"a"}` + "\n", ErrIndex},
		{"needless escape", head + dirLine(`\u0061`), ErrIndex},
		{"written zero", head + `{"path":"a","type":"file","size":0,` + someHash + "}\n", ErrIndex},
		{"upper-case hash", head + strings.ReplaceAll(fileLine("a"), `"0101`, `"AA01`), ErrIndex},
		{"empty line", head + "\n", ErrIndex},
		{"carriage return", head + `{"path":"a","type":"dir"}` + "\r\n", ErrIndex},
		{"unknown type", head + `{"path":"a","type":"link"}` + "\n", ErrIndex},
		{"file without hash", head + `{"path":"a","type":"file","size":1}` + "\n", ErrIndex},
		{"folder with size", head + `{"path":"a","type":"dir","size":1}` + "\n", ErrIndex},
		{"negative size", head + `{"path":"a","type":"file","size":-1,` + someHash + "}\n", ErrIndex},
		{"size that overflows", head + `{"path":"a","type":"file","size":9223372036854775807,` + someHash + "}\n", ErrIndex},
		{"wrong order", head + fileLine("b") + fileLine("a"), ErrIndex},
		{"twice", head + fileLine("a") + fileLine("a"), ErrIndex},
		{"line without end", head + strings.Repeat("x", maxLine+1), ErrIndex},

		{"path outside", head + fileLine("../x"), ErrPathParent},
		{"drive", head + fileLine("C:x"), ErrPathDrive},
		{"device", head + fileLine("nul.txt"), ErrPathDevice},
		{"no folder", head + fileLine("a/b"), ErrPathParents},
		{"file as folder", head + fileLine("a") + fileLine("a/b"), ErrPathParents},
		{"folder not open any more", head + dirLine("a") + dirLine("b") + dirLine("b/c") + fileLine("b/d/e"), ErrPathParents},
		{"case", head + fileLine("README") + fileLine("readme"), ErrPathClash},
		{"case of a folder", head + dirLine("LIB") + fileLine("LIB/a") + dirLine("lib") + fileLine("lib/b"), ErrPathClash},
		{"normal form", head + fileLine("か\u3099") + fileLine("が"), ErrPathClash},
	}
	for _, test := range tests {
		x, err := ParseIndex(strings.NewReader(test.text))
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
			t.Errorf("%s: %v, not %v", test.name, err, test.want)
		}
		if err == nil {
			var again bytes.Buffer
			if err := x.Encode(&again); err != nil || again.String() != test.text {
				t.Errorf("%s: encodes to %q, %v", test.name, again.String(), err)
			}
		}
	}
}

// endless is a reader of lines that never ends.
type endless struct {
	line func(n int) string
	n    int
	rest string
}

func (e *endless) Read(b []byte) (int, error) {
	if e.rest == "" {
		e.rest = e.line(e.n)
		e.n++
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestParseIndexLimits(t *testing.T) {
	t.Parallel()
	digits := "0123456789abcdef"
	many := &endless{line: func(n int) string {
		if n == 0 {
			return head
		}
		name := ""
		for shift := 20; shift >= 0; shift -= 4 {
			name += string(digits[n>>shift&15])
		}
		return dirLine(name)
	}}
	if _, err := ParseIndex(many); !errors.Is(err, manifest.ErrTooLarge) {
		t.Errorf("two million entries: %v", err)
	}
	if many.n > MaxEntries+10_000 {
		t.Errorf("read %d lines", many.n)
	}
}

func FuzzParseIndex(f *testing.F) {
	f.Add([]byte(head))
	f.Add([]byte(head + dirLine("a") + fileLine("a/b") + fileLine("b")))
	f.Add([]byte(head + dirLine("a") + `{"path":"a/run","type":"file","exec":true,"size":12,` + someHash + "}\n"))
	f.Add([]byte(head + fileLine("四月 報酬.txt")))
	f.Add([]byte(head + fileLine(`C:\\x`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := ParseIndex(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := x.Encode(&again); err != nil || !bytes.Equal(again.Bytes(), data) {
			t.Fatalf("%q encodes to %q, %v", data, again.Bytes(), err)
		}
		for _, e := range x.Entries {
			if err := CheckPath(e.Path); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkParseIndex(b *testing.B) {
	var text bytes.Buffer
	text.WriteString(head)
	for d := range 500 {
		dir := fmt.Sprintf("Module-%04d", d)
		text.WriteString(dirLine(dir))
		for n := range 40 {
			text.WriteString(fileLine(fmt.Sprintf("%s/component-%04d.dll", dir, n)))
		}
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseIndex(bytes.NewReader(text.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}

// folders is an index of endless folders.
type folders struct{ n, at int }

func (f *folders) Read(b []byte) (int, error) {
	line := fmt.Appendf(nil, `{"path":"%07d","type":"dir"}`+"\n", f.n)
	if f.n == 0 {
		line = fmt.Appendf(nil, `{"schema":"%s"}`+"\n", Schema)
	}
	n := copy(b, line[f.at:])
	if f.at += n; f.at == len(line) {
		f.n, f.at = f.n+1, 0
	}
	return n, nil
}

// An index of millions of entries is left where the limit is: it cannot fill
// the memory.
func TestTooManyEntries(t *testing.T) {
	t.Parallel()
	endless := new(folders)
	if _, err := ParseIndex(endless); !errors.Is(err, ErrEntries) {
		t.Error(err)
	}
	if endless.n > MaxEntries+maxLine {
		t.Errorf("read %d entries", endless.n)
	}
}

func TestCheckRatio(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		packed, unpacked int64
		want             error
	}{
		{1, 64 << 20, nil}, // an empty database
		{1 << 20, 1000 << 20, nil},
		{1 << 20, 1002 << 20, ErrRatio},
		{10_000, 10_000_000_000, ErrRatio},
		{1 << 40, 1 << 41, nil},
	} {
		if err := CheckRatio(c.packed, c.unpacked); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%d from %d: %v", c.unpacked, c.packed, err)
		}
	}
}
