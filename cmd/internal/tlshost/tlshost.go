// Package tlshost is koshin's own host: TLS 1.2 only, files only. The
// publisher's "serve" tries a release out with it, the operator's "serve" hands
// a verified repository to the LAN, and the demo plays both the release host
// and the reception system on it.
//
// [Files] answers with the two folders of a repository and nothing else,
// [Reception] stands in for the reception system, [Serve] runs either until its
// context ends. [NewAuthority] makes a throw-away certificate for the loopback
// names of this machine.
package tlshost

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// Limits of a connection. Sending has none: a package on a slow line takes its
// time, and an idle reader costs one goroutine.
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	stopTimeout    = 5 * time.Second
	maxHeaderBytes = 16 << 10
)

// Serve answers on listener with handler over TLS 1.2 until ctx ends. Then it
// lets running answers finish for a few seconds, closes the rest, and returns
// nil.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, cert tls.Certificate, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		TLSConfig:         transport.ServerConfig(cert),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // refused handshakes
	}
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTLS(listener, "", "") }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		_ = server.Close() // the answers that did not finish in time
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	return nil
}

// Authority is a throw-away certificate authority and one certificate by it,
// for localhost, 127.0.0.1 and ::1.
type Authority struct {
	CAPEM       []byte // what a client's ca_file holds
	Certificate tls.Certificate
}

// NewAuthority makes one; its private keys end with the process.
func NewAuthority() (*Authority, error) {
	ca, err := localca.New()
	if err != nil {
		return nil, err
	}
	cert, err := ca.Issue(localca.Leaf{})
	if err != nil {
		return nil, err
	}
	return &Authority{CAPEM: ca.PEM(), Certificate: cert}, nil
}
