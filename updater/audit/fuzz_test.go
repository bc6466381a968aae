package audit_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/audit"
)

// seed is the two files of a small trail.
func seed() (trail, head string) {
	first := `{"seq":1,"time":"2021-04-01T00:00:00Z","verb":"confirm","outcome":"confirmed","before":""}`
	second := `{"seq":2,"time":"2021-04-01T00:01:00Z","verb":"confirm","outcome":"partial","before":"` + digest(first) + `"}`
	return first + "\n" + second + "\n", digest(second) + "\n"
}

// FuzzTrail: whatever stands in the two files, reading ends with an answer,
// only what was written passes, and one more line never makes a broken trail fit.
func FuzzTrail(f *testing.F) {
	trail, head := seed()
	f.Add([]byte(trail), []byte(head))
	f.Add([]byte(trail[:len(trail)-3]), []byte(head))
	f.Add([]byte(trail+`{"seq":3`), []byte(head+digest("x")+"\n"))
	f.Add([]byte(""), []byte("\n"+digest("x")+"\n"))
	f.Add([]byte("\n\n\x00\xff"), []byte(""))
	f.Fuzz(func(t *testing.T, trail, head []byte) {
		dir := t.TempDir()
		for name, data := range map[string][]byte{"trail.jsonl": trail, "head": head} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		all := audit.Trail{Dir: dir}
		count := int64(0)
		summary, err := all.Walk(nil, func(audit.Record) { count++ })
		if err != nil && !errors.Is(err, audit.ErrBroken) {
			t.Fatalf("an error of its own: %v", err)
		}
		if count > summary.Lines || summary.Lines > int64(bytes.Count(trail, []byte("\n"))) {
			t.Fatalf("%d records in %d lines", count, summary.Lines)
		}
		if err == nil && summary.Lines > 0 && !bytes.Contains(head, []byte(summary.Head)) {
			t.Fatal("the head does not name the last line")
		}
		if got, exported := verify(export(t, all), nil); (exported == nil) != (err == nil) || err == nil && got != summary {
			t.Fatalf("the trail: %v, its export: %v", err, exported)
		}
		added := all.Append(audit.Record{Verb: "confirm", Outcome: "confirmed"})
		if added != nil && !errors.Is(added, audit.ErrBroken) {
			t.Fatalf("append: %v", added)
		}
		if _, after := all.Walk(nil, nil); (after == nil) != (err == nil) {
			t.Fatalf("before one more line: %v, after it: %v", err, after)
		}
	})
}

// FuzzExport: no file makes the reader fail in another way than it says.
func FuzzExport(f *testing.F) {
	trail, head := seed()
	above := `{"schema":"koshin/audit-export/1","koshin":"1.0.0","time":"2021-04-01T00:00:00Z"}` + "\n" + trail
	f.Add([]byte(sealed(above, strings.TrimSpace(head))))
	f.Add([]byte(above))
	f.Add([]byte("{}\n{}\n{}\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		header, summary, err := audit.ReadExport(bytes.NewReader(file), nil, nil)
		known := false
		for _, k := range []error{audit.ErrBroken, audit.ErrDamaged, audit.ErrNotExport, audit.ErrNewer} {
			known = known || errors.Is(err, k)
		}
		if err != nil && !known {
			t.Fatalf("an error of its own: %v", err)
		}
		if err != nil {
			return
		}
		if header.Schema != "koshin/audit-export/1" || summary.Lines > 0 && !bytes.Contains(file, []byte(summary.Head)) {
			t.Fatalf("accepted: %+v, %+v", header, summary)
		}
		mark := summary.Mark()
		if _, _, err := audit.ReadExport(bytes.NewReader(file), &mark, nil); err != nil {
			t.Fatalf("it does not contain itself: %v", err)
		}
	})
}
