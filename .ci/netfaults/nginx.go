package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const nginxConf = `daemon off;
master_process off;
pid %[1]s/pid;
error_log %[1]s/error.log;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server {
		listen %[2]s ssl;
		ssl_certificate %[1]s/cert.pem;
		ssl_certificate_key %[1]s/key.pem;
		location / { return 200 "stand-in reception system\n"; }
%[3]s
	}
}
`

// nginx is a reception host as people run it, with further lines in its server
// block.
func (s *stage) nginx(cert tls.Certificate, lines ...string) (string, error) {
	dir, err := os.MkdirTemp(s.dir, "nginx-")
	if err != nil {
		return "", err
	}
	if err := writePair(cert, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")); err != nil {
		return "", err
	}
	const attempts = 5 // it cannot choose a free port by itself, and somebody else may be faster
	for range attempts {
		address, err := s.closedPort()
		if err != nil {
			return "", err
		}
		conf := fmt.Sprintf(nginxConf, dir, address, strings.Join(lines, "\n"))
		if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o644); err != nil {
			return "", err
		}
		if s.startNginx(dir, address) {
			return address, nil
		}
	}
	said, _ := os.ReadFile(filepath.Join(dir, "error.log")) // it may not have come so far
	return "", fmt.Errorf("nginx does not start: %s", said)
}

// startNginx waits until it accepts connections or has ended.
func (s *stage) startNginx(dir, address string) bool {
	c := exec.CommandContext(s.ctx, "nginx", "-e", filepath.Join(dir, "error.log"), "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	if err := c.Start(); err != nil {
		return false
	}
	ended := make(chan struct{})
	s.players.Go(func() {
		_ = c.Wait() // killed with the stage
		close(ended)
	})
	for {
		conn, err := new(net.Dialer).DialContext(s.ctx, "tcp", address)
		select {
		case <-ended: // and it was another program that answered
			return false
		default:
		}
		if err == nil {
			_ = conn.Close() // it was the proof
			return true
		}
		if wait(s.ctx, 20*time.Millisecond) != nil {
			return false
		}
	}
}
