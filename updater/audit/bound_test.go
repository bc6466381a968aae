package audit_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/audit"
)

// Whatever hosts say, the trail can be read afterwards.
func TestEvidenceIsBounded(t *testing.T) {
	text := func(s string) json.RawMessage {
		data, err := json.Marshal(map[string]any{"after": map[string]any{"error": s, "n": 1}})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	many := make([]string, 2_000)
	for i := range many {
		many[i] = strings.Repeat("<", 500)
	}
	list, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		detail json.RawMessage
		want   string
	}{
		"none":              {nil, ""},
		"small":             {json.RawMessage(`{"b":1.50,"a":"x","z":[true,null]}`), `{"b":1.50,"a":"x","z":[true,null]}`},
		"a name is no text": {json.RawMessage(`{"secret":"secret"}`), `{"secret":"***"}`},
		"a long text":       {text(strings.Repeat("あ", 100_000)), "… (300000 bytes)"},
		"NULs":              {text(strings.Repeat("\x00", 1<<16)), "… (65536 bytes)"},
		"not UTF-8":         {json.RawMessage("{\"a\":\"\xff\xfe\"}"), "�"},
		"very many texts":   {list, `bytes of evidence"}`},
		"no JSON":           {json.RawMessage(`{"a":`), `{"omitted":"unreadable evidence, 5 bytes"}`},
		"very deep":         {json.RawMessage(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)), `{"omitted":"unreadable evidence, 40000 bytes"}`},
	}
	trail := audit.Trail{Dir: t.TempDir(), Clean: func(s string) string { return strings.ReplaceAll(s, "secret", "***") }}
	count := 0
	for name, k := range cases {
		if err := trail.Append(audit.Record{Verb: "confirm", Outcome: "confirmed", Detail: k.detail}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		count++
		records, err := trail.Records()
		if err != nil || len(records) != count {
			t.Fatalf("%s: %v, %d lines", name, err, len(records))
		}
		if got := string(records[count-1].Detail); !strings.Contains(got, k.want) || len(got) > 600<<10 {
			t.Errorf("%s: %d bytes: %.200s", name, len(got), got)
		}
	}
	if err := trail.Append(audit.Record{Verb: strings.Repeat("x", 2<<20), Outcome: "confirmed"}); err == nil {
		t.Error("a line that nobody could read was written")
	}
	if records, err := trail.Records(); err != nil || len(records) != count {
		t.Error(fmt.Errorf("%w: %d lines", err, len(records)))
	}
}
