package confirm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"iter"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// Who issued it decides: a root that was put into this PC's store, or that a
// proxy shows without being known, re-signs; one from ca_file is known to the
// administrator; one that nobody knows and no proxy shows may be the host's.
func TestProveInterception(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	proxy, err := transport.ParseProxy(transporttest.Proxy(t, 200))
	if err != nil {
		t.Fatal(err)
	}
	const name = "koshin throw-away authority"
	for title, row := range map[string]struct {
		o       Options
		cause   Cause
		local   bool
		who     string
		verdict Verdict
		reason  Reason
	}{
		"from ca_file":                    {trusting(t, ca, Options{}), "", false, "", Confirmed, ReasonAllGood},
		"from ca_file, through a proxy":   {trusting(t, ca, Options{Proxy: proxy}), "", false, "", Confirmed, ReasonAllGood},
		"from this PC's store":            {Options{Roots: ca.Pool()}, "", true, name, Partial, ReasonInterception},
		"from the store, through a proxy": {Options{Roots: ca.Pool(), Proxy: proxy}, "", true, name, Partial, ReasonInterception},
		"unknown":                         {Options{}, CauseUnknownRoot, true, "", Unreachable, ReasonNetwork},
		"unknown, through a proxy":        {Options{Proxy: proxy}, CauseUnknownRoot, true, name, Unreachable, ReasonInterception},
		"another ca_file":                 {trusting(t, transporttest.Authority(t), Options{Proxy: proxy}), CauseUnknownRoot, true, name, Unreachable, ReasonInterception},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			proof, strict, report := prove(t, row.o, manifest.Host{URL: url})
			if strict.Cause != row.cause || strict.LocalRoot != row.local || proof.Interceptor != row.who || strict.Issuer != "CN="+name {
				t.Errorf("%q, local %v, interceptor %q, issuer %q", strict.Cause, strict.LocalRoot, proof.Interceptor, strict.Issuer)
			}
			if report.Verdict != row.verdict || report.Reason != row.reason {
				t.Errorf("%s, %s", report.Verdict, report.Reason)
			}
		})
	}
}

// Whoever re-signs can also answer with a page to log in; the host's own redirect
// away from TLS is its own mistake.
func TestProveRedirectByStranger(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	cert := transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{}))
	for _, row := range []struct {
		o    Options
		to   string
		want Cause
	}{
		{trusting(t, ca, Options{}), "http://login.example/", CauseInsecureRedirect},
		{Options{Roots: ca.Pool()}, "http://login.example/", CauseCaptivePortal},
		{Options{Roots: ca.Pool()}, "http://127.0.0.1/", CauseInsecureRedirect},
		{Options{Roots: ca.Pool()}, "https://login.example/", ""},
	} {
		_, strict, _ := prove(t, row.o, manifest.Host{URL: transporttest.Host(t, cert, status(302, row.to))})
		if strict.Cause != row.want {
			t.Errorf("to %s, local root %v: %q, want %q", row.to, strict.LocalRoot, strict.Cause, row.want)
		}
	}
}

// A root of the browsers' that this PC does not know is a PC that is behind,
// not somebody on the way.
func TestProvePublicRootMissing(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	proxy, err := transport.ParseProxy(transporttest.Proxy(t, 200))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Roots: x509.NewCertPool(), Proxy: proxy, Budget: DefaultBudget, expected: newExpectedRoots(publishing(t, ca), nil)}
	proof := proveHost(t.Context(), manifest.Host{URL: url}, o)
	strict := proof.Stacks[0]
	if strict.Cause != CauseUnknownRoot || strict.LocalRoot || proof.Interceptor != "" || !slices.Contains(strict.Notes, NotePublicRoot) {
		t.Errorf("%+v", proof)
	}
}

// publishing is a list of the browsers' with this authority and no other.
func publishing(t *testing.T, ca *localca.Authority) iter.Seq[bundle.Root] {
	return slices.Values([]bundle.Root{{Certificate: authorityCert(t, ca).Raw}})
}

func authorityCert(t *testing.T, ca *localca.Authority) *x509.Certificate {
	t.Helper()
	certs, err := transport.CACertificates(transporttest.CAFile(t, ca))
	if err != nil || len(certs) != 1 {
		t.Fatal(certs, err)
	}
	return certs[0]
}

func TestExpectedRoots(t *testing.T) {
	t.Parallel()
	public, own, stranger := transporttest.Authority(t), transporttest.Authority(t), transporttest.Authority(t)
	e := newExpectedRoots(publishing(t, public), []*x509.Certificate{authorityCert(t, own)})
	for name, row := range map[string]struct {
		ca   *localca.Authority
		want bool
	}{"public": {public, true}, "own": {own, true}, "stranger": {stranger, false}} {
		chain := shown(t, transporttest.Issue(t, row.ca, localca.Leaf{Names: []string{"any.example"}}))
		if e.leads(chain) != row.want || e.verified([][]*x509.Certificate{chain}) != row.want {
			t.Errorf("%s: leads %v, verified %v", name, e.leads(chain), e.verified([][]*x509.Certificate{chain}))
		}
	}
	if e.leads(nil) || e.verified(nil) || e.verified([][]*x509.Certificate{{}}) {
		t.Error("nothing leads somewhere")
	}
	// A name alone is no root: the keys are others.
	if e.verified([][]*x509.Certificate{{authorityCert(t, stranger)}}) {
		t.Error("a stranger of the same name is known")
	}
}

// The list that is built in is whole.
func TestBundle(t *testing.T) {
	t.Parallel()
	e := newExpectedRoots(bundle.Roots(), nil)
	if len(e.public) < 100 {
		t.Errorf("%d public roots", len(e.public))
	}
}

func shown(t *testing.T, cert tls.Certificate) []*x509.Certificate {
	t.Helper()
	var chain []*x509.Certificate
	for _, der := range cert.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, c)
	}
	return chain
}

// A ca_file that cannot be read vouches for nothing, and stops no proof.
func TestProveWithoutCAFile(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	o := Options{Roots: ca.Pool(), CAFile: strings.Repeat("missing", 3)}
	if proof, _, _ := prove(t, o, manifest.Host{URL: url}); proof.Interceptor == "" {
		t.Errorf("%+v", proof)
	}
}

// A proxy that only Windows' own stacks go through is seen by what they were
// shown: another certificate than Go's, of a root that is nobody's.
func TestProveInterceptionOfStack(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	cert := transporttest.Issue(t, ca, localca.Leaf{})
	url := transporttest.Host(t, transport.ServerConfig(cert), answer)
	same := hashes(shown(t, cert))
	root, stranger := same[1], strings.Repeat("ab", 32)
	yes := true
	for name, row := range map[string]struct {
		chain []string
		root  string
		who   string
	}{
		"the same":                      {same, "CN=a root", ""},
		"another, of the same root":     {[]string{stranger, root}, "CN=a root", ""},
		"the same, up another way":      {[]string{same[0], stranger}, "CN=a root", ""},
		"another, of nobody's":          {[]string{stranger, stranger}, "CN=a root", "CN=Web Gateway"},
		"another, whose root is untold": {[]string{stranger, stranger}, "", ""},
		"nothing is told":               {nil, "", ""},
	} {
		o := trusting(t, ca, Options{Stacks: func(context.Context, Ask) StackProof {
			return StackProof{OK: &yes, TLS: "TLS 1.2", Status: 200, Issuer: "CN=Web Gateway", Root: row.root, ChainSHA256: row.chain}
		}})
		proof, _, report := prove(t, o, manifest.Host{URL: url, Stacks: []manifest.Stack{manifest.StackGo, manifest.StackWinINet}})
		if proof.Interceptor != row.who || proof.Stacks[1].LocalRoot != (row.who != "") {
			t.Errorf("%s: %q, local root %v", name, proof.Interceptor, proof.Stacks[1].LocalRoot)
		}
		if (report.Reason == ReasonInterception) != (row.who != "") || (report.Verdict == Confirmed) != (row.who == "") {
			t.Errorf("%s: %s, %s", name, report.Verdict, report.Reason)
		}
	}
}
