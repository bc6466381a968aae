package main

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
	"github.com/koshin-updater/koshin/release/github/githubtest"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// The names under which a repository on GitHub is read, and the permission that
// the address of a download carries.
const (
	rawHost    = "raw.githubusercontent.com"
	pageHost   = "github.com"
	storeHost  = "release-assets.githubusercontent.com"
	permission = "c2lnbmVkLWZvci1vbmUtcmVhZGVy"
)

// gitHubHost: github-host NAME DIR [cut] serves a repository as GitHub serves
// github:example/clients, under GitHub's own names and over TLS 1.2 and no other
// version: the branch on the raw host, packages as assets of releases, which lead
// to a store. $NAME is a proxy that leads there, and leads everything else where
// it belongs. With cut the first package breaks off after a million bytes.
func (w *world) gitHubHost(ts script, neg bool, args []string) {
	usage(ts, neg, args, "github-host NAME DIR [cut]")
	certificate, err := w.authority.Issue(localca.Leaf{Names: []string{rawHost, pageHost, storeHost}})
	ts.Check(err)
	front := &gitHub{files: tlshost.Files(ts.MkAbs(args[1]))}
	front.cut.Store(len(args) > 2 && args[2] == "cut")
	start(ts, args[0]+"_FRONT", &host{serve: func(ctx context.Context, listener net.Listener) {
		_ = tlshost.Serve(ctx, listener, front, certificate, slog.New(slog.DiscardHandler)) // its end is the script's
	}})
	detour(ts, args[0], func(to string) string {
		switch to {
		case rawHost + ":443", pageHost + ":443", storeHost + ":443":
			return hosts(ts)[args[0]+"_FRONT"].address
		}
		return to
	})
}

// detour runs a proxy; its address is in $NAME.
func detour(ts script, name string, route func(to string) string) {
	start(ts, name, &host{serve: func(ctx context.Context, listener net.Listener) {
		server := &http.Server{ //nolint:gosec // of a test
			Handler:  transporttest.Connecting(func(to string) (string, int) { return route(to), http.StatusOK }),
			ErrorLog: log.New(io.Discard, "", 0),
		}
		context.AfterFunc(ctx, func() { _ = server.Close() })
		_ = server.Serve(listener)
	}})
	ts.Setenv(name, "http://"+hosts(ts)[name].address)
}

// gitHubCommand: github NAME is the stand-in of package githubtest, to which
// koshin-release publishes, too: it has the repository example/clients and
// a token in $GITHUB_TOKEN. $NAME is a proxy that leads there for all of GitHub's
// names, and leads everything else where it belongs.
func (w *world) gitHubCommand(ts script, neg bool, args []string) {
	usage(ts, neg, args, "github NAME")
	certificate, err := w.authority.Issue(localca.Leaf{Names: githubtest.Hosts()})
	ts.Check(err)
	around := ts.Value(around{}).(*surroundings)
	hub := githubtest.Start(around.t.(testing.TB), certificate)
	hub.AddRepo("example/clients", githubtest.Repo{Files: map[string]string{"README.md": "clients\n"}})
	hub.AddToken("only-for-the-publisher", githubtest.Publisher())
	ts.Setenv("GITHUB_TOKEN", "only-for-the-publisher")
	around.gitHubs[args[0]] = hub
	detour(ts, args[0], func(to string) string {
		if name, port, err := net.SplitHostPort(to); err == nil && port == "443" && slices.Contains(githubtest.Hosts(), name) {
			return hub.Enterprise()
		}
		return to
	})
}

// gitHubRaw: github-raw hold|let-go NAME has GitHub's raw host answer from its
// cache: what was asked once stays as it was, "not there" too.
func gitHubRaw(ts script, neg bool, args []string) {
	usage(ts, neg, args, "github-raw WHAT NAME")
	hub := ts.Value(around{}).(*surroundings).gitHubs[args[1]]
	switch args[0] {
	case "hold":
		hub.HoldRaw()
	case "let-go":
		hub.ReleaseRaw()
	default:
		ts.Fatalf("github-raw: hold or let-go, not %s", args[0])
	}
}

// gitHub answers as GitHub does.
type gitHub struct {
	files http.Handler // of the repository
	cut   atomic.Bool
}

func (g *gitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Host {
	case rawHost:
		http.StripPrefix("/example/clients/koshin", onlyBranch(g.files)).ServeHTTP(w, r)
	case pageHost:
		tag, asset, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/example/clients/releases/download/"), "/")
		dash := strings.LastIndex(tag, "-")
		if !ok || dash < 0 {
			http.NotFound(w, r)
			return
		}
		to := "https://" + storeHost + path.Join("/targets", tag[:dash], tag[dash+1:], asset)
		http.Redirect(w, r, to+"?sp=r&sig="+permission, http.StatusFound)
	case storeHost:
		if r.URL.Query().Get("sig") != permission {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if g.cut.CompareAndSwap(true, false) {
			w = &cutting{ResponseWriter: w, left: 1_000_000}
		}
		g.files.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// onlyBranch has no packages: those are in no commit.
func onlyBranch(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/targets/") && strings.Count(r.URL.Path, "/") > 3 {
			http.NotFound(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// cutting breaks the connection off in the middle of an answer.
type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(p []byte) (int, error) {
	if len(p) >= c.left {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}
