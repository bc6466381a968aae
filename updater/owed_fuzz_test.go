package updater

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

// FuzzParseOwed: a note is believed whole, and is the same after it was written
// again, or it is ErrOwed.
func FuzzParseOwed(f *testing.F) {
	const product manifest.ProductID = "torikomi-soshin"
	version, err := manifest.ParseVersion("2.3.0")
	if err != nil {
		f.Fatal(err)
	}
	whole, err := json.MarshalIndent(Owed{
		Schema: owedSchema, Product: product, Version: version, From: version, State: installer.Recorded,
		Since: time.Unix(1620000000, 0).UTC(), Used: "client.exe (pid 7, 田中)", Agreed: []QuestionKind{AskOutage},
	}, "", "  ")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(`{"schema":"koshin/restart/1","product":"kani-nyuryoku","version":"2.3"}`))
	f.Add([]byte(`{"schema":"koshin/restart/2","product":"torikomi-soshin","version":"2.3"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := parseOwed(data, product)
		if err != nil {
			if !errors.Is(err, ErrOwed) || o.Product != "" {
				t.Fatalf("%+v: %v", o, err)
			}
			return
		}
		written, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseOwed(written, product)
		if err != nil || !again.Version.Equal(o.Version) || again.Tree != o.Tree || !again.Checked.Equal(o.Checked) {
			t.Fatalf("%+v became %+v: %v", o, again, err)
		}
	})
}
