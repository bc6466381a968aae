package confirm

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// How sure it is that a real host refuses TLS 1.1 and 1.0, and what the attempts
// amount to.
func TestProveOldVersions(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	good := transporttest.Issue(t, ca, localca.Leaf{})
	rsa := transporttest.Issue(t, ca, localca.Leaf{RSA: true})
	yes, no := true, false
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	host := func(config *tls.Config) func(*testing.T) string {
		return func(t *testing.T) string { return transporttest.Host(t, config, answer) }
	}
	// breaking serves TLS 1.2, and ends everything older in its own way.
	breaking := func(answer string, end func(net.Conn)) func(*testing.T) string {
		return raw(func(conn net.Conn) {
			hello := make([]byte, 11)
			if _, err := io.ReadFull(conn, hello); err != nil {
				return
			}
			if hello[9] == 3 && hello[10] < 3 { // the version that the client offers at most
				end(conn)
				return
			}
			config := transport.ServerConfig(good)
			config.NextProtos = []string{"http/1.1"}
			server := tls.Server(&replayed{conn, hello}, config)
			if _, err := http.ReadRequest(bufio.NewReader(server)); err == nil {
				_, _ = io.WriteString(server, answer)
			}
			_ = server.Close()
		})
	}
	for name, row := range map[string]struct {
		url  func(*testing.T) string
		want []Refusal // of TLS 1.1 and 1.0
		all  *bool
	}{
		"TLS 1.2 only":  {host(transport.ServerConfig(good)), []Refusal{Refused, Refused}, &yes},
		"TLS 1.1 too":   {host(&tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{good}}), []Refusal{Accepted, Refused}, &no},
		"TLS 1.0 alone": {host(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, Certificates: []tls.Certificate{good}}), []Refusal{Refused, Accepted}, &no},
		"with the old key exchange": {host(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsa},
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}), []Refusal{Accepted, Accepted}, &no},
		"with RC4": {host(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsa},
			CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}), []Refusal{Accepted, Accepted}, &no},
		"asks for a certificate first": {host(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{good},
			ClientAuth: tls.RequireAnyClientCert}), []Refusal{Accepted, Accepted}, &no},
		"breaks off with alert 40": {breaking(ok, func(conn net.Conn) { _, _ = conn.Write([]byte{21, 3, 1, 0, 2, 2, 40}) }), []Refusal{Presumed, Presumed}, &yes},
		"breaks off with alert 70": {breaking(ok, func(conn net.Conn) { _, _ = conn.Write([]byte{21, 3, 1, 0, 2, 2, 70}) }), []Refusal{Refused, Refused}, &yes},
		"hangs up":                 {breaking(ok, func(net.Conn) {}), []Refusal{Presumed, Presumed}, &yes},
		"resets":                   {breaking(ok, func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }), []Refusal{Presumed, Presumed}, &yes},
		"hangs up, and is down":    {breaking("", func(net.Conn) {}), []Refusal{Presumed, Presumed}, &yes}, // TLS 1.2 stood
		"answers without TLS":      {breaking(ok, func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n") }), []Refusal{Unknown, Unknown}, nil},
		"hangs up on everybody":    {raw(func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) }), []Refusal{Presumed, Presumed}, nil},
		"nobody listens":           {func(t *testing.T) string { return "https://" + transporttest.DeadAddress(t) }, []Refusal{Unknown, Unknown}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proof, _, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: row.url(t)})
			for i, want := range row.want {
				if proof.OldTLS[i].Outcome != want || (want != Accepted && proof.OldTLS[i].Evidence == "") {
					t.Errorf("%+v, want %s", proof.OldTLS[i], want)
				}
			}
			if got := proof.OldTLSRefused; (got == nil) != (row.all == nil) || got != nil && *got != *row.all {
				t.Errorf("all refused: %v, want %v", show(got), show(row.all))
			}
		})
	}
}

func show(b *bool) any {
	if b == nil {
		return "unknown"
	}
	return *b
}

// replayed reads again what was read to look at it.
type replayed struct {
	net.Conn
	first []byte
}

func (r *replayed) Read(p []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(p, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(p)
}
