package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// loadFor is how long each way is asked for at a time.
const loadFor = 5 * time.Second

// asking is a way to ask a static host: two requests, over a connection of
// their own or over one that stays.
type asking struct {
	what   string
	paths  [2]string
	keep   bool
	beside int   // the way it is compared with
	rates  []hit // one for each run
}

// hit is what one run of wrk saw.
type hit struct {
	pairs   float64 // two requests, a second
	perCore float64 // the same for each second of the server's processor
	slow    float64 // ms, of 99 in 100 requests at most
}

// loads measures how many checks a static host serves: nginx with one worker,
// asked by koshin's own client, and by wrk where connections are kept.
func (b *measurement) loads(ctx context.Context, out io.Writer) error {
	w, err := b.newWorld(ctx, "load")
	if err != nil {
		return err
	}
	if err := errors.Join(w.publishSmall(ctx, "client", 12), os.WriteFile(w.file("repo", "plain"), make([]byte, 1<<10), 0o644)); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	server, err := w.startNginx(ctx)
	if err != nil {
		end()
		return err
	}
	defer func() {
		end()
		<-server.ended
	}()
	check, plain := [2]string{"/metadata/2.root.json", "/metadata/timestamp.json"}, [2]string{"/plain", "/plain"}
	ways := []*asking{
		{what: "a check, a connection each, as PCs do", paths: check, beside: 1},
		{what: "a plain file of 1 KiB twice, a connection each", paths: plain, beside: 1},
		{what: "a check, connections kept", paths: check, keep: true, beside: 3},
		{what: "a plain file of 1 KiB twice, connections kept", paths: plain, keep: true, beside: 3},
	}
	for range b.runs {
		for _, way := range ways {
			ask := server.call
			if way.keep {
				ask = server.ask
			}
			h, err := ask(ctx, *way)
			if err != nil {
				return fmt.Errorf("%s: %w", way.what, err)
			}
			way.rates = append(way.rates, h)
		}
	}
	version, _ := exec.CommandContext(ctx, "nginx", "-v").CombinedOutput() // for the page
	fmt.Fprintf(out, "\n## What one static host serves\n\n%s, one worker, TLS 1.2 without session reuse, no access log, on the machine below. A connection each:\n"+
		"koshin's own client, %d at once, on the same cores; connections kept: wrk, through 64. A check is two requests: the next root,\nwhich is not there (404), and the timestamp. By turns, %d times %.0f s each; medians. "+
		"The third column is what a core that does\nnothing else would serve.\n\n", strings.TrimSpace(strings.TrimPrefix(string(version), "nginx version: ")), callers, b.runs, loadFor.Seconds())
	fmt.Fprintln(out, "| | a second | a second of the worker's processor | ratio to the plain file | 99 of 100 within, ms: checks, or requests of wrk |")
	fmt.Fprintln(out, "| --- | ---: | ---: | ---: | ---: |")
	for _, way := range ways {
		var ratios []float64
		for n, h := range way.rates {
			ratios = append(ratios, h.perCore/ways[way.beside].rates[n].perCore)
		}
		perCore := medianOf(way.rates, func(h hit) float64 { return h.perCore })
		if way == ways[0] {
			b.seen.checks = perCore
		}
		fmt.Fprintf(out, "| %s | %.0f | %.0f | %.2f | %.1f |\n", way.what, medianOf(way.rates, func(h hit) float64 { return h.pairs }), perCore,
			medianOf(ratios, func(r float64) float64 { return r }), medianOf(way.rates, func(h hit) float64 { return h.slow }))
	}
	return nil
}

// nginx is a static host as people run it.
type nginx struct {
	*world
	url   string
	pid   int
	ended chan struct{}
}

const nginxConf = `daemon off;
master_process off;
pid %[1]s/pid;
error_log %[1]s/error.log;
events { worker_connections 512; }
http {
	access_log off;
	sendfile on;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	keepalive_requests 1000000;
	log_not_found off;
	server {
		listen %[2]s ssl;
		ssl_protocols TLSv1.2;
		ssl_session_tickets off;
		ssl_certificate %[1]s/cert.pem;
		ssl_certificate_key %[1]s/key.pem;
		root %[3]s;
	}
}
`

func (w *world) startNginx(ctx context.Context) (*nginx, error) {
	dir := w.file("nginx")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	if err := w.writePair(dir); err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(w.file("nginx", "nginx.conf"), fmt.Appendf(nil, nginxConf, dir, address, w.file("repo")), 0o644); err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, "nginx", "-e", w.file("nginx", "error.log"), "-p", dir, "-c", w.file("nginx", "nginx.conf"))
	if err := c.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // killed with ctx; what it said is in its log
		close(ended)
	}()
	for {
		if conn, err := new(net.Dialer).DialContext(ctx, "tcp", address); err == nil {
			return &nginx{w, "https://" + address, c.Process.Pid, ended}, conn.Close()
		}
		select {
		case <-ended:
			said, _ := os.ReadFile(w.file("nginx", "error.log")) // it may not have come so far
			return nil, fmt.Errorf("nginx ended: %s", said)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (w *world) writePair(dir string) error {
	cert, err := w.ca.Issue(localca.Leaf{})
	if err != nil {
		return err
	}
	return writePEM(cert, dir+"/cert.pem", dir+"/key.pem")
}

func writePEM(cert tls.Certificate, certFile, keyFile string) error {
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o644),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// askTwice is wrk's part: each of its threads has one connection.
const askTwice = `local n = 0
request = function()
	n = n + 1
	if n %% 2 == 1 then return wrk.format("GET", %q) end
	return wrk.format("GET", %q)
end
`

func (s *nginx) ask(ctx context.Context, way asking) (hit, error) {
	script := s.file("ask.lua")
	if err := os.WriteFile(script, fmt.Appendf(nil, askTwice, way.paths[0], way.paths[1]), 0o644); err != nil {
		return hit{}, err
	}
	before, err := s.processor()
	if err != nil {
		return hit{}, err
	}
	text, err := exec.CommandContext(ctx, "wrk", "-t64", "-c64", "-d"+strconv.Itoa(int(loadFor.Seconds())), "--latency", "-s", script, s.url).CombinedOutput()
	if err != nil {
		return hit{}, fmt.Errorf("wrk: %w: %s", err, text)
	}
	after, err := s.processor()
	if err != nil {
		return hit{}, err
	}
	return readWrk(string(text), way.paths[0] != way.paths[1], after-before)
}

// readWrk takes the figures out of wrk's report. Half of a check's answers are
// 404, and nothing else may be wrong.
func readWrk(text string, half404 bool, processor float64) (hit, error) {
	number := func(pattern string) float64 {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(text); m != nil {
			n, _ := strconv.ParseFloat(m[1], 64) // the pattern is of digits
			return n
		}
		return 0
	}
	requests, refused := number(`(\d+) requests in`), number(`Non-2xx or 3xx responses: (\d+)`)
	want := 0.0
	if half404 {
		want = requests / 2
	}
	const threads = 64 // each may end between its two requests
	if requests == 0 || processor == 0 || refused < want-threads || refused > want+threads || strings.Contains(text, "Socket errors") {
		return hit{}, fmt.Errorf("wrk saw something else than two answers a time: %s", text)
	}
	slow := number(`99%\s+([\d.]+)us`)/1000 + number(`99%\s+([\d.]+)ms`) + number(`99%\s+([\d.]+)s`)*1000 // one of them
	return hit{pairs: number(`Requests/sec:\s+([\d.]+)`) / 2, perCore: requests / 2 / processor, slow: slow}, nil
}

// processor is the seconds that the server has computed.
func (s *nginx) processor() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	const userTime, ticks = 13, 100 // of proc(5), in USER_HZ
	user, _ := strconv.ParseFloat(fields[userTime], 64)
	system, _ := strconv.ParseFloat(fields[userTime+1], 64)
	return (user + system) / ticks, nil
}
