package confirm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/koshin-updater/koshin/manifest"
)

// Ask is one question to one of the system's own TLS stacks.
type Ask struct {
	Stack manifest.Stack `json:"stack"` // StackWinINet or StackWinHTTP
	URL   string         `json:"url"`
	// OnlyTLS12 offers TLS 1.2 and nothing else, whatever this PC's settings
	// say. Beside an attempt with the settings it tells a setting that stands
	// in the way from a stack that cannot.
	OnlyTLS12 bool `json:"only_tls12"`
}

// AskFunc asks a stack once, as the operator who is signed in, verifying the
// certificate as that stack does, following no redirect and sending nothing but
// a GET. It fills the StackProof with what it saw: OK as far as connection and
// certificate go, TLS as crypto/tls names it ("TLS 1.2"; "" where the system
// does not tell), Status, Error, Code and Cause. A stack that cannot be asked
// here or now (no such system, nobody signed in) has OK nil and
// [CauseUnavailable]. It must return soon after ctx ends; one that does not is
// no longer waited for.
type AskFunc func(ctx context.Context, ask Ask) StackProof

// askStack asks one of the system's stacks twice, side by side: with this PC's
// settings, which is the proof, and with TLS 1.2 only, which explains it.
func askStack(ctx context.Context, host manifest.Host, stack manifest.Stack, o Options) StackProof {
	if o.Stacks == nil {
		return unavailable(stack)
	}
	var proof, forced StackProof
	var both sync.WaitGroup
	both.Go(func() { proof = askOnce(ctx, Ask{Stack: stack, URL: host.URL}, host, o) })
	both.Go(func() { forced = askOnce(ctx, Ask{Stack: stack, URL: host.URL, OnlyTLS12: true}, host, o) })
	both.Wait()
	proof = compare(proof, forced)
	proof.OnlyTLS12 = &forced
	return proof
}

// compare uses the answer over TLS 1.2 alone where the system does not tell
// which version the other one came over: WinHTTP before Windows 11, and Wine. A
// host that answers, but not over TLS 1.2, answered over something older.
func compare(proof, forced StackProof) StackProof {
	answered := proof.OK != nil && *proof.OK && proof.TLS == ""
	refused := forced.OK != nil && !*forced.OK && (forced.Cause == CauseHandshake || forced.Cause == CauseTLSVersion)
	if answered && refused {
		no := false
		proof.OK, proof.Cause = &no, CauseTLSVersion
		proof.Error = "answers, but not over TLS 1.2 alone"
		proof.Err = fmt.Errorf("%w: %s", errStack, proof.Error)
	}
	return proof
}

// askOnce waits for an answer no longer than ctx, and judges it.
func askOnce(ctx context.Context, ask Ask, host manifest.Host, o Options) StackProof {
	answer := make(chan StackProof, 1)
	go func() { answer <- o.Stacks(ctx, ask) }()
	var proof StackProof
	select {
	case proof = <-answer:
	case <-ctx.Done():
		no := false
		proof = StackProof{OK: &no, Cause: CauseTimeout, Error: context.Cause(ctx).Error()}
	}
	proof.Stack, proof.OnlyTLS12 = ask.Stack, nil
	proof.Error, proof.Issuer, proof.Root = plain(proof.Error, maxError), plain(proof.Issuer, maxName), plain(proof.Root, maxName)
	return judgeStack(proof, host)
}

// errStack carries what another stack said.
var errStack = errors.New("tls stack failed")

// judgeStack holds what a stack saw against what the manifest expects: an old
// version that both sides agreed to, or an unexpected status, is no success.
func judgeStack(proof StackProof, host manifest.Host) StackProof {
	no := false
	switch {
	case proof.OK == nil:
		if proof.Cause == "" {
			proof.Cause = CauseUnavailable
		}
		if proof.Error == "" {
			proof.Error = ErrUnavailable.Error()
		}
		proof.Err = fmt.Errorf("%w: %w", ErrUnavailable, cmp.Or(proof.Err, errors.New(proof.Error)))
		return proof
	case !*proof.OK:
		if proof.Cause == "" {
			proof.Cause = CauseUnknown
		}
		if proof.Error == "" {
			proof.Error = string(proof.Cause)
		}
	case proof.TLS != "" && proof.TLS != "TLS 1.2" && proof.TLS != "TLS 1.3": // "": the system does not tell
		proof.OK, proof.Cause = &no, CauseTLSVersion
		proof.Error = fmt.Sprintf("negotiated %q", proof.TLS)
	case !expected(host).Contains(proof.Status):
		proof.OK, proof.Cause = &no, CauseHTTPStatus
		if proof.Status == http.StatusNetworkAuthenticationRequired {
			proof.Cause = CauseCaptivePortal
		}
		proof.Error = fmt.Sprintf("http status %d", proof.Status)
	default:
		proof.Cause = ""
		return proof
	}
	proof.Err = fmt.Errorf("%w: %s", errStack, proof.Error)
	return proof
}

// expected is the range of HTTP statuses that count as an answer.
func expected(host manifest.Host) manifest.StatusRange {
	if host.ExpectStatus.Low == 0 { // the manifest does not say
		return manifest.StatusRange{Low: 200, High: 399}
	}
	return host.ExpectStatus
}

func unavailable(stack manifest.Stack) StackProof {
	return StackProof{Stack: stack, Cause: CauseUnavailable, Error: ErrUnavailable.Error(), Err: ErrUnavailable}
}
