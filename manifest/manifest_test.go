package manifest_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func full(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
}

// What is parsed encodes to the same bytes: nothing is dropped or reordered.
func TestParseEncodesToTheSameBytes(t *testing.T) {
	data := full(t)
	m, err := manifest.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Errorf("encoded again:\n%s", again)
	}
}

func TestParseNamesTheOffendingField(t *testing.T) {
	cases := []struct{ name, old, new, path string }{
		{"unknown field", `"seq": 7`, `"seq": 7, "color": 1`, "color"},
		{"unknown nested field", `"percent": 25`, `"percent": 25, "x": 1`, "builds[0].rollout.x"},
		{"field in another case", `"seq": 7`, `"Seq": 7`, "Seq"},
		{"duplicate key", `"seq": 7`, `"seq": 7, "seq": 8`, "seq"},
		{"bad version", `"version": "2.3.0.1"`, `"version": "v2"`, "builds[0].version"},
		{"wrong type", `"seq": 7`, `"seq": "7"`, "seq"},
		{"fractional number", `"size": 1234`, `"size": 1.5`, "builds[0].packages[0].size"},
		{"negative size", `"size": 1234`, `"size": -1`, "builds[0].packages[0].size"},
		{"huge size", `"size": 1234`, `"size": 99999999999999`, "builds[0].packages[0].size"},
		{"overflowing size", `"size": 1234`, `"size": 99999999999999999999`, "builds[0].packages[0].size"},
		{"short hash", `"1111`, `"111`, "builds[0].packages[0].sha256"},
		{"path that leaves", `torikomi-soshin/2.3.0.1/windows-amd64.tree`, `../windows-amd64.tree`, "builds[0].packages[0].target"},
		{"device name", `torikomi-soshin/2.3.0.1/windows-amd64.tree`, `torikomi-soshin/nul.tree`, "builds[0].packages[0].target"},
		{"version twice", `"version": "2.2",
      "released"`, `"version": "2.3.0.1",
      "released"`, "builds[1].version"},
		{"unknown kind", `"kind": "setup"`, `"kind": "zip"`, "builds[1].packages[0].kind"},
		{"percent over 100", `"percent": 25`, `"percent": 101`, "builds[0].rollout.percent"},
		{"plain http host", `https://reception`, `http://reception`, "confirm.hosts[0].url"},
		{"no neutral probe", `"go",`, ``, "confirm.hosts[0].stacks"},
		{"bad status range", `200-399`, `399-200`, "confirm.hosts[0].expect_status"},
		{"program outside", `bin/client.exe`, `../client.exe`, "confirm.self_test.program"},
		{"program on a drive", `bin/client.exe`, `C:client.exe`, "confirm.self_test.program"},
		{"no timeout", `"timeout": 30`, `"timeout": 0`, "confirm.self_test.timeout"},
		{"preserve outside", `data/**`, `../data/**`, "preserve[0]"},
		{"preserve pattern", `data/**`, `data/[`, "preserve[0]"},
		{"detect", `"pe:bin/client.exe"`, `"guess"`, "detect"},
		{"a setup that nobody reads back", `"pe:bin/client.exe"`, `"koshin-record"`, "detect"},
		{"how a tree is run", `"tree_sha256": "2222222222222222222222222222222222222222222222222222222222222222"`,
			`"tree_sha256": "2222222222222222222222222222222222222222222222222222222222222222", "installer": {}`, "builds[0].packages[0].installer"},
		{"code of a crash", "              0,\n", "              3221225477,\n", "builds[1].packages[0].installer.success_codes"},
		{"negative code", "              0,\n", "              -1,\n", "builds[1].packages[0].installer.success_codes"},
		{"an argument that is no property", `"kind": "setup"`, `"kind": "msi"`, "builds[1].packages[0].installer.args"},
		{"product name", `"product": "torikomi-soshin"`, `"product": "Torikomi"`, "product"},
		{"product that is a role", `"product": "torikomi-soshin"`, `"product": "snapshot"`, "product"},
		{"channel", `"stable"`, `"nightly"`, "channel"},
		{"schema", `koshin/manifest/1`, `koshin/manifest/2`, "schema"},
		{"date", `2021-04-01`, `2021-13-01`, "tls_ready.since"},
		{"seq zero", `"seq": 7`, `"seq": 0`, "seq"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := string(full(t))
			changed := strings.Replace(text, c.old, c.new, 1)
			if changed == text {
				t.Fatal("the case changes nothing")
			}
			_, err := manifest.Parse([]byte(changed))
			field, ok := errors.AsType[*manifest.FieldError](err)
			if !ok || !errors.Is(err, manifest.ErrInvalid) {
				t.Fatalf("error is %v, not a FieldError", err)
			}
			if field.Path != c.path {
				t.Errorf("path is %q, want %q (%v)", field.Path, c.path, err)
			}
		})
	}
}

func TestParseRefusesWhatIsTooLong(t *testing.T) {
	_, err := manifest.Parse(make([]byte, manifest.MaxSize+1))
	if !errors.Is(err, manifest.ErrTooLarge) {
		t.Errorf("error is %v, want ErrTooLarge", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(full(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := manifest.Parse(data)
		if err != nil {
			return
		}
		once, err := m.Encode()
		if err != nil {
			t.Fatalf("what parses does not encode: %v", err)
		}
		again, err := manifest.Parse(once)
		if err != nil {
			t.Fatalf("what encodes does not parse: %v", err)
		}
		if twice, _ := again.Encode(); !bytes.Equal(once, twice) {
			t.Errorf("not stable:\n%s\n%s", once, twice)
		}
	})
}

func TestCandidatesAreNewestFirstWithoutWithdrawn(t *testing.T) {
	m, err := manifest.Parse(full(t))
	if err != nil {
		t.Fatal(err)
	}
	found := m.Candidates("windows", "amd64")
	if len(found) != 1 || found[0].Build.Version.String() != "2.3.0.1" {
		t.Errorf("candidates: %v", found)
	}
	if len(m.Candidates("linux", "amd64")) != 0 {
		t.Error("a package for another system was offered")
	}
	v, _ := manifest.ParseVersion("2.2.0")
	if reason, ok := m.Withdrawal(v); !ok || reason != "cannot print" {
		t.Errorf("withdrawal of 2.2.0: %q, %v", reason, ok)
	}
}

func TestShareIsSpreadAndStable(t *testing.T) {
	v, _ := manifest.ParseVersion("2.3.0")
	below := 0
	for i := range 10000 {
		id := strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
		share := manifest.Share(id, "torikomi-soshin", v)
		if share < 0 || share > 99 || share != manifest.Share(id, "torikomi-soshin", v) {
			t.Fatalf("share of %q is %d", id, share)
		}
		if share < 10 {
			below++
		}
	}
	if below < 700 || below > 1300 {
		t.Errorf("%d of 10000 installations are in the first 10 percent", below)
	}
}
