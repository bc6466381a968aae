package updater

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater/audit"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/redact"
)

// A line has the proofs, and neither names of people nor what a client printed.
func TestARecordHasTheEvidenceAndNoNames(t *testing.T) {
	u := New(Options{StateDir: t.TempDir(), Clean: redact.New([]string{`C:\Users\tanaka`}, []string{"tanaka"}).Text})
	report := &Report{
		Product: "torikomi-soshin", Outcome: Failed,
		Err: errors.Join(
			errors.New(`open C:\Users\tanaka\x: denied`),
			&installer.InUseError{Path: `C:\client\a.dll`, Holders: []installer.Process{{PID: 7, Name: "client.exe", User: `PC\yamada`}}, Err: errors.New("shared")},
		),
		After: &confirm.Report{
			Verdict:  confirm.Partial,
			Hosts:    []confirm.HostProof{{URL: "https://reception.example/", Stacks: []confirm.StackProof{{Stack: "go", ChainSHA256: []string{"abc"}}}}},
			SelfTest: &confirm.TestProof{Outcome: confirm.CannotConnect, Output: "受給者 0001234567", Error: `exec C:\Users\sato\c.exe`},
		},
	}
	u.record(t.Context(), "confirm", report)
	if !report.Recorded {
		t.Fatal(report.Err)
	}
	var records []audit.Record
	if _, err := u.History(nil, func(r audit.Record) { records = append(records, r) }); err != nil || len(records) != 1 {
		t.Fatalf("%v: %v", err, records)
	}
	line, err := json.Marshal(records[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"outcome":"partial"`, `"url":"https://reception.example/"`, `"chain_sha256":["abc"]`, `"outcome":"cannot-connect"`, `client.exe (pid 7)`, `"verdict":"partial"`} {
		if !strings.Contains(string(line), want) {
			t.Errorf("no %s in %s", want, line)
		}
	}
	for _, name := range []string{"tanaka", "yamada", "sato", "受給者"} {
		if strings.Contains(string(line), name) {
			t.Errorf("%s is in %s", name, line)
		}
	}
	if report.After.SelfTest.Output == "" {
		t.Error("the report itself was changed")
	}
}
