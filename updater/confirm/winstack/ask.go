package winstack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// ErrQuestion is a question that is not asked: not https, or not for a stack of
// Windows.
var ErrQuestion = errors.New("not a question for a windows stack")

// errVersions is a question that WinINet cannot be asked, wherever it is.
var errVersions = fmt.Errorf("wininet offers the versions of internet options only: %w", errors.ErrUnsupported)

// Ask makes one attempt as whoever runs this process, and is back when ctx
// ends, whatever Windows does. It is a [confirm.AskFunc]: what went wrong is
// evidence. OK is true where a host that the stack has verified gave an answer,
// whichever; TLS is "" where the system does not tell what was negotiated.
// Call it as the operator: [confirm.Operator] is whose settings it says it went
// by.
func Ask(ctx context.Context, q confirm.Ask) confirm.StackProof {
	began := time.Now()
	done := make(chan confirm.StackProof, 1)
	go func() { done <- attempt(ctx, q) }()
	var proof confirm.StackProof
	select {
	case proof = <-done:
	case <-ctx.Done():
		// The call goes on until its own timeouts end it, and then closes what
		// it opened. To take its handles away meanwhile could crash the process
		// (Microsoft, "WinHTTP Questions: async close on a sync request").
		fault{cause: confirm.CauseTimeout, err: context.Cause(ctx)}.mark(&proof)
	}
	proof.Stack, proof.User, proof.Elapsed = q.Stack, confirm.Operator, time.Since(began).Seconds()
	return proof
}

// attempt asks and waits for as long as it takes.
func attempt(ctx context.Context, q confirm.Ask) (proof confirm.StackProof) {
	to, err := parse(q)
	switch {
	case errors.Is(err, errVersions):
		fault{cause: confirm.CauseUnavailable, err: err}.mark(&proof)
		return proof
	case err != nil:
		fault{cause: confirm.CauseUnknown, err: err}.mark(&proof)
		return proof
	}
	to.patience = patience(ctx)
	seen, err := call(q.Stack, to)
	seen.describe(&proof)
	if fault, failed := judge(q.Stack, seen, err, time.Now()); failed {
		fault.mark(&proof)
		return proof
	}
	yes := true
	proof.OK, proof.Stage = &yes, confirm.StageAnswer
	return proof
}

// target is a question taken to pieces.
type target struct {
	host      string // as the stacks want it, IPv6 in brackets
	port      uint16
	object    string // path and query
	onlyTLS12 bool
	patience  time.Duration // for each step of the way
}

func parse(q confirm.Ask) (target, error) {
	if q.Stack != manifest.StackWinINet && q.Stack != manifest.StackWinHTTP {
		return target{}, fmt.Errorf("%w: stack %q", ErrQuestion, q.Stack)
	}
	u, err := url.Parse(q.URL) // lets no control character through
	if err != nil {
		return target{}, fmt.Errorf("%w: %w", ErrQuestion, err)
	}
	if u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return target{}, fmt.Errorf("%w: %q", ErrQuestion, u.Redacted())
	}
	to := target{host: u.Hostname(), port: 443, object: u.RequestURI(), onlyTLS12: q.OnlyTLS12}
	if strings.Contains(to.host, ":") {
		to.host = "[" + to.host + "]"
	}
	if text := u.Port(); text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return target{}, fmt.Errorf("%w: port %s", ErrQuestion, text)
		}
		to.port = uint16(port)
	}
	if q.OnlyTLS12 && q.Stack == manifest.StackWinINet {
		return target{}, errVersions
	}
	return to, nil
}

// patience is what is left until the deadline; without one, the budget of a
// host.
func patience(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return confirm.DefaultBudget
	}
	return max(time.Until(deadline), time.Millisecond) // 0 would mean for ever
}
