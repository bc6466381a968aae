package release_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/release"
	hostfolder "github.com/koshin-updater/koshin/release/folder"
	"github.com/koshin-updater/koshin/release/releasetest"
)

// editedWorld is a publisher whose first state is on a host, and whose second
// is not yet.
func editedWorld(t *testing.T) (w *world, host string) {
	t.Helper()
	w, host = newWorld(t), t.TempDir()
	w.product()
	w.add("2.2.0")
	w.promote("2.2.0", release.Everybody)
	w.must(publishTo(t, w, host))
	w.add("2.3.0")
	w.promote("2.3.0", 25)
	w.add("2.4.0") // no channel carries it
	return w, host
}

func publishTo(t *testing.T, w *world, host string) error {
	t.Helper()
	to, err := hostfolder.Open(host)
	w.must(err)
	r, err := release.Open(w.dir, w.options())
	if err != nil {
		return err
	}
	_, err = r.Publish(t.Context(), to, nil)
	return err
}

// copy is the same publisher with a working copy and a host of its own.
func (w *world) copy(t *testing.T, host string) (*world, string) {
	t.Helper()
	dir, toHost := filepath.Join(t.TempDir(), "repo"), filepath.Join(t.TempDir(), "host")
	w.must(os.CopyFS(dir, os.DirFS(w.dir)))
	w.must(os.CopyFS(toHost, os.DirFS(host)))
	return &world{T: t, dir: dir, keys: w.keys, clock: w.clock}, toHost
}

// visible is what readers of a host start from.
func visible(t *testing.T, host string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(host, "metadata", "timestamp.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// refusedHere is every way to say that the fault is in the working copy.
func refusedHere(err error) bool {
	for _, is := range []error{release.ErrDamaged, release.ErrUnverifiable, release.ErrNoRepository} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

// TestEditedWorkingCopy edits each file of the working copy by hand, in every
// way. What a client would need is never published; what it would not, such as
// the manifest of an older state, does no harm.
func TestEditedWorkingCopy(t *testing.T) {
	t.Parallel()
	w, host := editedWorld(t)
	edits := []struct {
		name string
		edit func([]byte) []byte // nil removes the file
	}{
		{"removed", nil},
		{"cut short", func(b []byte) []byte { return b[:len(b)*2/3] }},
		{"a number changed", func(b []byte) []byte { return bytes.Replace(b, []byte("2"), []byte("3"), 1) }},
		{"all numbers changed", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("2"), []byte("4")) }},
	}
	var refused, harmless atomic.Int64
	t.Run("files", func(t *testing.T) {
		for _, path := range allFiles(t, w.dir) {
			for _, e := range edits {
				t.Run(path+" "+e.name, func(t *testing.T) {
					t.Parallel()
					w, host := w.copy(t, host)
					file, before := filepath.Join(w.dir, filepath.FromSlash(path)), visible(t, host)
					data, err := os.ReadFile(file)
					w.must(err)
					if e.edit == nil {
						w.must(os.Remove(file))
					} else if edited := e.edit(data); bytes.Equal(edited, data) {
						return
					} else {
						w.must(os.WriteFile(file, edited, 0o644))
					}
					err = publishTo(t, w, host)
					switch {
					case err == nil:
						harmless.Add(1)
						if err := offered(t, host, w.clock.Now); err != nil {
							t.Errorf("published, and a client refuses it: %v", err)
						}
					case !refusedHere(err):
						t.Errorf("the publisher is not told that the working copy is at fault: %v", err)
					case visible(t, host) != before:
						t.Errorf("half published in spite of %v", err)
					default:
						refused.Add(1)
					}
				})
			}
		}
	})
	t.Logf("%d edits refused, %d of files that no client needs", refused.Load(), harmless.Load())
	if refused.Load() == 0 || harmless.Load() == 0 {
		t.Error("the table does not reach both")
	}
}

// hostFiles makes a host's folder a trust.Fetcher.
type hostFiles string

func (h hostFiles) Fetch(_ context.Context, path string, _ int64) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(h), filepath.FromSlash(path)))
}

// offered asks as a new client does, with the first root that was published.
func offered(t *testing.T, host string, now func() time.Time) error {
	t.Helper()
	anchor, err := hostFiles(host).Fetch(t.Context(), "metadata/1.root.json", 0)
	if err != nil {
		return err
	}
	client, err := trust.Open(trust.Options{Anchor: anchor, Now: now})
	if err != nil {
		return err
	}
	repository, err := client.Refresh(t.Context(), hostFiles(host))
	if err != nil {
		return err
	}
	_, err = repository.Release(t.Context(), product, manifest.Stable)
	return err
}

func allFiles(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if e.Name() == ".koshin" {
				return fs.SkipDir
			}
			return nil
		}
		relative, err := filepath.Rel(dir, file)
		paths = append(paths, filepath.ToSlash(relative))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestEditedDefinition edits what the definition says, as a person would who
// takes it for a setting.
func TestEditedDefinition(t *testing.T) {
	t.Parallel()
	w, host := editedWorld(t)
	for name, words := range map[string][2]string{
		"a rollout raised":           {`"percent": 25`, `"percent": 100`},
		"a title":                    {"Import and send", "Import"},
		"a host to be confirmed":     {"https://reception.example/", "https://other.example/"},
		"a field of no meaning":      {`"id":`, `"comment": "x", "id":`},
		"a package's hash":           {`"sha256": "`, `"sha256": "0`},
		"a package's size":           {`"size": `, `"size": 1`},
		"the number of the manifest": {`"seq": `, `"seq": 1`},
		"another product":            {`"torikomi-soshin"`, `"kensa"`},
		"another schema":             {`koshin/product/1`, `koshin/product/2`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, host := w.copy(t, host)
			file, before := filepath.Join(w.dir, "products", string(product)+".json"), visible(t, host)
			data, err := os.ReadFile(file)
			w.must(err)
			edited := strings.Replace(string(data), words[0], words[1], 1)
			if edited == string(data) {
				t.Fatalf("%q is not in the definition:\n%s", words[0], data)
			}
			w.must(os.WriteFile(file, []byte(edited), 0o644))
			if err := publishTo(t, w, host); !refusedHere(err) {
				t.Errorf("got %v", err)
			}
			if visible(t, host) != before {
				t.Error("half published")
			}
		})
	}
}

// TestBuildRemoved: a build that no channel carries is signed all the same.
func TestBuildRemoved(t *testing.T) {
	t.Parallel()
	w, host := editedWorld(t)
	file, before := filepath.Join(w.dir, "products", string(product)+".json"), visible(t, host)
	data, err := os.ReadFile(file)
	w.must(err)
	var definition map[string]any
	w.must(json.Unmarshal(data, &definition))
	builds, _ := definition["builds"].([]any)
	definition["builds"] = builds[1:]
	data, err = json.Marshal(definition)
	w.must(err)
	w.must(os.WriteFile(file, data, 0o644))
	if err := publishTo(t, w, host); !errors.Is(err, release.ErrUnverifiable) {
		t.Errorf("got %v", err)
	}
	if visible(t, host) != before {
		t.Error("half published")
	}
}

// TestForeignSignature: a role signed with a key that is not its own, by
// somebody who has some of the keys, is not published.
func TestForeignSignature(t *testing.T) {
	t.Parallel()
	w, host := editedWorld(t)
	const productKey = "product-" + string(product)
	for _, test := range []struct {
		role string
		keys []string
		want error
	}{
		{"timestamp", []string{productKey}, trust.ErrSignature},
		{"timestamp", nil, trust.ErrSignature},
		{"snapshot", []string{"targets-1", "targets-2", "targets-3"}, trust.ErrSignature},
		{string(product), []string{"online"}, trust.ErrSignature},
		{string(product), []string{"root-1", "root-2", "root-3"}, trust.ErrSignature},
		{"targets", []string{"targets-1"}, trust.ErrSignature},
		{"targets", []string{"online", productKey}, trust.ErrSignature},
		{"root", []string{"root-2"}, trust.ErrSignature},
		{"root", []string{"targets-1", "targets-2", "targets-3"}, trust.ErrSignature},
	} {
		t.Run(test.role+" by "+strings.Join(test.keys, " "), func(t *testing.T) {
			t.Parallel()
			w, host := w.copy(t, host)
			before := visible(t, host)
			w.must(releasetest.ForgeAs(w.dir, w.keys, test.role, test.keys, func(map[string]any) {}))
			if err := publishTo(t, w, host); !errors.Is(err, test.want) || !errors.Is(err, release.ErrUnverifiable) {
				t.Errorf("got %v", err)
			}
			if visible(t, host) != before {
				t.Error("half published")
			}
		})
	}
}

// TestKeyOfAnotherRole: a key file that lies where another belongs signs
// nothing, and the working copy stays as it was.
func TestKeyOfAnotherRole(t *testing.T) {
	t.Parallel()
	w, host := editedWorld(t)
	const productKey = "product-" + string(product)
	refresh := func(w *world, r *release.Repository) error { return r.Refresh(w.Context()) }
	promote := func(w *world, r *release.Repository) error {
		return r.Promote(w.Context(), product, version(w, "2.3.0"), manifest.Stable, 50)
	}
	define := func(w *world, r *release.Repository) error {
		return r.AddProduct(w.Context(), "kensa", definition())
	}
	for name, test := range map[string]struct {
		in, from string
		do       func(*world, *release.Repository) error
	}{
		"the product's key as online key":     {"online", productKey, refresh},
		"a root key as online key":            {"online", "root-1", refresh},
		"the online key as the product's":     {productKey, "online", promote},
		"a targets key as the product's":      {productKey, "targets-1", promote},
		"a root key as a targets key":         {"targets-1", "root-1", define},
		"the same targets key a second time":  {"targets-1", "targets-2", define},
		"the online key as the targets key":   {"targets-2", "online", define},
		"the product's key as online, change": {"online", productKey, promote},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := w.copy(t, host)
			keys := filepath.Join(t.TempDir(), "keys")
			w.must(os.CopyFS(keys, os.DirFS(w.keys)))
			data, err := os.ReadFile(filepath.Join(keys, test.from))
			w.must(err)
			w.must(os.WriteFile(filepath.Join(keys, test.in), data, 0o600))
			if strings.HasPrefix(test.in, "targets") {
				w.must(os.Remove(filepath.Join(keys, "targets-3"))) // two of three are enough
			}
			w.keys = keys
			before := wholeText(t, w.dir)
			r, err := release.Open(w.dir, w.options())
			w.must(err)
			if err := test.do(w, r); !errors.Is(err, release.ErrKeyForeign) {
				t.Errorf("got %v", err)
			}
			if wholeText(t, w.dir) != before {
				t.Error("the working copy has changed")
			}
		})
	}
}

// wholeText is a whole folder as one text.
func wholeText(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	for _, path := range allFiles(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(path + "\n" + string(data) + "\n")
	}
	return all.String()
}
