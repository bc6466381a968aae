package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// host serves a repository over TLS 1.2 and counts what it is asked for and
// what it sends. Outside the repository it answers 200, as a reception system.
type host struct {
	url      string
	requests atomic.Int64
	calls    atomic.Int64 // connections
	wire     atomic.Int64 // bytes sent, with handshakes, headers and the records' own
	body     atomic.Int64 // bytes of answers
}

func newHost(ctx context.Context, dir string, authority *localca.Authority) (*host, error) {
	cert, err := authority.Issue(localca.Leaf{})
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &host{url: "https://" + listener.Addr().String() + "/"}
	files := http.FileServerFS(os.DirFS(dir))
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.requests.Add(1)
		counted := countingAnswer{w, h}
		if r.URL.Path == "/" {
			_, _ = io.WriteString(counted, "reception system\n")
			return
		}
		files.ServeHTTP(counted, r)
	})
	server := &http.Server{Handler: handler, TLSConfig: transport.ServerConfig(cert), ErrorLog: log.New(io.Discard, "", 0)}
	context.AfterFunc(ctx, func() { _ = server.Close() })     // its end is the program's
	go server.ServeTLS(countingListener{listener, h}, "", "") //nolint:errcheck // ends with ctx
	return h, nil
}

func (h *host) reset() {
	h.requests.Store(0)
	h.calls.Store(0)
	h.wire.Store(0)
	h.body.Store(0)
}

type countingAnswer struct {
	http.ResponseWriter
	h *host
}

func (a countingAnswer) Write(p []byte) (int, error) {
	n, err := a.ResponseWriter.Write(p)
	a.h.body.Add(int64(n))
	return n, err
}

type countingListener struct {
	net.Listener
	h *host
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	l.h.calls.Add(1)
	return countingConn{c, l.h}, err
}

type countingConn struct {
	net.Conn
	h *host
}

func (c countingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.h.wire.Add(int64(n))
	return n, err
}
