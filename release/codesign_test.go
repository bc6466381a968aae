package release_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
	"github.com/koshin-updater/koshin/release"
)

// signs makes a command that signs with the world's certificate, and does
// something else besides.
func signs(t *testing.T, w *signtest.World, also func(file string)) func(context.Context, string) error {
	return func(_ context.Context, file string) error {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, w.Sign(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if also != nil {
			also(file)
		}
		return nil
	}
}

func TestCodeSigning(t *testing.T) {
	t.Parallel()
	certificates, somebody := signtest.New(t), signtest.New(t)
	program, library := signtest.Program([]byte("client")), signtest.Program([]byte("library"))
	signed := certificates.Sign(program)
	fails := errors.New("no token")
	for name, c := range map[string]struct {
		files  map[string]string
		signer string
		sign   func(context.Context, string) error
		want   error
	}{
		"signed already":                   {map[string]string{"a.exe": string(signed), "b.txt": "b"}, signtest.Publisher, nil, nil},
		"signed here":                      {map[string]string{"a.exe": string(program), "lib/b.bin": string(library)}, signtest.Publisher, signs(t, certificates, nil), nil},
		"one of each":                      {map[string]string{"a.exe": string(signed), "b.dll": string(library)}, signtest.Publisher, signs(t, certificates, nil), nil},
		"the whole signer":                 {map[string]string{"a.exe": string(signed)}, certificates.Signer().String(), nil, nil},
		"no name":                          {map[string]string{"a.exe": string(program)}, "", signs(t, certificates, nil), release.ErrSigner},
		"signed, and nobody asks":          {map[string]string{"a.exe": string(program)}, release.NoSigner, signs(t, certificates, nil), release.ErrSigner},
		"a name that cannot be one":        {map[string]string{"a.exe": string(signed)}, "a; b", nil, release.ErrSigner},
		"unsigned":                         {map[string]string{"a.exe": string(program)}, signtest.Publisher, nil, authenticode.ErrUnsigned},
		"a library unsigned":               {map[string]string{"a.exe": string(signed), "odd/name.txt": string(library)}, signtest.Publisher, nil, authenticode.ErrUnsigned},
		"nothing to sign":                  {map[string]string{"a.txt": "a"}, signtest.Publisher, nil, authenticode.ErrUnsigned},
		"signed by somebody else":          {map[string]string{"a.exe": string(signed)}, "Somebody", nil, authenticode.ErrPublisher},
		"the name, by another authority":   {map[string]string{"a.exe": string(somebody.Sign(program))}, certificates.Signer().String(), nil, authenticode.ErrUntrusted},
		"two authorities in one build":     {map[string]string{"a.exe": string(signed), "b.exe": string(somebody.Sign(library))}, signtest.Publisher, nil, authenticode.ErrUntrusted},
		"the command fails":                {map[string]string{"a.exe": string(program)}, signtest.Publisher, func(context.Context, string) error { return fails }, release.ErrSigning},
		"the command does nothing":         {map[string]string{"a.exe": string(program)}, signtest.Publisher, func(context.Context, string) error { return nil }, authenticode.ErrUnsigned},
		"the command skips one":            {map[string]string{"a.exe": string(signed), "b.exe": string(library)}, signtest.Publisher, func(context.Context, string) error { return nil }, authenticode.ErrUnsigned},
		"the command signs another file":   {map[string]string{"a.exe": string(program)}, signtest.Publisher, swaps(t, certificates.Sign(library)), release.ErrSigningChanged},
		"the command signs a changed file": {map[string]string{"a.exe": string(program)}, signtest.Publisher, swaps(t, certificates.Sign(append(bytes.Clone(program), "virus..."...))), release.ErrSigningChanged},
		"the command leaves a file":        {map[string]string{"a.exe": string(program)}, signtest.Publisher, signs(t, certificates, func(file string) { _ = os.WriteFile(file+".bak", library, 0o600) }), nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.product()
			dir := folder(t, c.files)
			b := w.build("1.0")
			b.Signer, b.Sign = c.signer, c.sign
			added, err := w.repo.Add(t.Context(), b, dir, nil)
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if err == nil && added.Package.Signer != certificates.Signer().String() {
				t.Errorf("signer %q", added.Package.Signer)
			}
			for file, before := range c.files {
				if now, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file))); err != nil || string(now) != before {
					t.Errorf("%s, the publisher's own, was changed (%v)", file, err)
				}
			}
			if left, err := filepath.Glob(filepath.Join(w.dir, ".koshin", "signing*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			if err == nil && strings.Contains(name, "leaves") && added.Package.InstalledSize > int64(len(signed))+8 {
				t.Error("what the command left beside the program got into the build")
			}
		})
	}
}

// swaps is a command that puts a file of its own there.
func swaps(t *testing.T, data []byte) func(context.Context, string) error {
	return func(_ context.Context, file string) error {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Error(err)
		}
		return nil
	}
}

// TestSignerStays: once a build was signed, later ones must be, by the same name
// on the same authorities' word, until the publisher says otherwise.
func TestSignerStays(t *testing.T) {
	t.Parallel()
	w, certificates, somebody := newWorld(t), signtest.New(t), signtest.New(t)
	w.product()
	add := func(v, signer string, data []byte) error {
		b := w.build(v)
		b.Signer = signer
		added, err := w.repo.Add(t.Context(), b, folder(t, map[string]string{"a.exe": string(data)}), nil)
		if err == nil && (added.Package.Signer == "") != (signer == release.NoSigner) {
			t.Errorf("%s has signer %q", v, added.Package.Signer)
		}
		return err
	}
	program := signtest.Program([]byte("client"))
	w.must(add("1.0", signtest.Publisher, certificates.Sign(program)))
	if err := add("1.1", "", program); !errors.Is(err, authenticode.ErrUnsigned) {
		t.Errorf("unsigned, after a signed one: %v", err)
	}
	if err := add("1.1", signtest.Publisher, somebody.Sign(program)); !errors.Is(err, authenticode.ErrUntrusted) {
		t.Errorf("the same name by another authority: %v", err)
	}
	w.must(add("1.1", "", certificates.Sign(program)))
	w.must(add("1.2", somebody.Signer().String(), somebody.Sign(program)))
	w.must(add("1.3", release.NoSigner, program))
	w.must(w.repo.Promote(t.Context(), product, version(t, "1.1"), manifest.Stable, 100))
	w.must(w.repo.Verify(t.Context()))
}
