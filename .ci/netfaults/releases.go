package main

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/koshin-updater/koshin/updater/transport"
)

// releases is the release host. Every row has a folder of its own on it, and may
// lose it.
type releases struct {
	dir     string
	address string
	mu      sync.Mutex
	rows    map[string]*delivery
}

// delivery is what one row has to do with the release host.
type delivery struct {
	files    http.Handler
	packages atomic.Int32 // that were asked for
	gone     atomic.Bool  // the host does not answer any more
}

func (w *world) serveReleases() (*releases, error) {
	cert, err := w.issuing.issue(leaf{})
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(w.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &releases{dir: w.path("www"), address: l.Addr().String(), rows: map[string]*delivery{}}
	server := &http.Server{Handler: r, TLSConfig: transport.ServerConfig(cert), ErrorLog: log.New(io.Discard, "", 0)}
	server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // what is gone hangs up, which HTTP/2 cannot
	context.AfterFunc(w.ctx, func() { _ = server.Close() })
	go server.ServeTLS(l, "", "") //nolint:errcheck // ends with ctx
	return r, nil
}

func (r *releases) folder(name string) string { return filepath.Join(r.dir, name) }
func (r *releases) url(name string) string    { return "https://" + r.address + "/" + name + "/" }

func (r *releases) row(name string) *delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rows[name] == nil {
		r.rows[name] = &delivery{files: http.FileServer(http.Dir(r.folder(name)))}
	}
	return r.rows[name]
}

func (r *releases) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	name, path, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	d := r.row(name)
	if d.gone.Load() {
		if conn, err := hijack(w); err == nil {
			_ = conn.Close()
		}
		return
	}
	if strings.HasSuffix(path, ".tree") {
		d.packages.Add(1)
	}
	http.StripPrefix("/"+name, d.files).ServeHTTP(w, req)
}
