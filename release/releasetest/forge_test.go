package releasetest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/releasetest"
)

const (
	product = "torikomi-soshin"
	target  = product + "/2.3.0/windows-amd64.tree"
)

// publisher makes a small repository with one promoted build.
func publisher(t *testing.T) (repo, keys string) {
	t.Helper()
	repo, keys = filepath.Join(t.TempDir(), "repo"), filepath.Join(t.TempDir(), "keys")
	tree := t.TempDir()
	if err := os.WriteFile(filepath.Join(tree, "client.exe"), []byte("client"), 0o644); err != nil {
		t.Fatal(err)
	}
	v, err := manifest.ParseVersion("2.3.0")
	if err != nil {
		t.Fatal(err)
	}
	r, err := release.Init(t.Context(), repo, release.Options{Keys: &release.Keys{Dir: keys}})
	for _, step := range []func() error{
		func() error {
			return r.AddProduct(t.Context(), product, release.Definition{
				Title: manifest.Text{JA: "取込送信システム", EN: "Import and send"},
				Confirm: manifest.Confirm{Hosts: []manifest.Host{{
					URL: "https://reception.example/", ExpectStatus: manifest.StatusRange{Low: 200, High: 399}, Stacks: []manifest.Stack{manifest.StackGo},
				}}},
			})
		},
		func() error {
			_, err := r.Add(t.Context(), release.Build{Product: product, Version: v, OS: "windows", Arch: "amd64"}, tree, nil)
			return err
		},
		func() error { return r.Promote(t.Context(), product, v, manifest.Stable, release.Everybody) },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return repo, keys
}

type folder string

func (f folder) Fetch(_ context.Context, path string, limit int64) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
	if int64(len(data)) > limit {
		return nil, manifest.ErrTooLarge
	}
	return data, err
}

// ask is a new client: it refreshes and asks for the release.
func ask(t *testing.T, repo string) (*trust.Release, error) {
	t.Helper()
	anchor, err := os.ReadFile(filepath.Join(repo, "metadata", "1.root.json"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := trust.Open(trust.Options{Anchor: anchor})
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.Refresh(t.Context(), folder(repo))
	if err != nil {
		return nil, err
	}
	return r.Release(t.Context(), product, manifest.Stable)
}

// TestForge shows that each forgery is refused for its own reason and no other.
func TestForge(t *testing.T) {
	t.Parallel()
	expired := func(signed map[string]any) { signed["expires"] = time.Now().UTC().Add(-time.Hour).Format(time.RFC3339) }
	same := func(map[string]any) {}
	forge := func(role string, edit func(map[string]any)) func(repo, keys string) error {
		return func(repo, keys string) error { return releasetest.Forge(repo, keys, role, edit) }
	}
	forgeAs := func(role string, as ...string) func(repo, keys string) error {
		return func(repo, keys string) error { return releasetest.ForgeAs(repo, keys, role, as, same) }
	}
	editManifest := func(edit func(map[string]any)) func(repo, keys string) error {
		return func(repo, keys string) error {
			return releasetest.EditManifest(repo, keys, product, "stable", edit)
		}
	}
	tests := []struct {
		name  string
		forge func(repo, keys string) error
		want  error
	}{
		{"nothing changed", forge(product, same), nil},
		{"root renewed", forge("root", same), nil},
		{"snapshot renewed", forge("snapshot", same), nil},
		{"root expired", forge("root", expired), trust.ErrExpired},
		{"targets expired", forge("targets", expired), trust.ErrExpired},
		{"product expired", forge(product, expired), trust.ErrExpired},
		{"snapshot expired", forge("snapshot", expired), trust.ErrExpired},
		{"timestamp expired", forge("timestamp", expired), trust.ErrExpired},
		{"product signed by the online key", forgeAs(product, "online"), trust.ErrSignature},
		{"targets signed by one of three", forgeAs("targets", "targets-1"), trust.ErrSignature},
		{"root signed by one of three", forgeAs("root", "root-3"), trust.ErrSignature},
		{"timestamp not signed", forgeAs("timestamp"), trust.ErrSignature},
		{"unknown field in the manifest", editManifest(func(m map[string]any) { m["surprise"] = true }), trust.ErrManifest},
		{"manifest of another product", editManifest(func(m map[string]any) { m["product"] = "other" }), trust.ErrWrongRelease},
		{"package that only the role changed", func(repo, keys string) error {
			return releasetest.ReplaceTarget(repo, keys, product, target, []byte("other"))
		}, trust.ErrWrongRelease},
		{"hostile package, consistently signed", func(repo, keys string) error {
			return releasetest.ReplacePackage(repo, keys, product, "stable", target, []byte("hostile"), manifest.Digest{1})
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			repo, keys := publisher(t)
			if err := test.forge(repo, keys); err != nil {
				t.Fatal(err)
			}
			if _, err := ask(t, repo); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestReplacePackage(t *testing.T) {
	t.Parallel()
	repo, keys := publisher(t)
	tree := manifest.Digest{7}
	if err := releasetest.ReplacePackage(repo, keys, product, "stable", target, []byte("hostile"), tree); err != nil {
		t.Fatal(err)
	}
	r, err := ask(t, repo)
	if err != nil {
		t.Fatal(err)
	}
	pkg := r.Manifest.Builds[0].Packages[0]
	promise, err := r.Promise(pkg)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(repo, filepath.FromSlash(promise.Path())))
	if err != nil || string(data) != "hostile" || pkg.TreeSHA256 != tree {
		t.Errorf("got %q, %v, tree %s", data, err, pkg.TreeSHA256)
	}
	err = releasetest.ReplacePackage(repo, keys, product, "stable", product+"/9.9.9/windows-amd64.tree", nil, tree)
	if err == nil {
		t.Error("a package that is not in the manifest was replaced")
	}
}
