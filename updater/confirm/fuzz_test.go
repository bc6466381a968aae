package confirm

import (
	"bufio"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// An answer, whatever a stranger writes into its header: only one within the
// expected range that does not lead away from TLS is good, and nothing that a
// terminal obeys comes out.
func FuzzAnswer(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 19:00:00 GMT\r\n\r\n")
	f.Add("HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n")
	f.Add("HTTP/1.1 302 Found\r\nLocation: //elsewhere/\x01\r\n\r\n")
	f.Add("HTTP/1.1 307 x\r\nLocation: HTTP:\\\\x\r\nDate: 1\r\n\r\n")
	f.Add("HTTP/1.1 511 x\r\n\r\n")
	at, _ := url.Parse("https://reception.example/")
	f.Fuzz(func(t *testing.T, text string) {
		req := &http.Request{Method: http.MethodGet, URL: at}
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), req)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		err = judgeAnswer(resp, manifest.Host{URL: at.String()}, len(text)%2 == 0)
		cause := causeOf(err, sight{stage: StageAnswer})
		if (err == nil) != (cause == "") || cause == CauseUnknown {
			t.Errorf("%v: cause %q", err, cause)
		}
		if err == nil && (resp.StatusCode < 200 || resp.StatusCode > 399) {
			t.Errorf("status %d passes", resp.StatusCode)
		}
		if to, locErr := resp.Location(); err == nil && locErr == nil && resp.StatusCode >= 300 && to.Scheme != "https" {
			t.Errorf("an answer that leads to %q passes", to)
		}
		if err != nil {
			checkPlain(t, plain(err.Error(), maxError), maxError)
		}
		if skew := skewOf(resp.Header, time.Now()); skew != nil && wrongClock(*skew) != (seconds(*skew).Abs() > MaxSkew) {
			t.Errorf("skew %v", *skew)
		}
	})
}

// A certificate, whatever is in it.
func FuzzCertificate(f *testing.F) {
	ca := transporttest.Authority(f)
	f.Add(transporttest.Issue(f, ca, localca.Leaf{}).Certificate[0])
	for root := range bundle.Roots() {
		f.Add(root.Certificate)
		break
	}
	e := newExpectedRoots(bundle.Roots(), nil)
	f.Fuzz(func(t *testing.T, der []byte) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		var proof StackProof
		describeShown(&proof, []*x509.Certificate{cert, cert}, e)
		checkPlain(t, proof.Issuer, maxName)
		checkPlain(t, proof.issuer, maxName)
		if !proof.LocalRoot && !e.leads([]*x509.Certificate{cert}) && len(proof.ChainSHA256) != 2 {
			t.Errorf("%+v", proof)
		}
		now := time.Now()
		if m := momentIn([]*x509.Certificate{cert}, now); cert.NotBefore.Before(cert.NotAfter) && (m.Before(cert.NotBefore) || m.After(cert.NotAfter)) {
			t.Errorf("%v is not within %v and %v", m, cert.NotBefore, cert.NotAfter)
		}
		err = transport.Classify(x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired})
		if cause := causeOf(err, sight{}); cause != CauseExpired && cause != CauseNotYetValid || !errors.Is(err, transport.ErrCertificateTime) {
			t.Errorf("%q: %v", cause, err)
		}
	})
}

// FuzzPlain: what a stranger writes is one short line of printable characters.
func FuzzPlain(f *testing.F) {
	f.Add("CN=Good CA,O=Trust")
	f.Add("\x1b]0;title\x07\u202e\u2028\xff")
	f.Fuzz(func(t *testing.T, text string) { checkPlain(t, plain(text, maxName), maxName) })
}

func checkPlain(t *testing.T, text string, limit int) {
	t.Helper()
	if len([]rune(text)) > limit+1 {
		t.Errorf("%d characters", len([]rune(text)))
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			t.Errorf("%q holds %U", text, r)
		}
	}
}
