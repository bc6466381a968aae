package installer

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/manifest"
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
