package github_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/github"
	"github.com/koshin-updater/koshin/release/github/githubtest"
	"github.com/koshin-updater/koshin/release/releasetest"
	"github.com/koshin-updater/koshin/updater/transport"
)

func TestDestination(t *testing.T) {
	releasetest.TestDestination(t, func(t *testing.T) release.Destination {
		return newWorld(t, githubtest.Repo{}).open(t, secret)
	})
}

// TestContract publishes real repositories to the stand-in and reads them as
// operators' PCs do: raw files and redirected downloads, through the updater's
// own client and source.
func TestContract(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("300 publishings take minutes in Wine, and none of it is of one system; TestDestination runs here")
	}
	w := newWorld(t, githubtest.Repo{})
	var repos atomic.Int64
	releasetest.Contract(t, func(t testing.TB) releasetest.Place {
		number := repos.Add(1)
		repo, secret := fmt.Sprintf("acme/clients-%d", number), fmt.Sprintf("%s-%d", secret, number)
		w.AddToken(secret, githubtest.Publisher()) // of its own: it is good for 5000 requests
		w.AddRepo(repo, githubtest.Repo{Files: map[string]string{"README.md": "our clients\n"}})
		place, err := githubpath.Parse("github:" + w.Enterprise() + "/" + repo)
		if err != nil {
			t.Fatal(err)
		}
		source, err := transport.ParseSource(place.String(), "", w.client)
		if err != nil {
			t.Fatal(err)
		}
		return releasetest.Place{
			HTTP: true,
			Open: func(t testing.TB, wrap releasetest.Wrap) release.Destination {
				client := &http.Client{Transport: wrap(w.client.Transport)}
				g, err := github.Open(place, github.Options{Client: client, Token: secret})
				if err != nil {
					t.Fatal(err)
				}
				return g
			},
			Fetch: func(ctx context.Context, path string, limit int64) ([]byte, error) {
				return source.Fetch(ctx, path, limit)
			},
			Overwrite: func(t testing.TB, path string, data []byte) {
				asset, ok, err := githubpath.Split(path)
				if err != nil {
					t.Fatal(err)
				}
				if ok {
					w.Upload(repo, asset.Tag, asset.Name, data)
					return
				}
				w.Commit(repo, place.Branch, path, data)
			},
			Secrets: []string{secret},
		}
	})
}
