package messages

import (
	"go/ast"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/doctor"
)

// reasons are the constants of type doctor.Reason.
func reasons(t *testing.T) []doctor.Reason {
	var all []doctor.Reason
	declared(t, filepath.Join("..", "..", "..", "updater", "doctor"), func(v *ast.ValueSpec, i int) bool {
		if name, ok := v.Type.(*ast.Ident); ok && name.Name == "Reason" && i < len(v.Values) {
			all = append(all, doctor.Reason(strings.Trim(v.Values[i].(*ast.BasicLit).Value, `"`)))
		}
		return false
	})
	if len(all) < 80 {
		t.Fatalf("only %d reasons found", len(all))
	}
	return all
}

// Every reason of the doctor has its sentence in both languages, and whatever is
// not in order has a remedy of its own; nothing has words that is never found.
func TestEveryReasonHasItsWords(t *testing.T) {
	c := load(t)
	known := map[string]bool{"none": true}
	for _, r := range reasons(t) {
		known[string(r)] = true
		for _, words := range []map[string]string{c.ja, c.en} {
			if words["finding-"+string(r)] == "" {
				t.Errorf("%s has no sentence", r)
			}
			if r.Verdict() != doctor.OK && words["cure-"+string(r)] == "" {
				t.Errorf("%s (%s) has no remedy", r, r.Verdict())
			}
		}
		if r.Check() == "" {
			t.Errorf("%s belongs to no check", r)
		}
	}
	for key := range c.ja {
		for _, prefix := range []string{"finding-", "cure-"} {
			if reason, ok := strings.CutPrefix(key, prefix); ok && !known[reason] {
				t.Errorf("%s is never said", key)
			}
		}
	}
	for _, check := range doctor.Checks() {
		if c.ja["checked-"+string(check)] == "" || c.en["checked-"+string(check)] == "" {
			t.Errorf("check %s has no name", check)
		}
	}
	for _, v := range []doctor.Verdict{doctor.OK, doctor.Warn, doctor.Fail, doctor.Unknown} {
		if c.ja["examined-"+string(v)] == "" || c.en["examined-"+string(v)] == "" {
			t.Errorf("verdict %s has no mark", v)
		}
	}
}

// A remedy is something to do, said as a sentence.
func TestCuresAreSentences(t *testing.T) {
	c := load(t)
	for key, ja := range c.ja {
		if strings.HasPrefix(key, "finding-") || strings.HasPrefix(key, "cure-") {
			if end := strings.TrimRight(ja, "）"); !strings.HasSuffix(end, "。") && !strings.HasSuffix(end, "}") {
				t.Errorf("%s does not end as a sentence: %s", key, ja)
			}
		}
	}
}

// What the words speak of is filled in from the evidence, in the language.
func TestFindingIsFilledFromEvidence(t *testing.T) {
	c := load(t)
	f := doctor.Finding{Check: doctor.Client, Verdict: doctor.Fail, Reason: doctor.ClientNotReady, About: "b", Evidence: []doctor.Fact{
		{Of: "a", Key: "installed", Value: "9.9"}, {Of: "b", Key: "installed", Value: "2.1.0"}, {Of: "b", Key: "floor", Value: "none"},
	}}
	if got := c.Finding(Japanese, f); !strings.Contains(got, "ご利用中のバージョン：2.1.0、TLS 1.2対応版：なし") {
		t.Error(got)
	}
	if got := c.CureInBoth(f); got.JA == "" || got.EN == "" || strings.Contains(got.JA+got.EN, "{") {
		t.Error(got)
	}
	if got := c.FactName(English, doctor.Fact{Key: `HKCU\Software`}); got != `HKCU\Software` {
		t.Error(got)
	}
}
