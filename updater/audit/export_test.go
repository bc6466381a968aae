package audit_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/audit"
)

func export(t *testing.T, trail audit.Trail) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := trail.Export(&out, audit.Header{Koshin: "1.0.0", Time: time.Unix(1617235200, 0).UTC()}); err != nil && !errors.Is(err, audit.ErrBroken) {
		t.Fatal(err)
	}
	return out.String()
}

func verify(file string, since *audit.Mark) (audit.Summary, error) {
	_, summary, err := audit.ReadExport(strings.NewReader(file), since, nil)
	return summary, err
}

// sealed writes a footer that fits, as somebody who knows the format would.
func sealed(above, head string) string {
	count := strings.Count(above, "\n") - 1
	return above + `{"lines":` + string(rune('0'+count)) + `,"head":["` + head + `"],"sha256":"` + digest(above) + "\"}\n"
}

func TestAnExportIsSelfContained(t *testing.T) {
	for count := range 4 {
		trail := newTrail(t, slices.Repeat([]string{"confirmed"}, count)...)
		file := export(t, trail)
		header, summary, err := audit.ReadExport(strings.NewReader(file), nil, nil)
		if err != nil || summary.Lines != int64(count) || header.Koshin != "1.0.0" || header.Time.Unix() != 1617235200 {
			t.Errorf("%d lines: %v: %+v, %+v", count, err, header, summary)
		}
		if own, err := trail.Walk(nil, nil); err != nil || own != summary {
			t.Errorf("%d lines: %v: the export says %+v, the trail %+v", count, err, summary, own)
		}
		if count > 0 && !strings.Contains(file, "\n"+read(t, trail, "trail.jsonl")) {
			t.Errorf("%d lines: they are not in it as they are", count)
		}
	}
}

// Every byte of an export, every cut, and everything that may stand behind it.
func TestEveryByteOfAnExport(t *testing.T) {
	file := export(t, shortTrail(t))
	for i := range file {
		changed := []byte(file)
		changed[i] ^= 0x01
		if _, err := verify(string(changed), nil); err == nil {
			// What the header says about itself is covered by the hash, too.
			t.Fatalf("byte %d (%q) may be changed", i, file[i])
		}
		if _, err := verify(file[:i], nil); !errors.Is(err, audit.ErrDamaged) && !errors.Is(err, audit.ErrNotExport) {
			t.Fatalf("cut at byte %d: %v", i, err)
		}
	}
	for _, more := range []string{"\n", "x", "x\n", "\x00", file} {
		if _, err := verify(file+more, nil); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("with %.10q behind it: %v", more, err)
		}
	}
}

// Somebody who writes a new footer after each manipulation passes the hash, and
// is still seen by the chain and the head.
func TestASealedExportIsStillTheTrail(t *testing.T) {
	trail := newTrail(t, slices.Repeat([]string{"confirmed"}, lines)...)
	whole := strings.Split(strings.TrimSuffix(read(t, trail, "trail.jsonl"), "\n"), "\n")
	head := strings.TrimSpace(read(t, trail, "head"))
	first, _, _ := strings.Cut(export(t, trail), "\n")
	for name, tamper := range manipulations {
		for i := range whole {
			changed, _ := tamper(slices.Clone(whole), i)
			if slices.Equal(changed, whole) {
				continue
			}
			file := sealed(strings.Join(append([]string{first}, changed...), "\n")+"\n", head)
			if _, err := verify(file, nil); !errors.Is(err, audit.ErrBroken) || errors.Is(err, audit.ErrDamaged) {
				t.Errorf("line %d %s: %v, want ErrBroken alone", i+1, name, err)
			}
		}
	}
}

func TestWhatIsNoExport(t *testing.T) {
	file := export(t, newTrail(t, "confirmed"))
	cases := map[string]struct {
		file string
		want error
	}{
		"nothing":               {"", audit.ErrNotExport},
		"a text":                {"hello\n", audit.ErrNotExport},
		"a trail":               {file[strings.Index(file, "\n")+1:], audit.ErrNotExport},
		"a very long line":      {strings.Repeat("x", 3<<20) + "\n", audit.ErrNotExport},
		"another kind":          {strings.Replace(file, "audit-export", "audit-report", 1), audit.ErrNotExport},
		"of a newer koshin":     {strings.Replace(file, "audit-export/1", "audit-export/2", 1), audit.ErrNewer},
		"the header alone":      {file[:strings.Index(file, "\n")+1], audit.ErrDamaged},
		"a field in the footer": {strings.Replace(file, `{"lines"`, `{"extra":1,"lines"`, 1), audit.ErrDamaged},
	}
	for name, k := range cases {
		if _, err := verify(k.file, nil); !errors.Is(err, k.want) {
			t.Errorf("%s: %v, want %v", name, err, k.want)
		}
	}
}

// An export of a broken trail is whole, and says what the trail says.
func TestABrokenTrailIsExportedAsItIs(t *testing.T) {
	trail := newTrail(t, slices.Repeat([]string{"confirmed"}, lines)...)
	whole := strings.Split(strings.TrimSuffix(read(t, trail, "trail.jsonl"), "\n"), "\n")
	for name, tamper := range manipulations {
		for i := range whole {
			changed, _ := tamper(slices.Clone(whole), i)
			if slices.Equal(changed, whole) {
				continue
			}
			write(t, trail, "trail.jsonl", strings.Join(changed, "\n")+"\n")
			_, want := trail.Walk(nil, nil)
			if _, err := verify(export(t, trail), nil); err == nil || err.Error() != want.Error() {
				t.Errorf("line %d %s: the export says %v, the trail %v", i+1, name, err, want)
			}
		}
	}
	write(t, trail, "trail.jsonl", strings.Join(whole, "\n")+"\nnot koshin's")
	if summary, err := verify(export(t, trail), nil); !errors.Is(err, audit.ErrUnreadable) || summary.Lines != lines+1 {
		t.Errorf("bytes behind the last line: %v, %d lines", err, summary.Lines)
	}
	remove(t, trail, "trail.jsonl")
	if _, err := verify(export(t, trail), nil); !errors.Is(err, audit.ErrEnd) {
		t.Errorf("no trail: %v", err)
	}
}

// A line that a power cut left unfinished never happened.
func TestAnExportDuringAPowerCut(t *testing.T) {
	trail := newTrail(t, "confirmed")
	write(t, trail, "head", read(t, trail, "head")+digest("the second line")+"\n")
	write(t, trail, "trail.jsonl", read(t, trail, "trail.jsonl")+`{"seq":2,`)
	if summary, err := verify(export(t, trail), nil); err != nil || summary.Lines != 1 {
		t.Errorf("%v: %+v", err, summary)
	}
}

// What an auditor with an older export, or a noted head, has against somebody
// who rewrites everything.
func TestALaterExportContainsTheEarlier(t *testing.T) {
	trail := newTrail(t, "confirmed", "partial")
	old, err := verify(export(t, trail), nil)
	if err != nil {
		t.Fatal(err)
	}
	mark := old.Mark()
	noted, ok := audit.ParseMark(" " + strings.ToUpper(old.Head) + "\n")
	if !ok {
		t.Fatal("a head that was noted is none")
	}
	add(t, trail, "confirmed", "unreachable")
	later := export(t, trail)
	rewritten := newTrail(t, "confirmed", "confirmed", "confirmed", "unreachable")
	first, err := verify(export(t, newTrail(t)), nil)
	if err != nil {
		t.Fatal(err)
	}
	nothing := first.Mark()
	for name, since := range map[string]*audit.Mark{"export": &mark, "noted head": &noted} {
		if _, err := verify(later, since); err != nil {
			t.Errorf("%s: the later export: %v", name, err)
		}
		if _, err := trail.Walk(since, nil); err != nil {
			t.Errorf("%s: the trail itself: %v", name, err)
		}
		if _, err := rewritten.Walk(nil, nil); err != nil {
			t.Errorf("by itself a rewritten trail fits together: %v", err)
		}
		if _, err := verify(export(t, rewritten), since); !errors.Is(err, audit.ErrRewritten) {
			t.Errorf("%s: rewritten: %v", name, err)
		}
		if _, err := rewritten.Walk(since, nil); !errors.Is(err, audit.ErrRewritten) {
			t.Errorf("%s: rewritten, on the PC: %v", name, err)
		}
		if _, err := verify(export(t, newTrail(t, "confirmed")), since); !errors.Is(err, audit.ErrRewritten) {
			t.Errorf("%s: begun anew: %v", name, err)
		}
		if _, err := (audit.Trail{Dir: t.TempDir()}).Walk(since, nil); !errors.Is(err, audit.ErrRewritten) {
			t.Errorf("%s: all removed: %v", name, err)
		}
	}
	moved := mark
	moved.Lines = 3
	if _, err := verify(later, &moved); !errors.Is(err, audit.ErrRewritten) {
		t.Errorf("the same line at another place: %v", err)
	}
	if _, err := verify(later, &nothing); err != nil {
		t.Errorf("since before the first line: %v", err)
	}
	for _, text := range []string{"", "april.jsonl", old.Head[1:], old.Head + "0", strings.Repeat("g", 64)} {
		if _, ok := audit.ParseMark(text); ok {
			t.Errorf("%q is no head", text)
		}
	}
}
