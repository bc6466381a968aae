package confirm

import (
	"cmp"
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
)

// DefaultBudget is how long the proofs of one host may take together. Hosts
// are asked side by side, so it is also about how long all of them take.
const DefaultBudget = 10 * time.Second

// Options say what to prove and how this PC reaches the outside.
type Options struct {
	Confirm manifest.Confirm    // hosts and self_test, from the signed manifest
	Dir     string              // install folder; "" if no client is installed
	CAFile  string              // handed to the self_test as {ca_file}; may be ""
	Roots   *x509.CertPool      // as transport.Roots; nil: the system's
	Proxy   transport.ProxyFunc // as transport.ParseProxy; nil: none
	Stacks  AskFunc             // asks WinINet and WinHTTP; nil: they are unavailable
	Budget  time.Duration       // per host; 0: DefaultBudget
	// AsOperator is as in [Place].
	AsOperator process.RunFunc
	Log        *slog.Logger

	expected *expectedRoots // made by Prove
	resolver *net.Resolver  // nil: the system's; tests bring a name server of their own
}

// Prove gathers all proofs at the same time. Failed connections are part of
// the report; the error is only ever that ctx ended, and then the report says
// nothing.
func Prove(ctx context.Context, o Options) (Report, error) {
	if o.Budget <= 0 {
		o.Budget = DefaultBudget
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.expected = newExpectedRoots(bundle.Roots(), o.own())
	var all sync.WaitGroup
	report := Report{Hosts: make([]HostProof, len(o.Confirm.Hosts))}
	for i, host := range o.Confirm.Hosts {
		all.Go(func() { report.Hosts[i] = proveHost(ctx, host, o) })
	}
	client := NotInstalled
	if o.Dir != "" {
		client = NoSelfTest
		if o.Confirm.SelfTest != nil {
			all.Go(func() {
				proof := runSelfTest(ctx, *o.Confirm.SelfTest, o.place())
				report.SelfTest, client = &proof, proof.Outcome
			})
		}
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return Report{}, err
	}
	unmaskPortal(report.Hosts)
	report.State = summarize(report.Hosts, client)
	report.Verdict, report.Reason = report.State.Verdict(), report.State.Reason()
	o.Log.InfoContext(ctx, "connectivity proved", "verdict", report.Verdict, "reason", report.Reason, "client", client, "probe", report.State.Probe)
	return report, nil
}

// own are the roots that an administrator named. A file that cannot be read
// names none: what it would have vouched for is then seen as a stranger's.
func (o Options) own() []*x509.Certificate {
	certs, err := transport.CACertificates(o.CAFile)
	if err != nil {
		o.Log.Warn("ca file cannot be read", "error", err)
	}
	return certs
}

// place is where and with which words the self_test runs.
func (o Options) place() Place {
	p := Place{Dir: o.Dir, CAFile: o.CAFile, AsOperator: o.AsOperator}
	if len(o.Confirm.Hosts) > 0 {
		p.URL = o.Confirm.Hosts[0].URL
	}
	return p
}

// proveHost makes all attempts at one host within its budget.
func proveHost(ctx context.Context, host manifest.Host, o Options) HostProof {
	ctx, cancel := context.WithTimeout(ctx, o.Budget)
	defer cancel()
	proof := HostProof{URL: host.URL, Time: time.Now().UTC(), RefuseOld: host.RefuseOld, OldTLS: make([]OldProof, len(oldVersions))}
	var all sync.WaitGroup
	for i, version := range oldVersions {
		all.Go(func() { proof.OldTLS[i] = askOld(ctx, host.URL, version, o) })
	}
	others := slices.DeleteFunc(slices.Clone(host.Stacks), func(s manifest.Stack) bool { return s == manifest.StackGo })
	proof.Stacks = make([]StackProof, 1+len(others))
	for i, stack := range others {
		all.Go(func() { proof.Stacks[1+i] = askStack(ctx, host, stack, o) })
	}
	strict, seen := proveGo(ctx, host, o)
	proof.Stacks[0] = strict
	all.Wait()
	proof.IP, proof.Proxy, proof.ClockSkew = seen.sight.ip, seen.sight.proxy, seen.skew
	proof.OldTLSRefused = refusedAll(proof.OldTLS, strict.speaksTLS12())
	proof.Interceptor = strict.interceptor(proof.Proxy)
	for i := range proof.Stacks[1:] {
		s := &proof.Stacks[1+i]
		s.LocalRoot = s.LocalRoot || o.expected.strange(*s, strict)
		proof.Interceptor = cmp.Or(proof.Interceptor, s.interceptor(""))
	}
	return proof
}
