package github_test

import (
	"net/http"
	"testing"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release/github"
	"github.com/koshin-updater/koshin/release/github/githubtest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

const (
	repo   = "acme/clients"
	secret = "github_pat_11AAAA_plantedPlantedPlanted0123456789"
)

// world is a stand-in with one repository, and the programs' own client.
type world struct {
	*githubtest.GitHub
	client *http.Client
	caFile string
}

func newWorld(t testing.TB, like githubtest.Repo) *world {
	t.Helper()
	ca := transporttest.Authority(t)
	w := &world{
		GitHub: githubtest.Start(t, transporttest.Issue(t, ca, localca.Leaf{Names: githubtest.Hosts()})),
		caFile: transporttest.CAFile(t, ca),
	}
	client, err := transport.NewClient(transport.Options{Proxy: "none", CAFile: w.caFile})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	w.client = client
	if like.Files == nil {
		like.Files = map[string]string{"README.md": "our clients\n"}
	}
	w.AddRepo(repo, like)
	w.AddToken(secret, githubtest.Publisher())
	return w
}

func (w *world) place(t testing.TB) githubpath.Place {
	t.Helper()
	place, err := githubpath.Parse("github:" + w.Enterprise() + "/" + repo)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func (w *world) open(t testing.TB, token string) *github.Repository {
	t.Helper()
	g, err := github.Open(w.place(t), github.Options{Client: w.client, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
