package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/installer/process"
)

// served is a TrialThrough whose other end runs in this process.
func served(ctx context.Context, input []byte) ([]byte, error) {
	var out bytes.Buffer
	err := ServeTrial(ctx, bytes.NewReader(input), &out)
	return out.Bytes(), err
}

func TestTrialThrough(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := TrialThrough(served)
	here := process.Short{Path: exe, Dir: t.TempDir(), Args: []string{"-test.run", "^$", "-test.v=true"}}
	if a, err := run(t.Context(), here); err != nil || a.ExitCode != 0 || !strings.Contains(a.Stdout, "PASS") {
		t.Errorf("%+v, %v", a, err)
	}
	here.Args = []string{"-no-such-flag"}
	if a, err := run(t.Context(), here); err != nil || a.ExitCode != 2 || a.Output == "" {
		t.Errorf("%+v, %v", a, err)
	}
	here.Path += ".gone"
	if a, err := run(t.Context(), here); err == nil || errors.Is(err, process.ErrNoOperator) || a.ExitCode != -1 {
		t.Errorf("%+v, %v", a, err) // asked, and it did not start
	}
	here.Path = "relative"
	if _, err := run(t.Context(), here); !errors.Is(err, process.ErrNoOperator) {
		t.Error(err)
	}
}

// The answer is in the hands of an ordinary user: whatever is no answer counts as
// no answer.
func TestTrialAnswers(t *testing.T) {
	t.Parallel()
	answer := func(a trialAnswer) string {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	good := trialAnswer{Schema: verdictSchema, Answer: process.Answer{Stdout: "2.2.0\n"}}
	for name, c := range map[string]struct {
		output string
		fails  error
		want   error
	}{
		"good":           {answer(good), nil, nil},
		"crashed":        {answer(trialAnswer{Schema: verdictSchema, Crashed: true, Error: "signal"}), nil, process.ErrCrashed},
		"nobody":         {"", ErrNobody, process.ErrNoOperator},
		"empty":          {"", nil, process.ErrNoOperator},
		"garbage":        {"2.2.0", nil, process.ErrNoOperator},
		"another schema": {answer(trialAnswer{Schema: trialSchema}), nil, process.ErrNoOperator},
		"unknown field":  {`{"schema":"koshin/trial/1","rights":"SYSTEM"}`, nil, process.ErrNoOperator},
		"two documents":  {answer(good) + answer(good), nil, process.ErrNoOperator},
		"too much said":  {answer(trialAnswer{Schema: verdictSchema, Answer: process.Answer{Stdout: strings.Repeat("x", process.MaxOutput+1)}}), nil, process.ErrNoOperator},
		"too long":       {answer(good) + strings.Repeat(" ", MaxVerdict), nil, process.ErrNoOperator},
	} {
		run := TrialThrough(func(context.Context, []byte) ([]byte, error) { return []byte(c.output), c.fails })
		a, err := run(t.Context(), process.Short{})
		if !errors.Is(err, c.want) || c.want == nil && (err != nil || a.Stdout != "2.2.0\n") {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}
