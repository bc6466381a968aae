package main

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"path"
	"strings"
	"sync/atomic"

	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
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
	start(ts, args[0], &host{serve: func(ctx context.Context, listener net.Listener) {
		server := &http.Server{ //nolint:gosec // of a test
			Handler: transporttest.Connecting(func(to string) (string, int) {
				switch to {
				case rawHost + ":443", pageHost + ":443", storeHost + ":443":
					return hosts(ts)[args[0]+"_FRONT"].address, http.StatusOK
				}
				return to, http.StatusOK
			}),
			ErrorLog: log.New(io.Discard, "", 0),
		}
		context.AfterFunc(ctx, func() { _ = server.Close() })
		_ = server.Serve(listener)
	}})
	ts.Setenv(args[0], "http://"+hosts(ts)[args[0]].address)
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
