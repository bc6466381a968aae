package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// Whose proxy and certificates a proof of WinINet goes by.
func TestAsOperator(t *testing.T) {
	t.Parallel()
	const admin = "S-1-5-21-1-2-3-500"
	yes := true
	here := func(context.Context, confirm.Ask) confirm.StackProof {
		return confirm.StackProof{OK: &yes, TLS: "here", User: confirm.Operator}
	}
	session := func(context.Context, confirm.Ask) confirm.StackProof {
		return confirm.StackProof{OK: &yes, TLS: "session", User: confirm.Operator}
	}
	for name, row := range map[string]struct {
		who  mend.Who
		err  error
		want string // where it was asked; "" for nowhere
		user confirm.User
	}{
		"the operator":                      {mend.Who{User: operator, Session: operator}, nil, "here", confirm.Operator},
		"the operator, elevated":            {mend.Who{User: operator, Session: operator, Elevated: true}, nil, "here", confirm.Operator},
		"the daily run":                     {mend.Who{User: "S-1-5-18"}, nil, "session", confirm.Operator},
		"an administrator called for a box": {mend.Who{User: admin, Session: operator, Elevated: true}, nil, "", ""},
		"another service":                   {mend.Who{User: "S-1-5-20"}, nil, "", ""},
		"a session that cannot be asked":    {mend.Who{User: operator, Elevated: true, Err: io.EOF}, nil, "here", ""},
		"a process that cannot be asked":    {mend.Who{}, io.EOF, "here", confirm.Operator},
	} {
		ask := asOperator(func() (mend.Who, error) { return row.who, row.err }, here, session)
		p := ask(t.Context(), confirm.Ask{Stack: manifest.StackWinINet})
		asked := p.OK != nil
		if p.TLS != row.want || p.User != row.user || asked != (row.want != "") || (p.Cause == confirm.CauseUnavailable) == asked || (p.Err == nil) != asked {
			t.Errorf("%s: %+v", name, p)
		}
		if strings.Contains(p.Error, admin) {
			t.Errorf("%s: %s", name, p.Error)
		}
	}
}

// Nobody is SYSTEM in a test, so the session is not to be had, and that is no
// failure.
func TestInSession(t *testing.T) {
	t.Parallel()
	if out, err := inSession("probe", 1<<10)(t.Context(), nil); err == nil || len(out) != 0 {
		t.Errorf("%q, %v", out, err)
	}
}

// A question that breaks off is a broken one, not an answer.
func TestProbeBroken(t *testing.T) {
	t.Parallel()
	var out, talk bytes.Buffer
	broken := io.MultiReader(strings.NewReader(`{"schema":`), failingReader{})
	code := runOn(t.Context(), machine{}, []string{"probe"}, terminal.Streams{In: broken, Out: &out, Err: &talk})
	if code != exitcode.Usage || out.Len() != 0 {
		t.Errorf("%d, %q", code, out.String())
	}
	code = runOn(t.Context(), machine{}, []string{"probe"}, terminal.Streams{In: strings.NewReader("{}"), Out: &out, Err: &talk, CanAsk: true})
	if code != exitcode.Usage || out.Len() != 0 {
		t.Errorf("at a terminal: %d, %q", code, out.String())
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("cut off") }
