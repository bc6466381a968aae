package confirm

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// Each stack of the manifest is asked twice, with the settings and without, and
// what it says is held against the manifest.
func TestProveAsksStacks(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	yes, no := true, false
	good := StackProof{OK: &yes, TLS: "TLS 1.2", Status: 200, User: Operator}
	for name, row := range map[string]struct {
		says    StackProof
		ok      *bool
		cause   Cause
		verdict Verdict
		reason  Reason
	}{
		"connects":          {good, &yes, "", Confirmed, ReasonAllGood},
		"over TLS 1.3":      {StackProof{OK: &yes, TLS: "TLS 1.3", Status: 204}, &yes, "", Confirmed, ReasonAllGood},
		"over TLS 1.0":      {StackProof{OK: &yes, TLS: "TLS 1.0", Status: 200}, &no, CauseTLSVersion, Partial, ReasonSystemTLS},
		"with a status":     {StackProof{OK: &yes, TLS: "TLS 1.2", Status: 503}, &no, CauseHTTPStatus, Partial, ReasonSystemTLS},
		"log in first":      {StackProof{OK: &yes, TLS: "TLS 1.2", Status: 511}, &no, CauseCaptivePortal, Partial, ReasonSystemTLS},
		"does not":          {StackProof{OK: &no, Cause: CauseHandshake, Code: 12157, Error: "x"}, &no, CauseHandshake, Partial, ReasonSystemTLS},
		"gives no cause":    {StackProof{OK: &no}, &no, CauseUnknown, Partial, ReasonSystemTLS},
		"is not there":      {StackProof{Cause: CauseUnavailable, Error: "nobody is signed in"}, nil, CauseUnavailable, Confirmed, ReasonAllGood},
		"says nothing":      {StackProof{}, nil, CauseUnavailable, Confirmed, ReasonAllGood},
		"forgets its cause": {StackProof{OK: &yes, TLS: "TLS 1.2", Status: 200, Cause: CauseReset}, &yes, "", Confirmed, ReasonAllGood},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []Ask
			var mu sync.Mutex
			o := trusting(t, ca, Options{Stacks: func(_ context.Context, q Ask) StackProof {
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, q)
				return row.says
			}})
			stacks := []manifest.Stack{manifest.StackGo, manifest.StackWinHTTP, manifest.StackWinINet}
			proof, _, report := prove(t, o, manifest.Host{URL: url, Stacks: stacks})
			for i, s := range proof.Stacks[1:] {
				if s.Stack != stacks[1+i] || show(s.OK) != show(row.ok) || s.Cause != row.cause {
					t.Errorf("%+v", s)
				}
				if (s.Err == nil) != (s.OK != nil && *s.OK) || errors.Is(s.Err, ErrUnavailable) != (s.OK == nil) || (s.Err != nil && s.Error == "") {
					t.Errorf("%v, %q", s.Err, s.Error)
				}
				if s.OnlyTLS12 == nil || s.OnlyTLS12.Stack != s.Stack || s.OnlyTLS12.OnlyTLS12 != nil {
					t.Errorf("with TLS 1.2 only: %+v", s.OnlyTLS12)
				}
			}
			if report.Verdict != row.verdict || report.Reason != row.reason {
				t.Errorf("%s, %s", report.Verdict, report.Reason)
			}
			for _, stack := range stacks[1:] {
				for _, only := range []bool{false, true} {
					if !slices.Contains(asked, Ask{Stack: stack, URL: url, OnlyTLS12: only}) {
						t.Errorf("%s was not asked (TLS 1.2 only: %v): %+v", stack, only, asked)
					}
				}
			}
			if len(asked) != 4 {
				t.Errorf("%d questions", len(asked))
			}
		})
	}
}

// The names that scripts read, beside those of DESIGN section 4.
func TestProofJSON(t *testing.T) {
	t.Parallel()
	yes, skew := true, 7.0
	text, err := json.Marshal(Report{Reason: ReasonAllGood, Hosts: []HostProof{{ClockSkew: &skew, Interceptor: "X", Stacks: []StackProof{{
		OK: &yes, Cause: CauseDNS, Code: 12007, Notes: []Note{NoteClockOff}, OnlyTLS12: &StackProof{},
	}}}}})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Reason *string
		Hosts  []struct {
			Interceptor *string          `json:"interceptor"`
			ClockSkew   *float64         `json:"clock_skew"`
			Stacks      []map[string]any `json:"stacks"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil || doc.Reason == nil || doc.Hosts[0].Interceptor == nil || doc.Hosts[0].ClockSkew == nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, key := range []string{"issuer", "local_root", "stage", "elapsed", "user", "cause", "code", "notes", "only_tls12"} {
		if _, ok := doc.Hosts[0].Stacks[0][key]; !ok {
			t.Errorf("no key %q in %s", key, text)
		}
	}
}
