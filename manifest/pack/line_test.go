package pack

import (
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/manifest"
)

// TestLineIsJSON holds the lines that are made by hand to what a JSON encoder
// makes of the same entry.
func TestLineIsJSON(t *testing.T) {
	t.Parallel()
	type encoded struct {
		Path   string          `json:"path"`
		Type   string          `json:"type"`
		Exec   bool            `json:"exec,omitzero"`
		Size   int64           `json:"size,omitzero"`
		SHA256 manifest.Digest `json:"sha256,omitzero"`
	}
	for _, e := range []Entry{
		{Path: "a", Type: Dir},
		{Path: "a/b", Type: File, SHA256: manifest.Digest{1}},
		{Path: "a/run", Type: File, Exec: true, Size: 1 << 40, SHA256: manifest.Digest{31: 0xff}},
		{Path: "四月 報酬/😀 <&>' \u2028.txt", Type: File, Size: 7, SHA256: manifest.Digest{9}},
		{Path: "quote\" back\\slash /\t\x01\x7f\u0085", Type: File, SHA256: manifest.Digest{1}},
	} {
		want, err := json.Marshal(encoded{e.Path, e.Type.String(), e.Exec, e.Size, e.SHA256})
		if err != nil {
			t.Fatal(err)
		}
		if line, err := appendLine(nil, e); err != nil || string(line) != string(want)+"\n" {
			t.Errorf("%q, %v; a JSON encoder writes %q", line, err, want)
		}
	}
	if line, err := appendLine(nil, Entry{Path: "no text \xff", Type: Dir}); err == nil {
		t.Errorf("%q", line)
	}
}
