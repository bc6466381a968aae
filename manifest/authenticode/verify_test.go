package authenticode_test

import (
	"bytes"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
)

func verify(t *testing.T, data []byte, by manifest.Signer) (*authenticode.Signature, error) {
	t.Helper()
	return authenticode.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), by)
}

func TestSigned(t *testing.T) {
	w := signtest.New(t)
	program := signtest.Program(bytes.Repeat([]byte("a program "), 1000))
	msi := signtest.Installer(t, bytes.Repeat([]byte("a file "), 100000))
	for name, data := range map[string][]byte{
		"program":                         w.Sign(program),
		"program, page hashes":            w.Sign(program, "-ph"),
		"program, SHA-384":                w.Sign(program, "-h", "sha384"),
		"program, not a multiple of 8":    w.Sign(program[:len(program)-3]),
		"installer":                       w.Sign(msi),
		"installer, names covered":        w.Sign(msi, "-add-msi-dse"),
		"installer, with a small content": w.Sign(signtest.Installer(t, []byte("x")), "-add-msi-dse"),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := verify(t, data, w.Signer())
			if err != nil {
				t.Fatal(err)
			}
			if s.Signer != w.Signer() {
				t.Errorf("it would be pinned as\n%s\nnot\n%s", s.Signer, w.Signer())
			}
			if ok, said := w.Verify(data); !ok {
				t.Errorf("osslsigncode does not agree:\n%s", said)
			}
		})
	}
}
