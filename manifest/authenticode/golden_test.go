package authenticode_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
)

var update = flag.Bool("update", false, "sign the files of testdata anew, with certificates that nobody keeps")

// TestKept: files that were signed once are still taken, on systems without
// osslsigncode, too, and after their certificates have expired.
func TestKept(t *testing.T) {
	if *update {
		w := signtest.New(t)
		for name, data := range map[string][]byte{
			"signed.exe.bin": w.Sign(signtest.Program([]byte("kept"))), "signed.msi.bin": w.Sign(signtest.Installer(t, []byte("kept")), "-add-msi-dse"), "signer.txt": []byte(w.Signer().String() + "\n"),
		} {
			if err := os.WriteFile(filepath.Join("testdata", name), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, err := os.ReadFile(filepath.Join("testdata", "signer.txt"))
	if err != nil {
		t.Fatal(err)
	}
	by, err := manifest.ParseSigner(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"signed.exe.bin", "signed.msi.bin"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verify(t, data, by); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		changed := edit(data, func(b []byte) { b[0x200] ^= 1 })
		if _, err := verify(t, changed, by); !authenticode.IsRefusal(err) || errors.Is(err, authenticode.ErrUnsigned) {
			t.Errorf("%s, changed: %v", name, err)
		}
	}
}
