package confirm

import (
	"context"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// A system that does not tell which version was negotiated is no fault of the
// connection; one that tells an old version, or whose answer cannot be had over
// TLS 1.2, is.
func TestAskStackVersion(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	answer := StackProof{OK: &yes, Status: 200}
	over := func(version string) StackProof {
		p := answer
		p.TLS = version
		return p
	}
	for name, row := range map[string]struct {
		proof, only StackProof
		want        Cause // "" for a success
	}{
		"both tell":           {over("TLS 1.2"), over("TLS 1.2"), ""},
		"neither tells":       {answer, answer, ""},
		"only one is there":   {answer, StackProof{Cause: CauseUnavailable}, ""},
		"TLS 1.3":             {over("TLS 1.3"), over("TLS 1.2"), ""},
		"an old one":          {over("TLS 1.1"), over(""), CauseTLSVersion},
		"not over TLS 1.2":    {answer, StackProof{OK: &no, Cause: CauseHandshake}, CauseTLSVersion},
		"tells, and is right": {over("TLS 1.3"), StackProof{OK: &no, Cause: CauseHandshake}, ""},
		"the line went down":  {answer, StackProof{OK: &no, Cause: CauseTimeout}, ""},
	} {
		ask := func(_ context.Context, q Ask) StackProof {
			if q.OnlyTLS12 {
				return row.only
			}
			return row.proof
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		p := askStack(ctx, manifest.Host{URL: "https://host.example/"}, manifest.StackWinHTTP, Options{Stacks: ask})
		cancel()
		if p.OK == nil || *p.OK != (row.want == "") || p.Cause != row.want || (p.Err == nil) != (row.want == "") || p.OnlyTLS12 == nil {
			t.Errorf("%s: %+v, want %q", name, p, row.want)
		}
	}
}
