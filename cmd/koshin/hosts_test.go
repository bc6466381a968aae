package main

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
	"github.com/koshin-updater/koshin/release/github/githubtest"
)

// around is the key of a script's surroundings.
type around struct{}

// surroundings are what the commands of one script share.
type surroundings struct {
	t       testscript.T
	hosts   map[string]*host
	gitHubs map[string]*githubtest.GitHub

	client *exec.Cmd // the client that is open; nil: none
}

func hosts(ts script) map[string]*host { return ts.Value(around{}).(*surroundings).hosts }

// host is one host of a script.
type host struct {
	address string
	serve   func(ctx context.Context, listener net.Listener)
	stop    func()
}

func (w *world) hostCommands() map[string]command {
	return map[string]command{
		"host":         w.hostCommand,
		"github-host":  w.gitHubHost,
		"github":       w.gitHubCommand,
		"github-raw":   gitHubRaw,
		"reception":    w.receptionCommand,
		"other-tls":    w.otherTLS,
		"silent-host":  silentHost,
		"dead-host":    deadHost,
		"stop-host":    stopHost,
		"stop-host-at": stopHostAt,
		"restart-host": restartHost,
	}
}

// hostCommand: host NAME DIR serves a repository over TLS 1.2 and no other
// version, as koshin-release serve does. Its address is in $NAME.
func (w *world) hostCommand(ts script, neg bool, args []string) {
	usage(ts, neg, args, "host NAME DIR")
	w.serve(ts, args[0], tlshost.Files(ts.MkAbs(args[1])))
}

// receptionCommand: reception NAME is a reception system of this script's own.
func (w *world) receptionCommand(ts script, neg bool, args []string) {
	usage(ts, neg, args, "reception NAME")
	w.serve(ts, args[0], tlshost.Reception())
}

func (w *world) serve(ts script, name string, handler http.Handler) {
	start(ts, name, &host{serve: func(ctx context.Context, listener net.Listener) {
		_ = tlshost.Serve(ctx, listener, handler, w.certificate, slog.New(slog.DiscardHandler)) // its end is the script's
	}})
}

// otherTLS: other-tls NAME VERSION [DIR] serves a repository, or stands in for
// the reception system, over this TLS version only.
func (w *world) otherTLS(ts script, neg bool, args []string) {
	usage(ts, neg, args, "other-tls NAME VERSION [DIR]")
	version, ok := map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.3": tls.VersionTLS13}[args[1]]
	if !ok {
		ts.Fatalf("other-tls: no version %s", args[1])
	}
	handler := tlshost.Reception()
	if len(args) > 2 {
		handler = tlshost.Files(ts.MkAbs(args[2]))
	}
	start(ts, args[0], &host{serve: func(ctx context.Context, listener net.Listener) {
		server := &http.Server{
			Handler:   handler,
			TLSConfig: &tls.Config{MinVersion: version, MaxVersion: version, Certificates: []tls.Certificate{w.certificate}},
			ErrorLog:  log.New(io.Discard, "", 0), // refused handshakes are the point
		}
		context.AfterFunc(ctx, func() { _ = server.Close() })
		_ = server.ServeTLS(listener, "", "")
	}})
}

// silentHost: silent-host NAME takes connections and never says a word.
func silentHost(ts script, neg bool, args []string) {
	usage(ts, neg, args, "silent-host NAME")
	start(ts, args[0], &host{serve: func(ctx context.Context, listener net.Listener) {
		context.AfterFunc(ctx, func() { _ = listener.Close() })
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
	}})
}

// deadHost: dead-host NAME is an address where nobody listens.
func deadHost(ts script, neg bool, args []string) {
	usage(ts, neg, args, "dead-host NAME")
	start(ts, args[0], &host{serve: func(_ context.Context, listener net.Listener) { _ = listener.Close() }})
	stopHost(ts, neg, args)
}

func start(ts script, name string, h *host) {
	hosts(ts)[name] = h
	h.listen(ts, "127.0.0.1:0")
	ts.Setenv(name, "https://"+h.address+"/")
	ts.Defer(func() { h.stop() })
}

func (h *host) listen(ts script, address string) {
	ctx, cancel := context.WithCancel(context.Background())
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	ts.Check(err)
	h.address = listener.Addr().String()
	var ended sync.WaitGroup
	ended.Go(func() { h.serve(ctx, listener) })
	h.stop = func() {
		cancel()
		ended.Wait()
	}
}

// stopHost: stop-host NAME takes a host down.
func stopHost(ts script, neg bool, args []string) {
	usage(ts, neg, args, "stop-host NAME")
	hosts(ts)[args[0]].stop()
}

// stopHostAt: stop-host-at PHASE NAME N PROGRAM [ARG…] runs koshin, which must
// exit with N, and takes the host down when it says that the phase has begun.
func stopHostAt(ts script, neg bool, args []string) {
	usage(ts, neg, args, "stop-host-at PHASE NAME N PROGRAM [ARG…]")
	code := runTo(ts, args[0], args[3:], func(*os.Process) { stopHost(ts, neg, args[1:2]) })
	if strconv.Itoa(code) != args[2] {
		ts.Fatalf("exit code %d, want %s", code, args[2])
	}
}

// restartHost: restart-host NAME brings it up again at its address.
func restartHost(ts script, neg bool, args []string) {
	usage(ts, neg, args, "restart-host NAME")
	h := hosts(ts)[args[0]]
	h.listen(ts, h.address)
}
