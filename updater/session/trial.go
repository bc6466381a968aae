package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/installer/process"
)

// What goes between a koshin that is SYSTEM and one that runs as the operator and
// starts a client's program there.
const (
	trialSchema   = "koshin/trial-request/1"
	verdictSchema = "koshin/trial/1"
)

// maxTrial bounds the question: a command line of Windows has 32 KiB.
const maxTrial = 128 << 10

// MaxVerdict is the longest answer in bytes: two outputs, each of whose bytes JSON
// may write as six.
const MaxVerdict = 2*6*process.MaxOutput + 4<<10

// ErrTrial is a question or an answer that no koshin writes.
var ErrTrial = errors.New("not a trial of a program")

type trial struct {
	Schema  string        `json:"schema"`
	Program process.Short `json:"program"`
}

type trialAnswer struct {
	Schema  string         `json:"schema"`
	Answer  process.Answer `json:"answer"`
	Crashed bool           `json:"crashed"`
	Error   string         `json:"error"` // why it came to no exit code of its own
}

// TrialThrough runs a client's program by way of a program that runs [ServeTrial]
// as the operator. run hands it its standard input and gives back its standard
// output, at most [MaxVerdict] bytes. Where that fails the error is
// process.ErrNoOperator: the client was not asked.
func TrialThrough(run func(ctx context.Context, input []byte) ([]byte, error)) process.RunFunc {
	return func(ctx context.Context, s process.Short) (process.Answer, error) {
		unasked := process.Answer{ExitCode: -1}
		input, err := json.Marshal(trial{Schema: trialSchema, Program: s})
		if err != nil {
			return unasked, err
		}
		output, err := run(ctx, input)
		switch {
		case ctx.Err() != nil:
			return unasked, context.Cause(ctx)
		case err != nil:
			return unasked, fmt.Errorf("%w: %w", process.ErrNoOperator, err)
		}
		var a trialAnswer
		if err := strict(output, MaxVerdict, &a); err != nil {
			return unasked, fmt.Errorf("%w: %w", process.ErrNoOperator, err)
		}
		if a.Schema != verdictSchema || len(a.Answer.Stdout) > process.MaxOutput || len(a.Answer.Output) > process.MaxOutput {
			return unasked, fmt.Errorf("%w: %w", process.ErrNoOperator, ErrTrial)
		}
		switch {
		case a.Crashed:
			err = fmt.Errorf("%w: %.200q", process.ErrCrashed, a.Error)
		case a.Error != "":
			err = fmt.Errorf("program did not run: %.200q", a.Error)
		}
		return a.Answer, err
	}
}

// ServeTrial runs one program with the rights that this process has anyway: it is
// what a koshin does that runs as the operator. The program ends with it.
func ServeTrial(ctx context.Context, in io.Reader, out io.Writer) error {
	input, err := io.ReadAll(io.LimitReader(in, maxTrial+1))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTrial, err)
	}
	var t trial
	if err := strict(input, maxTrial, &t); err != nil {
		return err
	}
	if t.Schema != trialSchema || !filepath.IsAbs(t.Program.Path) || !filepath.IsAbs(t.Program.Dir) {
		return ErrTrial
	}
	a := trialAnswer{Schema: verdictSchema}
	if a.Answer, err = process.Run(ctx, t.Program); err != nil {
		a.Error, a.Crashed = err.Error(), errors.Is(err, process.ErrCrashed)
	}
	a.Answer.Stdout, a.Answer.Output = strings.ToValidUTF8(a.Answer.Stdout, "?"), strings.ToValidUTF8(a.Answer.Output, "?") // JSON makes them longer
	return json.NewEncoder(out).Encode(a)
}

// strict decodes one document of known fields and nothing behind it.
func strict(raw []byte, limit int, into any) error {
	if len(raw) > limit {
		return fmt.Errorf("%w: longer than %d bytes", ErrTrial, limit)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", ErrTrial, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one document", ErrTrial)
	}
	return nil
}
