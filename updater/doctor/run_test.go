package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/session"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// of is a PC that sends to these hosts.
func of(t *testing.T, ca *localca.Authority, urls ...string) Input {
	t.Helper()
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	ready := true
	p := Product{ID: "a", Known: true, Ready: &ready}
	for _, url := range urls {
		p.Confirm.Hosts = append(p.Confirm.Hosts, manifest.Host{URL: url, Stacks: []manifest.Stack{manifest.StackGo}})
	}
	return Input{
		Setup: Setup{State: SelfSends}, Products: []Product{p}, System: System{OS: "linux", Arch: "amd64"},
		Reach: Reach{Setting: "none", CAFile: caFile, Roots: ca.Pool()},
	}
}

func run(t *testing.T, in Input) Diagnosis {
	t.Helper()
	d, err := Run(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for i, check := range Checks() {
		if f := d.Findings[i]; f.Check != check || f.Reason.Check() != check || f.Verdict != f.Reason.Verdict() || len(f.Evidence) == 0 {
			t.Errorf("%s: %+v", check, f)
		}
	}
	if len(d.Findings) != 13 {
		t.Errorf("%d findings", len(d.Findings))
	}
	return d
}

var answer = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })

func TestRunHealthy(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	d := run(t, of(t, ca, url))
	for _, check := range []Check{Submission, Clock, Network, TLS, Interception, Root} {
		if f := d.Of(check); f.Verdict != OK {
			t.Errorf("%s: %+v", check, f)
		}
	}
	if d.RootCause != "" || d.Failed() {
		t.Errorf("root cause %s", d.RootCause)
	}
}

// One host of two is bad: that one is named, and the good one is evidence too.
func TestRunOneBadHost(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	cert := transporttest.Issue(t, ca, localca.Leaf{})
	good := transporttest.Host(t, transport.ServerConfig(cert), answer)
	bad := transporttest.Host(t, &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS11, Certificates: []tls.Certificate{cert}}, answer)
	d := run(t, of(t, ca, good, bad, good))
	f := d.Of(TLS)
	if d.RootCause != TLS || f.Reason != TLSVersion || f.About != hostOf(bad) {
		t.Errorf("%s, %+v", d.RootCause, f)
	}
	seen := map[string]int{}
	for _, fact := range f.Evidence {
		if fact.Key == "cause" {
			seen[fact.Of]++
		}
	}
	if seen[hostOf(good)] != 1 || seen[hostOf(bad)] != 1 || len(seen) != 2 {
		t.Errorf("evidence of %v", seen)
	}
}

// Hosts that never say a word take one budget together, not one each.
func TestRunIsBounded(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	var urls []string
	for range 5 {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		urls = append(urls, "https://"+listener.Addr().String()+"/")
	}
	in := of(t, ca, urls...)
	in.Reach.Budget = time.Second
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // five hosts one after the other would take longer
	defer cancel()
	d, err := Run(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if f := d.Of(TLS); f.Reason != TLSTimeout || d.Of(Network).Verdict != OK {
		t.Errorf("%+v, %+v", f, d.Of(Network))
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(os.ErrClosed)
	if _, err := Run(ctx, of(t, transporttest.Authority(t), "https://127.0.0.1:1/")); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

// Without a configuration the rest is looked at all the same.
func TestRunNotEnrolled(t *testing.T) {
	t.Parallel()
	d := run(t, Input{System: System{OS: "linux", Arch: "amd64"}})
	if d.Of(Submission).Reason != NotEnrolled || d.Of(TLS).Verdict != Unknown || d.Failed() || d.Complete() {
		t.Errorf("%+v", d)
	}
}

// Whoever cannot be asked is unknown, and whoever can is asked for all three
// stacks, whatever the manifest says.
func TestRunAsksAllStacks(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	in := of(t, ca, url)
	in.System.OS = windowsOS
	yes, no := true, false
	in.Reach.Stacks = func(_ context.Context, ask confirm.Ask) confirm.StackProof {
		if ask.Stack == manifest.StackWinINet && !ask.OnlyTLS12 {
			return confirm.StackProof{OK: &no, Cause: confirm.CauseHandshake, Code: 12157}
		}
		return confirm.StackProof{OK: &yes, TLS: "TLS 1.2", Status: 200}
	}
	d := run(t, in)
	if f := d.Of(OSStacks); f.Reason != StacksWinINet || d.RootCause != OSStacks || f.Values()["wininet only TLS 1.2"] != yesNo(true) {
		t.Errorf("%s, %+v", d.RootCause, f)
	}
	in.Reach.Stacks = func(context.Context, confirm.Ask) confirm.StackProof {
		return confirm.StackProof{Cause: confirm.CauseUnavailable, Err: session.ErrNobody}
	}
	if f := run(t, in).Of(OSStacks); f.Reason != StacksNobody {
		t.Errorf("%+v", f)
	}
	in.Reach.Stacks = nil
	if f := run(t, in).Of(OSStacks); f.Verdict != Unknown {
		t.Errorf("%+v", f)
	}
}

// A client that is not whole is not run.
func TestRunTestsWholeClientsOnly(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	in := of(t, ca)
	dir := t.TempDir()
	in.Products[0].Dir = dir
	in.Products[0].Confirm.SelfTest = &manifest.SelfTest{Program: "client", Timeout: 5}
	if err := os.WriteFile(filepath.Join(dir, "client"), []byte("#!/bin/sh\ntouch "+filepath.Join(dir, "ran")+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	in.Products[0].Installed.State = "damaged"
	if f := run(t, in).Of(Client); f.Reason != ClientDamaged {
		t.Errorf("%+v", f)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("a half deleted client was started")
	}
}
