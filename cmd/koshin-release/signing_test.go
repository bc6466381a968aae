package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
)

// TestSigning tells of a publisher who signs his programs, with osslsigncode as
// his signing tool:
//
//	sign.sh FILE             signs with the certificate $CHAIN and the key file $SIGNING_KEY, as a publisher's script would
//	$STAMPS                  an authority for time stamps on loopback
//	program.exe, client.msi  not signed yet
func TestSigning(t *testing.T) {
	t.Parallel()
	w, somebody := signtest.New(t), signtest.New(t)
	files := map[string][]byte{
		"program.exe": signtest.Program([]byte("client")), "library.dll": signtest.Program([]byte("library")),
		"client.msi": signtest.Installer(t, []byte("client")),
	}
	files["signed.exe"] = w.Sign(files["program.exe"])
	testscript.Run(t, testscript.Params{
		Dir:  filepath.Join("testdata", "signing"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			var err error
			for name, data := range files {
				err = errors.Join(err, os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o600))
			}
			env.Setenv("CHAIN", w.Publisher.Chain)
			env.Setenv("SIGNING_KEY", w.Publisher.KeyFile)
			env.Setenv("OTHER_CHAIN", somebody.Publisher.Chain)
			env.Setenv("OTHER_KEY", somebody.Publisher.KeyFile)
			env.Setenv("STAMPS", w.Stamps(w.Stamper))
			env.Setenv("SIGNER", w.Signer().String())
			return err
		},
	})
}
