package doctor

import (
	"context"
	"fmt"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/session"
)

// Nobody signed in is told apart from a stack that could not be asked for
// another reason: what to do about it differs. Through the real proof.
func TestStacksNobody(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err  error
		want Reason
	}{
		"nobody is signed in": {fmt.Errorf("%w: no token", session.ErrNobody), StacksNobody},
		"the session fails":   {session.ErrFailed, StacksUnasked},
		"no reason given":     {nil, StacksUnasked},
	} {
		o := confirm.Options{
			Confirm: manifest.Confirm{Hosts: []manifest.Host{{URL: "https://127.0.0.1:1/", Stacks: []manifest.Stack{manifest.StackGo, manifest.StackWinINet, manifest.StackWinHTTP}}}},
			Stacks: func(context.Context, confirm.Ask) confirm.StackProof {
				return confirm.StackProof{Cause: confirm.CauseUnavailable, Err: row.err}
			},
		}
		report, err := confirm.Prove(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if got := judgeStacks(report.Hosts[0]); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}
