package winstack

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/koshin-updater/koshin/updater/confirm"
)

// What goes between a koshin that may not ask by itself and one that runs as
// the operator and may: one JSON document there, one back.
const (
	requestSchema = "koshin/probe-request/1"
	replySchema   = "koshin/probe/1"
)

// Limits of both documents, whose other end may be in the hands of an ordinary
// user.
const (
	maxRequest = 16 << 10 // a URL, with room
	// MaxReply is the longest answer in bytes: [maxChain] hashes, some names
	// and an error take 4 KiB.
	MaxReply  = 64 << 10
	maxText   = 4 << 10
	maxBudget = time.Minute
)

// reserve is how much earlier than its parent a probe gives up: enough to say
// so.
const reserve = 500 * time.Millisecond

// What a document can be refused for.
var (
	// ErrRequest is a question that is not one of [Through].
	ErrRequest = errors.New("not a probe's question")
	// ErrReply is an answer that no [Serve] gives.
	ErrReply = errors.New("not a probe's answer")
)

type request struct {
	Schema string      `json:"schema"`
	Ask    confirm.Ask `json:"ask"`
	Budget int64       `json:"budget_ms"`
}

type reply struct {
	Schema string             `json:"schema"`
	Proof  confirm.StackProof `json:"proof"`
}

// Through asks by way of a program that runs [Serve] as somebody else. run hands
// it its standard input and gives back its standard output, at most [MaxReply]
// bytes. Where that fails the stack could not be asked, which is no failure of
// the stack.
func Through(run func(ctx context.Context, input []byte) ([]byte, error)) confirm.AskFunc {
	return func(ctx context.Context, q confirm.Ask) confirm.StackProof {
		began := time.Now()
		proof, err := through(ctx, q, run)
		if err != nil {
			fault{cause: confirm.CauseUnavailable, err: err}.mark(&proof)
			proof.Elapsed = time.Since(began).Seconds()
		}
		proof.Stack, proof.User = q.Stack, confirm.Operator
		return proof
	}
}

func through(ctx context.Context, q confirm.Ask, run func(context.Context, []byte) ([]byte, error)) (confirm.StackProof, error) {
	if _, err := parse(q); err != nil {
		return confirm.StackProof{}, err
	}
	budget := max(patience(ctx)-reserve, time.Millisecond)
	input, err := json.Marshal(request{Schema: requestSchema, Ask: q, Budget: max(budget.Milliseconds(), 1)})
	if err != nil {
		return confirm.StackProof{}, err
	}
	output, err := run(ctx, input)
	if err != nil {
		return confirm.StackProof{}, err
	}
	return parseReply(output)
}

// Serve answers one question: it is what a program that runs as the operator
// does, and all it does.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	input, err := io.ReadAll(io.LimitReader(in, maxRequest+1))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRequest, err)
	}
	r, err := parseRequest(input)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.Budget)*time.Millisecond)
	defer cancel()
	return json.NewEncoder(out).Encode(reply{Schema: replySchema, Proof: Ask(ctx, r.Ask)})
}

func parseRequest(input []byte) (request, error) {
	var r request
	if err := strict(input, maxRequest, &r); err != nil {
		return r, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if r.Schema != requestSchema {
		return r, fmt.Errorf("%w: schema %.80q", ErrRequest, r.Schema)
	}
	if r.Budget < 1 || r.Budget > maxBudget.Milliseconds() {
		return r, fmt.Errorf("%w: budget of %d ms", ErrRequest, r.Budget)
	}
	if _, err := parse(r.Ask); err != nil {
		return r, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	return r, nil
}

// parseReply takes an answer from a process of an ordinary user, who may have
// made it up. That user can say what he likes about his own connection, but it
// has to be a proof: bounded, of known causes, and nothing that a terminal or a
// report could stumble over.
func parseReply(output []byte) (confirm.StackProof, error) {
	var r reply
	if err := strict(output, MaxReply, &r); err != nil {
		return confirm.StackProof{}, fmt.Errorf("%w: %w", ErrReply, err)
	}
	if r.Schema != replySchema {
		return confirm.StackProof{}, fmt.Errorf("%w: schema %.80q", ErrReply, r.Schema)
	}
	if err := sound(r.Proof); err != nil {
		return confirm.StackProof{}, fmt.Errorf("%w: %w", ErrReply, err)
	}
	if r.Proof.Error != "" {
		r.Proof.Err = errors.New(r.Proof.Error)
	}
	return r.Proof, nil
}

// sound says what a proof of [Ask] cannot be.
func sound(p confirm.StackProof) error {
	for _, text := range []string{string(p.Stack), string(p.Stage), p.TLS, p.Suite, p.Curve, p.ALPN, p.Issuer, p.Root, p.Error} {
		if len(text) > maxText || strings.ContainsFunc(text, unicode.IsControl) {
			return fmt.Errorf("text %.80q", text)
		}
	}
	for _, hash := range p.ChainSHA256 {
		if raw, err := hex.DecodeString(hash); err != nil || len(raw) != 32 {
			return fmt.Errorf("hash %.80q", hash)
		}
	}
	failed := p.OK == nil || !*p.OK
	switch {
	case len(p.ChainSHA256) > maxChain:
		return fmt.Errorf("chain of %d", len(p.ChainSHA256))
	case p.Status < 0 || p.Status > 999:
		return fmt.Errorf("status %d", p.Status)
	case p.Elapsed < 0 || p.Elapsed > maxBudget.Seconds()+1:
		return fmt.Errorf("%v seconds", p.Elapsed)
	case p.OnlyTLS12 != nil || len(p.Notes) > 0 || p.LocalRoot:
		return errors.New("more than one attempt shows")
	case failed != (p.Cause != "") || failed && !slices.Contains(confirm.Causes(), p.Cause):
		return fmt.Errorf("cause %.80q", p.Cause)
	case (p.OK == nil) != (p.Cause == confirm.CauseUnavailable):
		return fmt.Errorf("cause %q of an attempt that was made", p.Cause)
	}
	return nil
}

// strict decodes one document of known fields and nothing behind it.
func strict(raw []byte, limit int, into any) error {
	if len(raw) > limit {
		return fmt.Errorf("longer than %d bytes", limit)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the document")
	}
	return nil
}
