package installer

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
)

// oneFile is a package of a kind that is one file.
func oneFile(t *testing.T, kind manifest.Kind, data []byte) pkg {
	t.Helper()
	file := filepath.Join(t.TempDir(), "package")
	must(t, os.WriteFile(file, data, 0o600))
	v, err := manifest.ParseVersion("2.3.0")
	must(t, err)
	want := promised{int64(len(data)), manifest.Digest(sha256.Sum256(data))}
	return pkg{file, v, want, manifest.Package{OS: runtime.GOOS, Arch: runtime.GOARCH, Kind: kind, Target: "t",
		Size: want.size, SHA256: want.sha256, InstalledSize: want.size}}
}

// TestSignedStage: where a signer is named, nothing is staged whose programs he
// did not sign, whatever kind the package is of, and nothing of it is left.
func TestSignedStage(t *testing.T) {
	certificates, somebody := signtest.New(t), signtest.New(t)
	program := signtest.Program([]byte("client"))
	signed := certificates.Sign(program)
	broken := bytes.Clone(signed)
	broken[0x200] ^= 1
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"signed":                {signed, nil},
		"unsigned":              {program, authenticode.ErrUnsigned},
		"changed":               {broken, authenticode.ErrTampered},
		"by somebody else":      {somebody.Sign(program), authenticode.ErrUntrusted},
		"something else":        {[]byte("#!/bin/sh\nexit 0\n"), authenticode.ErrMalformed},
		"with something behind": {append(bytes.Clone(signed), "behind it"...), authenticode.ErrTampered},
	} {
		for kind, pkg := range map[manifest.Kind]func(*world) pkg{
			manifest.Tree: func(w *world) pkg {
				return w.pack("2.3.0", tree{"VERSION": "2.3.0", "client.exe": string(signed), "lib/plugin.dat": string(c.data)})
			},
			manifest.Exe:   func(*world) pkg { return oneFile(t, manifest.Exe, c.data) },
			manifest.Setup: func(*world) pkg { return oneFile(t, manifest.Setup, c.data) },
		} {
			t.Run(name+"/"+string(kind), func(t *testing.T) {
				want := c.want
				if kind == manifest.Tree && errors.Is(want, authenticode.ErrMalformed) {
					want = nil // a file that is no program
				}
				w := newWorld(t)
				if kind == manifest.Exe {
					w.exe = "client.exe"
				}
				k := pkg(w)
				k.entry.Signer = certificates.Signer().String()
				p := w.open()
				if _, err := p.stageForTest(t.Context(), k); !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
				if want == nil {
					return
				}
				for _, area := range []string{unpacking, staging} {
					if p.disk.exists(p.work(area)) {
						t.Errorf("%s is left", area)
					}
				}
			})
		}
	}
	t.Run("no program in it", func(t *testing.T) {
		w := newWorld(t)
		k := w.pack("2.3.0", tree{"VERSION": "2.3.0"})
		k.entry.Signer = certificates.Signer().String()
		if _, err := w.open().stageForTest(t.Context(), k); !errors.Is(err, authenticode.ErrUnsigned) {
			t.Error(err)
		}
	})
	t.Run("a signer that is none", func(t *testing.T) {
		w := newWorld(t)
		k := w.pack("2.3.0", tree{"client.exe": string(signed)})
		k.entry.Signer = signtest.Publisher
		if _, err := w.open().stageForTest(t.Context(), k); !errors.Is(err, manifest.ErrSigner) {
			t.Error(err)
		}
	})
}

// TestSignedStaged: a build that was staged by an earlier run is held to what the
// manifest says now.
func TestSignedStaged(t *testing.T) {
	certificates := signtest.New(t)
	w := newWorld(t)
	p := w.open()
	program := signtest.Program([]byte("client"))
	for _, data := range [][]byte{program, certificates.Sign(program)} {
		k := w.pack("2.3.0", tree{"client.exe": string(data)})
		_, err := p.stageForTest(t.Context(), k)
		must(t, err)
		var want error
		if len(data) == len(program) {
			want = authenticode.ErrUnsigned
		}
		k.entry.Signer = certificates.Signer().String()
		if _, err := p.Staged(t.Context(), k.entry); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// TestSignedWayBack: the installer that is kept for the way back must be signed,
// too.
func TestSignedWayBack(t *testing.T) {
	certificates := signtest.New(t)
	w := newWorld(t)
	p := w.open()
	must(t, os.MkdirAll(w.place.Dir, 0o755))
	must(t, os.WriteFile(filepath.Join(w.place.Dir, "VERSION"), []byte("2.3.0\n"), 0o644))
	keep := func(data []byte) error {
		k := oneFile(t, manifest.Setup, data)
		k.entry.Signer = certificates.Signer().String()
		return p.keepInstaller(t.Context(), k.file, k.promise, k.entry, k.version, foreignOptions())
	}
	program := signtest.Program([]byte("setup"))
	if err := keep(program); !errors.Is(err, authenticode.ErrUnsigned) {
		t.Errorf("unsigned: %v", err)
	}
	must(t, keep(certificates.Sign(program)))
}
