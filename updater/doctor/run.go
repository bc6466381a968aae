package doctor

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// Run examines this PC. All looking is done side by side, each host within its
// budget, so that the whole takes hardly longer than its slowest host or the
// client's own test. The error is only ever that ctx ended.
func Run(ctx context.Context, in Input) (Diagnosis, error) {
	if in.Now == nil {
		in.Now = time.Now
	}
	if in.Log == nil {
		in.Log = slog.New(slog.DiscardHandler)
	}
	if in.Reach.Budget <= 0 {
		in.Reach.Budget = confirm.DefaultBudget
	}
	now := in.Now()
	s, err := look(ctx, in)
	if err != nil {
		return Diagnosis{}, err
	}
	findings := []Finding{
		submission(in),
		system(in),
		clock(in, now, s.hosts),
		client(in, s.tests),
		tick(in),
		schannel(in),
		proxy(in, s.ways, s.hosts),
		network(s.ways, s.hosts),
		handshake(s.ways, s.hosts),
		interception(s.hosts),
		root(in, s.hosts),
		certificate(ctx, in, now),
		osStacks(in, s.hosts),
	}
	in.clean(findings)
	d := Diagnosis{Findings: findings, Hosts: s.hosts}
	d.RootCause = explainRoot(d.Findings)
	in.Log.InfoContext(ctx, "pc examined", "root_cause", d.RootCause)
	return d, context.Cause(ctx)
}

// clean masks all evidence.
func (in Input) clean(all []Finding) {
	if in.Clean == nil {
		return
	}
	for i := range all {
		all[i].About = in.Clean(all[i].About)
		for k, f := range all[i].Evidence {
			all[i].Evidence[k] = Fact{Of: in.Clean(f.Of), Key: in.Clean(f.Key), Value: in.Clean(f.Value)}
		}
	}
}

// sight is what was seen outside. Hosts and ways belong together by index; a
// host that several products use is there once.
type sight struct {
	hosts []confirm.HostProof
	ways  []way
	tests map[string]*confirm.TestProof // by product
}

// look goes to all hosts and runs all clients' tests at the same time.
func look(ctx context.Context, in Input) (sight, error) {
	hosts := targets(in.Products)
	s := sight{ways: make([]way, len(hosts)), tests: map[string]*confirm.TestProof{}}
	reports := make([]confirm.Report, len(in.Products))
	var all sync.WaitGroup
	for i, h := range hosts {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, in.Reach.Budget)
			defer cancel()
			s.ways[i] = walk(ctx, h.URL, in.Reach)
		})
	}
	for i, p := range in.Products {
		all.Go(func() { reports[i], _ = confirm.Prove(ctx, in.proofs(p)) }) // its error is ctx's, see below
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return sight{}, err
	}
	proven := map[string]confirm.HostProof{}
	for i, r := range reports {
		s.tests[string(in.Products[i].ID)] = r.SelfTest
		for _, h := range r.Hosts {
			proven[h.URL] = h
		}
	}
	for _, h := range hosts {
		s.hosts = append(s.hosts, proven[h.URL])
	}
	return s, nil
}

// targets are the hosts of all products, each once.
func targets(products []Product) []manifest.Host {
	var hosts []manifest.Host
	seen := map[string]bool{}
	for _, p := range products {
		for _, h := range p.Confirm.Hosts {
			if !seen[h.URL] {
				seen[h.URL] = true
				hosts = append(hosts, h)
			}
		}
	}
	return hosts
}

// proofs says what to prove for one product: on Windows with all three stacks,
// whichever the manifest asks for, since the doctor compares them.
func (in Input) proofs(p Product) confirm.Options {
	o := confirm.Options{
		Confirm: p.Confirm, CAFile: in.Reach.CAFile, Roots: in.Reach.Roots, Proxy: in.Reach.Proxy,
		Stacks: in.Reach.Stacks, AsOperator: in.Reach.AsOperator, Budget: in.Reach.Budget, Log: in.Log,
	}
	if in.Reach.Stacks != nil {
		o.Confirm.Hosts = slices.Clone(p.Confirm.Hosts)
		for i := range o.Confirm.Hosts {
			o.Confirm.Hosts[i].Stacks = []manifest.Stack{manifest.StackGo, manifest.StackWinINet, manifest.StackWinHTTP}
		}
	}
	if p.testable() {
		o.Dir = p.Dir
	}
	return o
}
