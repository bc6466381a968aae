package githubpath

import (
	"errors"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func TestParse(t *testing.T) {
	for text, want := range map[string]Place{
		"github:koshin-updater/clients":             {"github.com", "koshin-updater", "clients", "koshin"},
		"GitHub:Acme_corp/Clients.v2":               {"github.com", "Acme_corp", "Clients.v2", "koshin"},
		"github:acme/clients@gh-pages":              {"github.com", "acme", "clients", "gh-pages"},
		"github:GitHub.com/acme/clients":            {"github.com", "acme", "clients", "koshin"},
		"github:git.example/acme/clients":           {"git.example", "acme", "clients", "koshin"},
		"github:git.example:8443/acme/clients@main": {"git.example:8443", "acme", "clients", "main"},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "github", "github:", "github:acme", "github:acme/", "github:/clients", "github:a/b/c/d",
		"github://acme/clients", "https://github.com/acme/clients", "gitlab:acme/clients",
		"github:acme/clients.git", "github:acme/..", "github:acme/.", "github:-acme/clients", "github:acme/cli ents",
		"github:acme/clients@", "github:acme/clients@a/b", "github:acme/clients@a..b", "github:acme/clients@a.lock",
		"github:acme/clients@-x", "github:acme/clients@HEAD", "github:acme/clients@a@b", "github:acme/clients?x", "github:acme/クライアント",
		"github:user:secret@github.com/acme/clients", "github:git.example:0/acme/clients", "github:git.example:x/acme/clients",
		"github:git.example:https/acme/clients", "github:-/acme/clients",
	} {
		if got, err := Parse(text); !errors.Is(err, ErrPlace) {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
}

func TestURL(t *testing.T) {
	for _, c := range []struct{ place, path, want string }{
		{"github:acme/clients", "metadata/timestamp.json", "https://raw.githubusercontent.com/acme/clients/koshin/metadata/timestamp.json"},
		{"github:acme/clients@main", "targets/viewer/" + hash + ".stable.v1.json", "https://raw.githubusercontent.com/acme/clients/main/targets/viewer/" + hash + ".stable.v1.json"},
		{"github:acme/clients@main", "targets/viewer/2.2.0/" + hash + ".windows-amd64.tree", "https://github.com/acme/clients/releases/download/viewer-2.2.0/" + hash + ".windows-amd64.tree"},
		{"github:git.example:8443/acme/clients", "metadata/1.root.json", "https://git.example:8443/acme/clients/raw/koshin/metadata/1.root.json"},
		{"github:git.example/acme/clients", "targets/a-b/2.2-rc.1/" + hash + ".linux-arm64.exe", "https://git.example/acme/clients/releases/download/a-b-2.2-rc.1/" + hash + ".linux-arm64.exe"},
	} {
		place, err := Parse(c.place)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := place.URL(c.path); err != nil || got != c.want {
			t.Errorf("%s of %s: got %s, %v; want %s", c.path, c.place, got, err, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	for path, want := range map[string]Asset{
		"metadata/timestamp.json":                          {},
		"targets/viewer/" + hash + ".pilot.v1.json":        {},
		"targets/viewer/2.2.0/deep/" + hash + ".tree":      {},
		"products/viewer/2.2.0/" + hash + ".tree":          {},
		"targets/viewer/2.2.0/" + hash + ".linux-386.tree": {"viewer-2.2.0", hash + ".linux-386.tree"},
		"targets/a-1/2.0/" + hash + ".linux-386.exe":       {"a-1-2.0", hash + ".linux-386.exe"},
	} {
		got, ok, err := Split(path)
		if err != nil || got != want || ok != (want != Asset{}) {
			t.Errorf("%s: got %+v, %v, %v", path, got, ok, err)
		}
	}
	for _, path := range []string{
		"", "../x", "targets/viewer/latest/x.tree", "targets/Viewer/2.2.0/x", "targets/root/2.2.0/x",
		"targets/viewer/2.2.0-a.lock/x", "targets/viewer/2.2.0/.x", "targets/viewer/2.2.0/x.",
	} {
		if got, ok, err := Split(path); !errors.Is(err, manifest.ErrName) {
			t.Errorf("%q: got %+v, %v, %v", path, got, ok, err)
		}
	}
}

// TestTags asks git itself about the names that Split makes, and about those
// that it refuses.
func TestTags(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git to ask")
	}
	takes := func(tag string) bool {
		return exec.CommandContext(t.Context(), git, "check-ref-format", "refs/tags/"+tag).Run() == nil
	}
	for _, version := range []string{"2.2", "2.2.0.4", "2.2.0-rc.1", "1.0-a--b", "1.0-lock"} {
		asset, ok, err := Split("targets/viewer/" + version + "/x.tree")
		if err != nil || !ok || !takes(asset.Tag) {
			t.Errorf("%s: %+v, %v, %v", version, asset, ok, err)
		}
	}
	if takes("viewer-2.2.0-a.lock") {
		t.Error("git takes what Split refuses")
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"github:acme/clients", "github:git.example:8443/acme/clients@main", "github:a/b@.", "github:[::1]:1/a/b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		place, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(place.String()); err != nil || again != place {
			t.Errorf("%q: %+v, then %+v, %v", text, place, again, err)
		}
		checkURL(t, place, "metadata/timestamp.json")
	})
}

func FuzzSplit(f *testing.F) {
	for _, path := range []string{"targets/viewer/2.2.0/" + hash + ".linux-386.tree", "metadata/1.root.json", "targets/a/1.0-x.lock/b"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		asset, ok, err := Split(path)
		if err != nil {
			return
		}
		if ok && !strings.HasSuffix(path, "/"+asset.Name) {
			t.Errorf("%q is the asset %+v", path, asset)
		}
		checkURL(t, Place{Host: "git.example:8443", Owner: "acme", Repo: "clients", Branch: "koshin"}, path)
		checkURL(t, Place{Host: DefaultHost, Owner: "acme", Repo: "clients", Branch: "koshin"}, path)
	})
}

// checkURL finds an address that leads to another host, or has anything but a
// path.
func checkURL(t *testing.T, p Place, path string) {
	t.Helper()
	address, err := p.URL(path)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.String() != address {
		t.Errorf("%s: %v", address, err)
	}
	if u.Host != p.Host && (p.Enterprise() || u.Host != rawHost) {
		t.Errorf("%s is not on %s", address, p.Host)
	}
}
