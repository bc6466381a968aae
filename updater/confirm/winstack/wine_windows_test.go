package winstack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/confirm/winstack/winstacktest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// A question as it is put here: WinINet, or WinHTTP in one of its two ways.
var (
	inet   = confirm.Ask{Stack: manifest.StackWinINet}
	winHTP = confirm.Ask{Stack: manifest.StackWinHTTP}
	only12 = confirm.Ask{Stack: manifest.StackWinHTTP, OnlyTLS12: true}
	every  = []confirm.Ask{inet, winHTP, only12}
)

// elsewhere asks in a process of its own, which knows nothing of what was set
// or asked before.
var elsewhere = Through(func(ctx context.Context, input []byte) ([]byte, error) {
	probe := exec.CommandContext(ctx, os.Args[0], "--probe")
	probe.Stdin, probe.Stderr = bytes.NewReader(input), os.Stderr
	return probe.Output()
})

// askAll asks a host in every way, side by side, and in no hurry: how long Wine
// takes is not what is tested.
func askAll(t *testing.T, url string) map[confirm.Ask]confirm.StackProof {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), maxBudget)
	defer cancel()
	answers := make([]confirm.StackProof, len(every))
	var all sync.WaitGroup
	for i, q := range every {
		all.Go(func() {
			q.URL = url
			answers[i] = elsewhere(ctx, q)
		})
	}
	all.Wait()
	found := map[confirm.Ask]confirm.StackProof{}
	for i, q := range every {
		found[q] = answers[i]
	}
	return found
}

// host serves TLS as config says, by the name localhost: Wine does not know
// certificates for an address. It keeps what it was asked, and in which version.
func host(t *testing.T, config *tls.Config, status int, header http.Header) (url string, seen func() []*http.Request) {
	t.Helper()
	var mu sync.Mutex
	var requests []*http.Request
	url = transporttest.Host(t, config, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, r)
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "an answer")
	}))
	return strings.Replace(url, "127.0.0.1", "localhost", 1), func() []*http.Request {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(requests)
	}
}

func ok(p confirm.StackProof) bool { return p.OK != nil && *p.OK }

func failed(p confirm.StackProof, cause confirm.Cause, code uint32) bool {
	return p.OK != nil && !*p.OK && p.Cause == cause && p.Code == code && p.Error != "" && p.Err != nil
}

// A host in order, with an authority that this PC knows: found, read back, and
// nothing sent but one GET. Then SCHANNEL takes TLS 1.2 away, as on the PC of a
// facility, and Go, which does not ask SCHANNEL, still connects.
func TestWine(t *testing.T) {
	winstacktest.Alone(t)
	ca := transporttest.Authority(t)
	leaf := transporttest.Issue(t, ca, localca.Leaf{})
	url, requests := host(t, transport.ServerConfig(leaf), http.StatusOK, http.Header{"Set-Cookie": {"a=b"}})

	t.Log("nobody knows the authority yet")
	answers := askAll(t, url)
	if p := answers[inet]; !failed(p, confirm.CauseUnknownRoot, 12045) || p.Stage != confirm.StageHandshake {
		t.Errorf("%+v", p)
	}
	for _, q := range []confirm.Ask{winHTP, only12} { // Wine says no more; Windows has its flags, see TestCauses
		if p := answers[q]; !failed(p, confirm.CauseHandshake, 12157) {
			t.Errorf("%+v", p)
		}
	}
	if n := len(requests()); n != 0 {
		t.Errorf("%d requests to a host that is not verified", n)
	}

	distrust := winstacktest.Trust(t, ca)
	t.Log("it is in the user's store")
	sum := sha256.Sum256(leaf.Certificate[0])
	answers = askAll(t, url+"/health?x=1")
	for q, p := range answers {
		if !ok(p) || p.Status != 200 || p.Stage != confirm.StageAnswer || p.User != confirm.Operator || p.Stack != q.Stack || p.Cause != "" || p.Code != 0 || p.Error != "" {
			t.Errorf("%+v", p)
		}
		if len(p.ChainSHA256) == 0 || p.ChainSHA256[0] != hex.EncodeToString(sum[:]) || p.Issuer != "CN=koshin throw-away authority" {
			t.Errorf("certificates: %+v", p)
		}
		if p.TLS != "" && p.TLS != "TLS 1.2" { // Wine 8 does not tell
			t.Errorf("protocol %q", p.TLS)
		}
	}
	if p := answers[inet]; p.Root != "CN=koshin throw-away authority" || len(p.ChainSHA256) != 2 {
		t.Errorf("the whole chain: %+v", p)
	}
	for _, r := range requests() {
		if r.TLS.Version != tls.VersionTLS12 || r.Method != http.MethodGet || r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" || r.Header.Get("User-Agent") != "koshin" {
			t.Errorf("%s %s %v over %s", r.Method, r.URL, r.Header, tls.VersionName(r.TLS.Version))
		}
	}

	enable := winstacktest.DisableTLS12(t)
	t.Log("SCHANNEL has TLS 1.2 off")
	for q, p := range askAll(t, url) {
		code := uint32(12157)
		if q == only12 { // nothing is left to offer
			code = 0x80090311
		}
		if !failed(p, confirm.CauseHandshake, code) {
			t.Errorf("%+v", p)
		}
	}
	report, err := confirm.Prove(t.Context(), confirm.Options{
		Roots: ca.Pool(), Confirm: manifest.Confirm{Hosts: []manifest.Host{{URL: url}}}, Budget: maxBudget,
	})
	if err != nil || !ok(report.Hosts[0].Stacks[0]) {
		t.Errorf("go: %+v, %v", report.Hosts, err)
	}

	enable()
	t.Log("and on again")
	for _, p := range askAll(t, url) {
		if !ok(p) {
			t.Errorf("%+v", p)
		}
	}
	distrust()
	t.Log("the authority is gone again")
	for _, p := range askAll(t, url) {
		if p.OK == nil || ok(p) {
			t.Errorf("%+v", p)
		}
	}
}

// Each fault by its own name, as far as Wine tells them apart.
func TestWineFaultyHosts(t *testing.T) {
	winstacktest.Alone(t)
	ca := transporttest.Authority(t)
	winstacktest.Trust(t, ca)
	good := transporttest.Issue(t, ca, localca.Leaf{})
	now := time.Now()
	one := func(version uint16) *tls.Config {
		return &tls.Config{MinVersion: version, MaxVersion: version, Certificates: []tls.Certificate{good}}
	}
	wantsCertificate := transport.ServerConfig(good)
	wantsCertificate.ClientAuth = tls.RequireAnyClientCert
	serve := func(config *tls.Config) string {
		url, _ := host(t, config, http.StatusOK, nil)
		return url
	}
	type answer struct {
		cause confirm.Cause
		code  uint32
	}
	handshake := answer{confirm.CauseHandshake, 12157}
	for name, row := range map[string]struct {
		url             string
		inet, all, only answer // WinHTTP with all versions, and with TLS 1.2 only
	}{
		// That the first two went over TLS 1.1 Wine does not tell; the third one does.
		"TLS 1.1 only":                  {serve(one(tls.VersionTLS11)), answer{}, answer{}, handshake},
		"TLS 1.3 only":                  {serve(one(tls.VersionTLS13)), handshake, handshake, handshake},
		"asks for a client certificate": {serve(wantsCertificate), handshake, handshake, handshake},
		"wrong name":                    {serve(transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{Names: []string{"other.example"}}))), answer{confirm.CauseWrongName, 12038}, handshake, handshake},
		"expired":                       {serve(transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(-time.Minute)}))), answer{confirm.CauseExpired, 12037}, handshake, handshake},
		"nobody listens":                {"https://" + transporttest.DeadAddress(t), answer{confirm.CauseRefused, 12029}, answer{confirm.CauseRefused, 12029}, answer{confirm.CauseRefused, 12029}},
		"no such name":                  {"https://no-such-host.invalid/", answer{confirm.CauseDNS, 12007}, answer{confirm.CauseDNS, 12007}, answer{confirm.CauseDNS, 12007}},
	} {
		answers := askAll(t, row.url)
		for q, want := range map[confirm.Ask]answer{inet: row.inet, winHTP: row.all, only12: row.only} {
			p := answers[q]
			if want == (answer{}) && !ok(p) || want != (answer{}) && !failed(p, want.cause, want.code) {
				t.Errorf("%s: %+v, want %+v", name, p, want)
			}
		}
	}
}

// An answer is an answer; what it is worth the caller says. Nothing is followed,
// and nobody logs in.
func TestWineAnswers(t *testing.T) {
	winstacktest.Alone(t)
	ca := transporttest.Authority(t)
	winstacktest.Trust(t, ca)
	config := transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{}))
	_, other := host(t, config, http.StatusOK, nil)
	for status, header := range map[int]http.Header{
		http.StatusInternalServerError: nil,
		http.StatusFound:               {"Location": {"http://localhost/"}},
		http.StatusUnauthorized:        {"Www-Authenticate": {"NTLM", `Basic realm="x"`}},
	} {
		url, requests := host(t, config, status, header)
		for _, p := range askAll(t, url) {
			if !ok(p) || p.Status != status {
				t.Errorf("%d: %+v", status, p)
			}
		}
		if n := len(requests()); n != len(every) {
			t.Errorf("%d: %d requests for %d questions", status, n, len(every))
		}
	}
	if n := len(other()); n != 0 {
		t.Errorf("%d requests elsewhere", n)
	}
}

// A host that takes the connection and says nothing holds nobody up, though
// Wine's handshake has no timeout. In this process, as an ordinary koshin asks.
func TestWineSilentHost(t *testing.T) {
	winstacktest.Alone(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, q := range every {
		q.URL = "https://" + silent.Addr().String()
		ctx, cancel := context.WithCancelCause(t.Context())
		gone := errors.New("gone")
		time.AfterFunc(100*time.Millisecond, func() { cancel(gone) })
		p := Ask(ctx, q)
		if !failed(p, confirm.CauseTimeout, 0) || !errors.Is(p.Err, gone) {
			t.Errorf("%+v", p)
		}
	}
}

// The proxy is the user's own, as Internet Options has it; what a proxy answers
// is not taken for the host's.
func TestWineProxy(t *testing.T) {
	winstacktest.Alone(t)
	ca := transporttest.Authority(t)
	winstacktest.Trust(t, ca)
	url, requests := host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), http.StatusOK, nil)
	for status, cause := range map[int]confirm.Cause{
		http.StatusOK:                "",
		http.StatusProxyAuthRequired: confirm.CauseProxyAuth,
		http.StatusForbidden:         confirm.CauseProxyRefused,
		0:                            confirm.CauseRefused, // nobody listens there: Wine's WinINet does not say who did not
	} {
		proxy := transporttest.DeadAddress(t)
		if status != 0 {
			proxy = strings.TrimPrefix(transporttest.Proxy(t, status), "http://")
		}
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			winstacktest.Proxy(t, proxy)
			before := len(requests())
			q := inet
			q.URL = url
			p := elsewhere(t.Context(), q)
			if ok(p) != (cause == "") || p.Cause != cause || (p.Status == 0) != (cause != "") || (p.Stage == confirm.StageAnswer) != (cause == "") {
				t.Errorf("%+v, want %q", p, cause)
			}
			if n := len(requests()) - before; (n == 1) != (cause == "") {
				t.Errorf("%d requests", n)
			}
		})
	}
}
