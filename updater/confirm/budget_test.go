package confirm

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// budget is a context whose deadline comes when a test says so, and not before:
// a host that stalls at a stage ends it there, on a slow machine too.
type budget struct {
	context.Context
	done chan struct{}
	once sync.Once
}

func newBudget(t *testing.T) *budget { return &budget{Context: t.Context(), done: make(chan struct{})} }

func (b *budget) spend()                { b.once.Do(func() { close(b.done) }) }
func (b *budget) Done() <-chan struct{} { return b.done }

func (b *budget) Err() error {
	select {
	case <-b.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// A host that stalls ends with its budget, whatever it stalls at, and the
// connection is closed: nothing is left behind that still waits.
func TestProveEndsWithBudget(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	config := transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{}))
	hello := func(conn net.Conn) { _, _ = io.ReadFull(conn, make([]byte, 5)) } // of the ClientHello
	shake := func(conn net.Conn) net.Conn {
		config := config.Clone()
		config.NextProtos = []string{"http/1.1"}
		server := tls.Server(conn, config)
		if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
			t.Error(err)
		}
		return server
	}
	for name, row := range map[string]struct {
		serve func(net.Conn, *budget)
		proxy bool
		want  Cause
		stage Stage
	}{
		"takes the ClientHello and is silent": {func(conn net.Conn, b *budget) { hello(conn); b.spend() }, false, CauseTimeout, StageHandshake},
		"drips the handshake": {func(conn net.Conn, b *budget) {
			hello(conn)
			_, _ = conn.Write([]byte{22, 3, 3})
			_, _ = conn.Write([]byte{1})
			b.spend()
		}, false, CauseTimeout, StageHandshake},
		"takes the request and is silent": {func(conn net.Conn, b *budget) { shake(conn); b.spend() }, false, CauseTimeout, StageRequest},
		"drips the answer": {func(conn net.Conn, b *budget) {
			server := shake(conn)
			for _, piece := range []string{"HTTP/1.1 ", "200 OK\r\n", "Date"} {
				_, _ = io.WriteString(server, piece)
			}
			b.spend()
		}, false, CauseTimeout, ""}, // whether a drop was read before the end came is chance
		"a proxy that does not answer": {func(conn net.Conn, b *budget) { _, _ = conn.Read(make([]byte, 7)); b.spend() }, true, CauseTimeout, StageProxy},
		"a proxy that drips": {func(conn net.Conn, b *budget) {
			_, _ = conn.Read(make([]byte, 7))
			_, _ = io.WriteString(conn, "HTTP/1.1 200 Conn")
			b.spend()
		}, true, CauseTimeout, StageProxy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, closed := newBudget(t), make(chan struct{})
			address := listen(t, func(conn net.Conn) {
				row.serve(conn, b)
				_, _ = io.Copy(io.Discard, conn) // until it is closed
				close(closed)
			})
			o := trusting(t, ca, Options{})
			o.expected = newExpectedRoots(bundle.Roots(), nil)
			host := manifest.Host{URL: "https://" + address}
			if row.proxy {
				host.URL = "https://reception.example"
				o.Proxy, _ = transport.ParseProxy("http://" + address)
			}
			proof, _ := proveGo(b, host, o)
			if proof.Cause != row.want || row.stage != "" && proof.Stage != row.stage || proof.OK == nil || *proof.OK || !errors.Is(proof.Err, context.DeadlineExceeded) {
				t.Errorf("%q at %q, want %q at %q: %v", proof.Cause, proof.Stage, row.want, row.stage, proof.Err)
			}
			<-closed
		})
	}
}

// An answer that comes drop by drop and within its budget is an answer. Its
// body is nobody's business: one that never ends is not waited for.
func TestProveSlowAnswer(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	config := transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{}))
	config.NextProtos = []string{"http/1.1"}
	address := listen(t, func(conn net.Conn) {
		server := tls.Server(conn, config)
		if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
			return // the old versions
		}
		for _, drop := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nand so on") {
			_, _ = server.Write([]byte{drop})
		}
		_, _ = io.Copy(io.Discard, conn)
	})
	if _, strict, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: "https://" + address}); !*strict.OK || strict.Status != 200 {
		t.Errorf("%+v", strict)
	}
}

// A name server that is silent costs the budget and is named.
func TestProveEndsWithBudgetOfNameServer(t *testing.T) {
	t.Parallel()
	b := newBudget(t)
	o := Options{expected: newExpectedRoots(bundle.Roots(), nil), resolver: nameServer(t, func([]byte) []byte {
		b.spend()
		return nil
	})}
	proof, _ := proveGo(b, manifest.Host{URL: "https://reception.example"}, o)
	if proof.Cause != CauseDNS || proof.Stage != StageResolve || !errors.Is(proof.Err, context.DeadlineExceeded) {
		t.Errorf("%q at %q: %v", proof.Cause, proof.Stage, proof.Err)
	}
}

// The old versions, and each other stack, wait in the same budget, side by
// side: all of them begin before any of them ends.
func TestProveHostSideBySide(t *testing.T) {
	t.Parallel()
	b := newBudget(t)
	var begun sync.WaitGroup
	begun.Add(3 + 4) // Go and two old versions; two stacks, twice each
	go func() {
		begun.Wait()
		b.spend()
	}()
	address := listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 5))
		begun.Done()
		_, _ = io.Copy(io.Discard, conn)
	})
	host := manifest.Host{URL: "https://" + address, Stacks: []manifest.Stack{manifest.StackWinINet, manifest.StackGo, manifest.StackWinHTTP}, RefuseOld: true}
	stuck := make(chan struct{}) // a system call that no context ends
	defer close(stuck)
	proof := proveHost(b, host, Options{Budget: time.Hour, expected: newExpectedRoots(bundle.Roots(), nil), Stacks: func(context.Context, Ask) StackProof {
		begun.Done()
		<-stuck
		return StackProof{}
	}})
	if len(proof.Stacks) != 3 || proof.OldTLSRefused != nil {
		t.Fatalf("%+v", proof)
	}
	for i, want := range []manifest.Stack{manifest.StackGo, manifest.StackWinINet, manifest.StackWinHTTP} {
		if s := proof.Stacks[i]; s.Stack != want || s.OK == nil || *s.OK || s.Cause != CauseTimeout {
			t.Errorf("%+v", s)
		}
	}
	for _, old := range proof.OldTLS {
		if old.Outcome != Unknown {
			t.Errorf("%+v", old)
		}
	}
}

// When koshin itself is told to stop there is no report, whatever was seen.
func TestProveInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	address := listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 5))
		cancel(errInterrupted)
		_, _ = io.Copy(io.Discard, conn)
	})
	hosts := []manifest.Host{{URL: "https://" + address}, {URL: "https://" + address}}
	report, err := Prove(ctx, Options{Budget: time.Hour, Confirm: manifest.Confirm{Hosts: hosts}})
	if !errors.Is(err, errInterrupted) || report.Verdict != "" || report.Hosts != nil {
		t.Errorf("%+v, %v", report, err)
	}
}

var errInterrupted = errors.New("interrupted")

// Each host has its own budget, from the manifest's list to the last byte.
func TestDefaultBudget(t *testing.T) {
	t.Parallel()
	if DefaultBudget > 10*time.Second {
		t.Errorf("%v", DefaultBudget)
	}
	var seen time.Duration
	_, err := Prove(t.Context(), Options{
		Confirm: manifest.Confirm{Hosts: []manifest.Host{{URL: "https://" + transporttest.DeadAddress(t), Stacks: []manifest.Stack{manifest.StackWinHTTP}}}},
		Stacks: func(ctx context.Context, q Ask) StackProof {
			if deadline, ok := ctx.Deadline(); ok && !q.OnlyTLS12 {
				seen = time.Until(deadline)
			}
			return StackProof{}
		},
	})
	if err != nil || seen <= 0 || seen > DefaultBudget {
		t.Errorf("%v, %v", seen, err)
	}
}
