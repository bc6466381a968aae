package main

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

func (w *world) faultCommands() map[string]command {
	return map[string]command{"becomes": w.becomes, "refusing-proxy": refusingProxy}
}

// becomes: becomes NAME FAULT takes a host of the script down and brings it up
// again, at its address, with something wrong with it:
//
//	well          nothing
//	expired       its certificate's time is over
//	unknown-root  nobody knows who issued its certificate
//	other-day     its clock is three days behind this PC's
//	error         it answers 500
func (w *world) becomes(ts script, neg bool, args []string) {
	usage(ts, neg, args, "becomes NAME FAULT")
	h := hosts(ts)[args[0]]
	cert, handler := w.certificate, tlshost.Reception()
	issue := func(ca *localca.Authority, leaf localca.Leaf) {
		issued, err := ca.Issue(leaf)
		ts.Check(err)
		cert = issued
	}
	switch args[1] {
	case "well":
	case "expired":
		issue(w.authority, localca.Leaf{NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	case "unknown-root":
		stranger, err := localca.New()
		ts.Check(err)
		issue(stranger, localca.Leaf{})
	case "other-day":
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(-72*time.Hour).UTC().Format(http.TimeFormat))
		})
	case "error":
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	default:
		ts.Fatalf("becomes: no fault %s", args[1])
	}
	h.stop()
	h.serve = func(ctx context.Context, listener net.Listener) { serveTLS(ctx, listener, handler, cert) }
	h.listen(ts, h.address)
}

func serveTLS(ctx context.Context, listener net.Listener, handler http.Handler, cert tls.Certificate) {
	server := &http.Server{Handler: handler, TLSConfig: transport.ServerConfig(cert), ErrorLog: log.New(io.Discard, "", 0)}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	_ = server.ServeTLS(listener, "", "")
}

// refusingProxy: refusing-proxy NAME is a proxy that wants a name and a
// password. Its host and port are in $NAME_AT.
func refusingProxy(ts script, neg bool, args []string) {
	usage(ts, neg, args, "refusing-proxy NAME")
	start(ts, args[0], &host{serve: func(ctx context.Context, listener net.Listener) {
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Proxy-Authenticate", `Basic realm="office"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
		})}
		context.AfterFunc(ctx, func() { _ = server.Close() })
		_ = server.Serve(listener)
	}})
	ts.Setenv(args[0]+"_AT", hosts(ts)[args[0]].address)
}
