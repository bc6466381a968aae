package installer

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// FuzzReadRecord: a record is believed whole, and is the same after it was
// written again, or it is ErrRecord.
func FuzzReadRecord(f *testing.F) {
	when := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	files := Record{Schema: recordSchema1, Product: "p", Version: ver(f, "2.3.0"), When: when, Stamp: when, Keep: []string{"データ/**"}}
	setup := someRun(manifest.Setup).To
	setup.Schema = recordSchema2
	for _, r := range []Record{files, setup} {
		data, err := json.Marshal(r)
		must(f, err)
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Add([]byte(`{"schema":"koshin/record/3","product":"p"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRecord(data, "p")
		if err != nil {
			if !errors.Is(err, ErrRecord) || r != nil {
				t.Fatal(r, err)
			}
			return
		}
		written, err := json.Marshal(r)
		must(t, err)
		again, err := readRecord(written, "p")
		must(t, err)
		twice, err := json.Marshal(again)
		must(t, err)
		if !reflect.DeepEqual(twice, written) {
			t.Fatalf("%s became %s", written, twice)
		}
	})
}

// TestDamagedIndexIsNoPackage: people are told of a damaged record, not of a
// package that somebody tampered with.
func TestDamagedIndexIsNoPackage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep})
	write(t, w.place.State, tree{"installed.index": `{"schema":"koshin/tree/1"}` + "\nno entry\n"})
	_, err := w.open().Detect(t.Context(), rule(t, "koshin-record"))
	if !errors.Is(err, ErrRecord) || errors.Is(err, pack.ErrIndex) {
		t.Error(err)
	}
}

// TestFlippedRecord flips every bit of the record of what is installed. Nearly
// each is noticed. One in a number or a glob is not, since a record has no
// checksum; then an update goes on, and the build that it replaced is still on
// the disk, byte for byte.
func TestFlippedRecord(t *testing.T) {
	t.Parallel()
	template := newCrashWorld(t)
	name := func(w *world) string { return filepath.Join(w.place.State, "installed.json") }
	whole, err := os.ReadFile(name(template.template))
	must(t, err)
	noticed, unnoticed := 0, 0
	for bit := range 8 * len(whole) {
		flipped := slices.Clone(whole)
		flipped[bit/8] ^= 1 << (bit % 8)
		if _, err := readRecord(flipped, template.template.place.Product); err != nil {
			if !errors.Is(err, ErrRecord) {
				t.Errorf("bit %d: %v", bit, err)
			}
			noticed++
			continue
		}
		unnoticed++
		if unnoticed%(20*stride()) != 0 {
			continue
		}
		w := template.fresh(t)
		must(t, os.WriteFile(name(w), flipped, 0o644))
		tx, err := w.update(w.open(), template.next, PlanOptions{Preserve: keep, KeepUnknown: true})
		if err == nil {
			err = tx.Commit(t.Context())
		}
		if err != nil && !errors.Is(err, ErrRecord) {
			t.Errorf("%s: %v", flipped, err)
		}
		there := map[string]bool{}
		for _, content := range with(read(t, w.place.Dir), read(t, w.work())) {
			there[content] = true
		}
		for path, content := range build1 {
			if !there[content] {
				t.Errorf("%s: %s of the installed build is lost", flipped, path)
			}
		}
	}
	if noticed < unnoticed {
		t.Errorf("%d flipped bits were noticed, %d were not", noticed, unnoticed)
	}
	t.Logf("%d flipped bits were noticed, %d were not", noticed, unnoticed)
}
