package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"sync"

	"github.com/koshin-updater/koshin/updater/transport"
)

// stage is where one row is played: its hosts, and what koshin is told about the
// network. Everything on it ends with its context.
type stage struct {
	*world
	ctx  context.Context
	name string // of the row, as a folder
	dir  string

	urls    []string // the confirm hosts
	product []string // further flags of "koshin-release product"
	env     []string // of koshin and of the client it starts
	proxy   string   // in koshin.toml; "": the environment's
	inside  inside
	offline bool // the release host is gone as well

	players sync.WaitGroup // programs that play hosts; killed with the context
}

func (s *stage) file(name string) string { return filepath.Join(s.dir, name) }

// at makes addresses the confirm hosts.
func (s *stage) at(addresses ...string) {
	for _, address := range addresses {
		s.urls = append(s.urls, "https://"+address+"/")
	}
}

func (s *stage) listen() (*net.TCPListener, error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	context.AfterFunc(s.ctx, func() { _ = l.Close() })
	return l, nil
}

// closedPort is an address where nobody listens.
func (s *stage) closedPort() (string, error) {
	l, err := s.listen()
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// web serves over TLS as the configuration says, and returns its address.
func (s *stage) web(config *tls.Config, handler http.Handler) (string, error) {
	l, err := s.listen()
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0)} // refused handshakes are the point
	context.AfterFunc(s.ctx, func() { _ = server.Close() })
	go server.ServeTLS(l, "", "") //nolint:errcheck // ends with the stage
	return l.Addr().String(), nil
}

// plain serves over no TLS at all.
func (s *stage) plain(handler http.Handler) (string, error) {
	l, err := s.listen()
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	context.AfterFunc(s.ctx, func() { _ = server.Close() })
	go server.Serve(l) //nolint:errcheck // ends with the stage
	return l.Addr().String(), nil
}

// tcp hands every connection to handle, which closes it.
func (s *stage) tcp(handle func(*net.TCPConn)) (string, error) {
	l, err := s.listen()
	if err != nil {
		return "", err
	}
	go func() {
		for {
			conn, err := l.AcceptTCP()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue
			}
			stop := context.AfterFunc(s.ctx, func() { _ = conn.Close() })
			go func() {
				defer stop()
				handle(conn)
			}()
		}
	}()
	return l.Addr().String(), nil
}

// healthy is a reception host without any fault, and every row's point of
// departure: TLS 1.2 only, the chain complete.
func (s *stage) healthy() (string, error) { return s.faulty(leaf{}, nil, nil) }

// faulty is the healthy host with another certificate, another setting of TLS, or
// another answer; zero and nil leave each as it is.
func (s *stage) faulty(l leaf, change func(*tls.Config), answer http.Handler) (string, error) {
	cert, err := s.issuing.issue(l)
	if err != nil {
		return "", err
	}
	config := transport.ServerConfig(cert)
	if change != nil {
		change(config)
	}
	if answer == nil {
		answer = reception()
	}
	return s.web(config, answer)
}

// reception stands in for the reception system.
func reception() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "stand-in reception system\n")
	})
}

// status answers with one HTTP status, and the Location where there is one.
func status(code int, location string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(code)
	})
}
