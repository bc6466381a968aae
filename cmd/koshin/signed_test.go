package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
)

// TestSigned tells of clients whose publisher signs them, with really signed
// programs:
//
//	signed.exe   by the publisher; $SIGNER is how a manifest requires that
//	plain.exe    the same, before
//	broken.exe   changed since
//	somebody.exe by somebody else, whose certificate has the publisher's name
func TestSigned(t *testing.T) {
	publisher, somebody := signtest.New(t), signtest.New(t)
	program := signtest.Program([]byte("a part of the client"))
	files := map[string][]byte{"plain.exe": program, "signed.exe": publisher.Sign(program), "broken.exe": publisher.Sign(program), "somebody.exe": somebody.Sign(program)}
	files["broken.exe"][0x200] ^= 1
	w := newWorld(t)
	params := w.params(filepath.Join("testdata", "signed"))
	params.Setup = func(env *testscript.Env) error {
		err := w.setUp(env)
		env.Setenv("SIGNER", `"`+publisher.Signer().String()+`"`)
		for name, data := range files {
			err = errors.Join(err, os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o600))
		}
		return err
	}
	testscript.Run(t, params)
}
