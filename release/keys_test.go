package release_test

import (
	"crypto/ed25519"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/koshin-updater/koshin/release"
)

// secret answers with a passphrase and counts how often it was asked.
type secret struct {
	text  string
	asked int
}

func (s *secret) ask() ([]byte, error) {
	s.asked++
	return []byte(s.text), nil
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	want := []string{"online", "product-torikomi-soshin", "root-1", "root-2", "root-3", "targets-1", "targets-2", "targets-3"}
	var names []string
	entries, err := os.ReadDir(w.keys)
	w.must(err)
	for _, e := range entries {
		names = append(names, e.Name())
		info, err := e.Info()
		w.must(err)
		if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %o", e.Name(), mode)
		}
		data, err := os.ReadFile(filepath.Join(w.keys, e.Name()))
		w.must(err)
		key, err := ssh.ParseRawPrivateKey(data)
		if _, isEd25519 := key.(*ed25519.PrivateKey); err != nil || !isEd25519 {
			t.Errorf("%s: %T, %v", e.Name(), key, err)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("key files are %v", names)
	}
}

func TestPassphrase(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("deriving keys takes minutes under the race detector, and nothing here is concurrent")
	}
	base := t.TempDir()
	dir, keyDir := filepath.Join(base, "repo"), filepath.Join(base, "keys")
	s := &secret{text: "一つ目の鍵"}
	var warned []string
	keys := func(s *secret) *release.Keys {
		return &release.Keys{Dir: keyDir, Passphrase: s.ask, Unprotected: func(path string) { warned = append(warned, path) }}
	}
	_, err := release.Init(t.Context(), dir, release.Options{Keys: keys(s)})
	if err != nil || s.asked != 1 {
		t.Fatalf("asked %d times, %v", s.asked, err)
	}
	data, err := os.ReadFile(filepath.Join(keyDir, "online"))
	if err != nil || !strings.HasPrefix(string(data), "-----BEGIN OPENSSH PRIVATE KEY-----") {
		t.Fatal(err)
	}
	var missing *ssh.PassphraseMissingError
	if _, err := ssh.ParseRawPrivateKey(data); !errors.As(err, &missing) {
		t.Errorf("the key lies open: %v", err)
	}

	s.asked = 0
	r, err := release.Open(dir, release.Options{Keys: keys(s)})
	if err == nil {
		err = r.AddProduct(t.Context(), product, definition())
	}
	if err != nil || s.asked != 1 || len(warned) != 0 {
		t.Fatalf("asked %d times, warned of %v, %v", s.asked, warned, err)
	}
	data, err = os.ReadFile(filepath.Join(keyDir, "product-torikomi-soshin"))
	if _, parseErr := ssh.ParseRawPrivateKey(data); err != nil || !errors.As(parseErr, &missing) {
		t.Errorf("the product's key lies open: %v, %v", err, parseErr)
	}

	for name, wrong := range map[string]*release.Keys{
		"wrong":   keys(&secret{text: "another"}),
		"empty":   keys(&secret{}),
		"not set": {Dir: keyDir},
		"no answer": {Dir: keyDir, Passphrase: func() ([]byte, error) {
			return nil, errors.New("no terminal")
		}},
	} {
		r, err := release.Open(dir, release.Options{Keys: wrong})
		if err == nil {
			err = r.Refresh(t.Context())
		}
		if !errors.Is(err, release.ErrPassphrase) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestPlainKeysWarn: each use of a key without passphrase is told, and a
// product's key is made like the others even when a passphrase could be asked.
func TestPlainKeysWarn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := &secret{text: "never asked"}
	var warned []string
	r, err := release.Open(w.dir, release.Options{Now: w.clock.Now, Keys: &release.Keys{
		Dir: w.keys, Passphrase: s.ask, Unprotected: func(path string) { warned = append(warned, filepath.Base(path)) },
	}})
	w.must(err)
	w.must(r.AddProduct(t.Context(), product, definition()))
	if want := []string{"targets-1", "targets-2", "targets-3", "online", "product-torikomi-soshin"}; !slices.Equal(warned, want) {
		t.Errorf("warned of %v, want %v", warned, want)
	}
	if s.asked != 0 {
		t.Error("asked for a passphrase that no key has")
	}
}

// TestWrongKeys: each way of having the wrong keys has its own error, and
// nothing changes.
func TestWrongKeys(t *testing.T) {
	t.Parallel()
	other := newWorld(t)
	tests := []struct {
		name   string
		spoil  func(w *world)
		act    func(w *world) error
		want   error
		naming string
	}{
		{"no key folder", func(w *world) { w.must(os.RemoveAll(w.keys)) }, refresh, release.ErrKeyMissing, "online"},
		{"one of two needed", func(w *world) {
			w.must(os.Remove(filepath.Join(w.keys, "targets-1")))
			w.must(os.Remove(filepath.Join(w.keys, "targets-3")))
		}, addOther, release.ErrKeyMissing, "targets-1, targets-3"},
		{"two of three are enough", func(w *world) {
			w.must(os.Remove(filepath.Join(w.keys, "targets-2")))
		}, addOther, nil, ""},
		{"online key of another repository", func(w *world) { swap(w, other, "online") }, refresh, release.ErrKeyForeign, "online"},
		{"targets keys of another repository", func(w *world) {
			swap(w, other, "targets-1")
			swap(w, other, "targets-2")
		}, addOther, release.ErrKeyForeign, "targets-1, targets-2"},
		{"no key", func(w *world) {
			w.must(os.WriteFile(filepath.Join(w.keys, "online"), []byte("hello"), 0o600))
		}, refresh, release.ErrKeyFile, "online"},
		{"endless key", func(w *world) {
			w.must(os.WriteFile(filepath.Join(w.keys, "online"), make([]byte, 1<<20), 0o600))
		}, refresh, nil, "larger than allowed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.product()
			test.spoil(w)
			before := contents(t, w.dir)
			r, err := release.Open(w.dir, w.options())
			w.must(err)
			err = test.act(&world{T: t, repo: r})
			if test.want == nil && test.naming == "" {
				w.must(err)
				return
			}
			if test.want != nil && !errors.Is(err, test.want) || err == nil || !strings.Contains(err.Error(), test.naming) {
				t.Errorf("got %v, want %v naming %s", err, test.want, test.naming)
			}
			if !maps.Equal(before, contents(t, w.dir)) {
				t.Error("the working copy has changed")
			}
		})
	}
}

func refresh(w *world) error { return w.repo.Refresh(w.Context()) }

func addOther(w *world) error { return w.repo.AddProduct(w.Context(), "kani-nyuryoku", definition()) }

func swap(w, other *world, name string) {
	data, err := os.ReadFile(filepath.Join(other.keys, name))
	w.must(err)
	w.must(os.WriteFile(filepath.Join(w.keys, name), data, 0o600))
}

// TestLeftOverProductKey: a kill may leave the key of a product that was never
// added. It is used, not overwritten.
func TestLeftOverProductKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := filepath.Join(w.keys, "product-"+string(product))
	left, err := os.ReadFile(filepath.Join(w.keys, "root-1"))
	w.must(err)
	w.must(os.WriteFile(file, left, 0o600))
	w.product()
	w.add("2.3.0")
	if now, err := os.ReadFile(file); err != nil || string(now) != string(left) {
		t.Errorf("the key was replaced: %v", err)
	}
}

func TestInitRefuses(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	full := newWorld(t)
	aKey := filepath.Join(base, "some")
	full.must(os.MkdirAll(aKey, 0o700))
	full.must(os.WriteFile(filepath.Join(aKey, "targets-2"), []byte("precious"), 0o600))
	tests := []struct {
		name, dir, keys string
		want            error
	}{
		{"a working copy", full.dir, filepath.Join(base, "new"), release.ErrExists},
		{"keys of another", filepath.Join(base, "a"), full.keys, release.ErrExists},
		{"one key", filepath.Join(base, "b"), aKey, release.ErrExists},
		{"keys inside", filepath.Join(base, "c"), filepath.Join(base, "c", "private", "keys"), release.ErrKeysInside},
		{"keys in the same folder", filepath.Join(base, "d"), filepath.Join(base, "d"), release.ErrKeysInside},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := contents(t, base)
			_, err := release.Init(t.Context(), test.dir, release.Options{Keys: &release.Keys{Dir: test.keys}})
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if !maps.Equal(before, contents(t, base)) {
				t.Error("something was written")
			}
		})
	}
}
