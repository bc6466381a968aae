package confirm

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// prove asks one host and returns what was seen of it.
func prove(t *testing.T, o Options, host manifest.Host) (HostProof, StackProof, Report) {
	t.Helper()
	o.Confirm.Hosts = []manifest.Host{host}
	report, err := Prove(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	proof := report.Hosts[0]
	if proof.Stacks[0].Stack != manifest.StackGo {
		t.Fatalf("the first stack is %s", proof.Stacks[0].Stack)
	}
	return proof, proof.Stacks[0], report
}

// trusting makes this PC know the authority as a ca_file does: a root that an
// administrator named.
func trusting(t *testing.T, ca *localca.Authority, o Options) Options {
	t.Helper()
	o.Roots, o.CAFile = ca.Pool(), transporttest.CAFile(t, ca)
	return o
}

var answer = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })

func TestProveGoodHost(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	cert := transporttest.Issue(t, ca, localca.Leaf{})
	url := transporttest.Host(t, transport.ServerConfig(cert), answer)
	proof, strict, report := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: url, RefuseOld: true})
	if strict.OK == nil || !*strict.OK || strict.TLS != "TLS 1.2" || strict.Status != 200 || strict.Err != nil || strict.Root == "" || strict.ALPN != "h2" {
		t.Errorf("%+v", strict)
	}
	if !strings.Contains(strict.Suite, "GCM") && !strings.Contains(strict.Suite, "POLY1305") {
		t.Errorf("suite %s", strict.Suite)
	}
	var chain []string
	for _, der := range cert.Certificate {
		sum := sha256.Sum256(der)
		chain = append(chain, hex.EncodeToString(sum[:]))
	}
	if !slices.Equal(strict.ChainSHA256, chain) {
		t.Errorf("chain %v, want %v", strict.ChainSHA256, chain)
	}
	if proof.IP != "127.0.0.1" || proof.Proxy != "" || proof.URL != url || proof.Time.IsZero() {
		t.Errorf("%+v", proof)
	}
	if proof.OldTLSRefused == nil || !*proof.OldTLSRefused {
		t.Errorf("old versions: %+v", proof.OldTLS)
	}
	for _, old := range proof.OldTLS {
		if old.Outcome != Refused {
			t.Errorf("%+v", old)
		}
	}
	if report.Verdict != Confirmed || report.State != (State{Client: NotInstalled, Probe: ProbeOK}) {
		t.Errorf("%s, %+v", report.Verdict, report.State)
	}
}

// The strict probe fails for each fault by its own name, and keeps evidence.
func TestProveFaultyHost(t *testing.T) {
	t.Parallel()
	ca, stranger := transporttest.Authority(t), transporttest.Authority(t)
	good := transporttest.Issue(t, ca, localca.Leaf{})
	wantsCertificate := transport.ServerConfig(good)
	wantsCertificate.ClientAuth = tls.RequireAnyClientCert
	status := func(code int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
		})
	}
	for name, row := range map[string]struct {
		config  *tls.Config
		handler http.Handler
		want    error
		check   func(StackProof) bool
	}{
		"TLS 1.1 only": {&tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{good}}, answer, transport.ErrTLSVersion, nil},
		"TLS 1.3 only": {&tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{good}}, answer, transport.ErrTLSVersion, nil},
		"CBC only": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}, Certificates: []tls.Certificate{good}}, answer, ErrWeakSuite,
			func(p StackProof) bool { return strings.Contains(p.Suite, "CBC") && p.Status == 200 }},
		"suites of another age":         {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}, Certificates: []tls.Certificate{good}}, answer, transport.ErrHandshake, nil},
		"asks for a client certificate": {wantsCertificate, answer, ErrClientCertificate, nil},
		"unknown authority": {transport.ServerConfig(transporttest.Issue(t, stranger, localca.Leaf{})), answer, transport.ErrUnknownAuthority,
			func(p StackProof) bool { return len(p.ChainSHA256) == 2 && p.Root == "" }},
		"status 500":              {transport.ServerConfig(good), status(500), transport.ErrStatus, func(p StackProof) bool { return p.Status == 500 && p.TLS == "TLS 1.2" }},
		"status 302 is an answer": {transport.ServerConfig(good), status(302), nil, func(p StackProof) bool { return p.Status == 302 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, strict, report := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: transporttest.Host(t, row.config, row.handler)})
			if !errors.Is(strict.Err, row.want) || strict.OK == nil || *strict.OK != (row.want == nil) || (strict.Error == "") != (row.want == nil) {
				t.Errorf("%+v", strict)
			}
			if row.check != nil && !row.check(strict) {
				t.Errorf("evidence: %+v", strict)
			}
			want := Unreachable
			if row.want == nil {
				want = Confirmed
			} else if errors.Is(row.want, ErrWeakSuite) {
				want = Partial // a warning: the line is not down
			}
			if report.Verdict != want {
				t.Errorf("verdict %s, want %s", report.Verdict, want)
			}
		})
	}
}

func TestProveExpectStatus(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), http.NotFoundHandler())
	for low, want := range map[int]bool{404: true, 401: true, 405: false} {
		_, strict, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: url, ExpectStatus: manifest.StatusRange{Low: low, High: 410}})
		if *strict.OK != want {
			t.Errorf("from %d: %+v", low, strict)
		}
	}
}

// A host that still takes old versions: evidence always, doubt only where the
// manifest demands the refusal. Nothing is ever asked over such a connection.
func TestProveOldVersionsAccepted(t *testing.T) {
	t.Parallel()
	ca, stranger := transporttest.Authority(t), transporttest.Authority(t)
	var old atomic.Int32
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.TLS.Version < tls.VersionTLS12 {
			old.Add(1)
		}
	})
	lax := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{transporttest.Issue(t, ca, localca.Leaf{})}}
	url := transporttest.Host(t, lax, handler)
	for _, row := range []struct {
		demand bool
		roots  *localca.Authority
		want   Verdict
	}{
		{false, ca, Confirmed},
		{true, ca, Partial},
		{true, stranger, Unreachable}, // an unknown certificate does not hide the version
	} {
		proof, _, report := prove(t, trusting(t, row.roots, Options{}), manifest.Host{URL: url, RefuseOld: row.demand})
		if proof.OldTLSRefused == nil || *proof.OldTLSRefused || proof.OldTLS[0].Outcome != Accepted || proof.OldTLS[1].Outcome != Accepted {
			t.Errorf("%+v: %+v", row, proof.OldTLS)
		}
		if report.Verdict != row.want || report.State.Doubt != row.demand {
			t.Errorf("%+v: %s, %+v", row, report.Verdict, report.State)
		}
	}
	if n := old.Load(); n != 0 {
		t.Errorf("%d requests over an old version", n)
	}
}

// One old version is enough.
func TestProveOneOldVersionAccepted(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, &tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{transporttest.Issue(t, ca, localca.Leaf{})}}, answer)
	proof, _, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: url})
	if proof.OldTLSRefused == nil || *proof.OldTLSRefused || proof.OldTLS[0].Outcome != Accepted || proof.OldTLS[1].Outcome != Refused {
		t.Errorf("%+v", proof.OldTLS)
	}
}

func TestProveOpenSSLHosts(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		flags  []string
		strict error
		old    []Refusal // of TLS 1.1 and 1.0
	}{
		"TLS 1.2 only": {[]string{"-tls1_2"}, nil, []Refusal{Refused, Refused}},
		"TLS 1.1 only": {[]string{"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}, transport.ErrTLSVersion, []Refusal{Accepted, Refused}},
		"TLS 1.3 only": {[]string{"-tls1_3"}, transport.ErrTLSVersion, []Refusal{Refused, Refused}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := transporttest.Authority(t)
			proof, strict, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: transporttest.OpenSSL(t, ca, row.flags...)})
			if !errors.Is(strict.Err, row.strict) || *strict.OK != (row.strict == nil) {
				t.Errorf("%+v", strict)
			}
			for i, want := range row.old {
				if proof.OldTLS[i].Outcome != want {
					t.Errorf("%+v, want %s", proof.OldTLS[i], want)
				}
			}
		})
	}
}

// What fails before a handshake says nothing about versions.
func TestProveUnreachableHost(t *testing.T) {
	t.Parallel()
	dead := "https://" + transporttest.DeadAddress(t)
	for name, row := range map[string]struct {
		url, proxy string
		want       error
		ip         string
	}{
		"nobody listens": {dead, "none", transport.ErrUnreachable, "127.0.0.1"},
		"proxy is away":  {dead, "http://" + transporttest.DeadAddress(t), transport.ErrProxy, ""},
		"proxy refuses":  {dead, transporttest.Proxy(t, http.StatusForbidden), transport.ErrProxy, ""},
		"not https":      {"http://127.0.0.1/", "none", transport.ErrInsecureURL, ""},
	} {
		proxy, err := transport.ParseProxy(row.proxy)
		if err != nil {
			t.Fatal(err)
		}
		proof, strict, report := prove(t, Options{Proxy: proxy}, manifest.Host{URL: row.url, RefuseOld: true})
		if !errors.Is(strict.Err, row.want) || proof.IP != row.ip || (proof.Proxy == "") != (row.ip != "" || row.proxy == "none") {
			t.Errorf("%s: %+v, %+v", name, proof, strict)
		}
		if proof.OldTLSRefused != nil || proof.OldTLS[0].Outcome != Unknown || proof.OldTLS[0].Evidence == "" {
			t.Errorf("%s: %+v", name, proof.OldTLS)
		}
		if report.Verdict != Unreachable || !report.State.Doubt { // a demanded refusal was not seen
			t.Errorf("%s: %s, %+v", name, report.Verdict, report.State)
		}
	}
}

// Which failed handshakes are a refusal.
func TestRefusal(t *testing.T) {
	t.Parallel()
	alert := func(a tls.AlertError) error { return &net.OpError{Op: "remote error", Err: a} }
	for _, row := range []struct {
		err  error
		want Refusal
	}{
		{nil, Accepted},
		{&tls.CertificateVerificationError{Err: errors.New("x")}, Accepted},
		{alert(70), Refused},
		{alert(40), Presumed},
		{alert(80), Presumed},
		{io.EOF, Presumed},
		{io.ErrUnexpectedEOF, Presumed},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, Presumed},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("wsarecv", syscall.Errno(10054))}, Presumed},
		{errors.New("tls: server selected unsupported protocol version 303"), Presumed},
		{tls.RecordHeaderError{Msg: "no tls at all"}, Unknown},
		{&net.OpError{Op: "local error", Err: tls.AlertError(47)}, Unknown},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, Unknown},
		{context.DeadlineExceeded, Unknown},
		{context.Canceled, Unknown},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, Unknown},
	} {
		if got := refusal(row.err); got != row.want {
			t.Errorf("%v: %s, want %s", row.err, got, row.want)
		}
	}
}

func TestProveThroughProxy(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	address := transporttest.Proxy(t, http.StatusOK)
	proxy, err := transport.ParseProxy(address)
	if err != nil {
		t.Fatal(err)
	}
	proof, strict, _ := prove(t, trusting(t, ca, Options{Proxy: proxy}), manifest.Host{URL: url})
	if !*strict.OK || "http://"+proof.Proxy != address || proof.IP != "" {
		t.Errorf("%+v", proof)
	}
	if proof.OldTLSRefused == nil || !*proof.OldTLSRefused {
		t.Errorf("%+v", proof.OldTLS)
	}
}

// A box on the way that hangs up is a presumed refusal, not a proven one.
func TestProveHangUp(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.Close()
		}
	}()
	proof, strict, _ := prove(t, Options{}, manifest.Host{URL: "https://" + listener.Addr().String()})
	if *strict.OK || proof.OldTLS[0].Outcome != Presumed || proof.OldTLS[1].Outcome != Presumed {
		t.Errorf("%+v, %+v", strict, proof.OldTLS)
	}
}

// A silent host costs its own budget only, and says nothing about versions.
func TestProveBudgetAndSideBySide(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	hosts := []manifest.Host{{URL: "https://" + silent.Addr().String()}, {URL: url}}
	report, err := Prove(t.Context(), trusting(t, ca, Options{Budget: 3 * time.Second, Confirm: manifest.Confirm{Hosts: hosts}}))
	if err != nil {
		t.Fatal(err)
	}
	first, second := report.Hosts[0], report.Hosts[1]
	if first.URL != hosts[0].URL || *first.Stacks[0].OK || !errors.Is(first.Stacks[0].Err, transport.ErrTimeout) || first.OldTLSRefused != nil {
		t.Errorf("%+v", first)
	}
	if !*second.Stacks[0].OK {
		t.Errorf("%+v", second)
	}
	if report.State.Probe != ProbePartly || report.Verdict != Partial {
		t.Errorf("%s, %+v", report.Verdict, report.State)
	}
}

// Stacks that are not here are unknown: nil, an explanation, and no doubt.
func TestProveOtherStacks(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	proof, _, report := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: url, Stacks: []manifest.Stack{manifest.StackGo, manifest.StackWinHTTP, manifest.StackWinINet}})
	if len(proof.Stacks) != 3 || report.Verdict != Confirmed {
		t.Fatalf("%s, %+v", report.Verdict, proof.Stacks)
	}
	for _, s := range proof.Stacks[1:] {
		if s.OK != nil || !errors.Is(s.Err, ErrUnavailable) || s.Error == "" {
			t.Errorf("%+v", s)
		}
	}
	no := false
	proof.Stacks[1].OK = &no
	if !proof.doubt() {
		t.Error("a stack that fails is no doubt")
	}
}

func TestProveWithClient(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	dir := install(t)
	for code, want := range map[string]Client{"0": Connected, "1": CannotConnect, "7": Broken} {
		self := test("exit", code)
		report, err := Prove(t.Context(), trusting(t, ca, Options{Dir: dir, Confirm: manifest.Confirm{Hosts: []manifest.Host{{URL: url}}, SelfTest: &self}}))
		if err != nil || report.State.Client != want || report.SelfTest.Outcome != want {
			t.Errorf("%s: %+v, %v", code, report, err)
		}
	}
	report, err := Prove(t.Context(), trusting(t, ca, Options{Dir: dir, Confirm: manifest.Confirm{Hosts: []manifest.Host{{URL: url}}}}))
	if err != nil || report.State.Client != NoSelfTest || report.SelfTest != nil {
		t.Errorf("no self_test: %+v, %v", report, err)
	}
	self := test("print", "{url}")
	report, err = Prove(t.Context(), trusting(t, ca, Options{Dir: dir, Confirm: manifest.Confirm{Hosts: []manifest.Host{{URL: url}, {URL: url + "/2"}}, SelfTest: &self}}))
	if err != nil || !strings.Contains(report.SelfTest.Output, url) || strings.Contains(report.SelfTest.Output, "/2") {
		t.Errorf("url: %+v, %v", report.SelfTest, err)
	}
}

// The keys of DESIGN section 4, null where nothing could be seen.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	report, err := Prove(t.Context(), Options{Confirm: manifest.Confirm{Hosts: []manifest.Host{{URL: "https://" + transporttest.DeadAddress(t), Stacks: []manifest.Stack{manifest.StackWinHTTP}}}}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Verdict string
		Hosts   []map[string]any
	}
	if err := json.Unmarshal(text, &document); err != nil || document.Verdict != "unreachable" {
		t.Fatalf("%s: %v", text, err)
	}
	host := document.Hosts[0]
	for _, key := range []string{"url", "ip", "proxy", "stacks", "old_tls_refused"} {
		if _, ok := host[key]; !ok {
			t.Errorf("no key %q in %s", key, text)
		}
	}
	stack := host["stacks"].([]any)[1].(map[string]any)
	for _, key := range []string{"stack", "ok", "tls", "suite", "chain_sha256", "status", "error"} {
		if _, ok := stack[key]; !ok {
			t.Errorf("no key %q in %s", key, text)
		}
	}
	if host["old_tls_refused"] != nil || stack["ok"] != nil {
		t.Errorf("unknown is not null: %s", text)
	}
}
