package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/koshin-updater/koshin/release"
)

// passphraseVariable holds the passphrase for scripts.
const passphraseVariable = "KOSHIN_PASSPHRASE"

// keys is the key folder; twice asks for a new passphrase a second time.
func (a *app) keys(twice bool) (*release.Keys, error) {
	if a.keysDir == "" {
		return nil, usagef("--keys is missing: this command signs, so it needs the key folder")
	}
	return &release.Keys{
		Dir:         a.keysDir,
		Passphrase:  func() ([]byte, error) { return a.passphrase(twice) },
		Unprotected: func(path string) { a.plainKeys = append(a.plainKeys, filepath.Base(path)) },
	}, nil
}

func (a *app) passphrase(twice bool) ([]byte, error) {
	if value, ok := os.LookupEnv(passphraseVariable); ok {
		return []byte(value), nil
	}
	in, isFile := a.In.(*os.File)
	if !isFile || !a.CanAsk {
		return nil, fmt.Errorf("no terminal to ask on, and %s is not set", passphraseVariable)
	}
	prompt := "Passphrase of the keys in " + a.keysDir
	first, err := a.readSecret(in, prompt)
	if err != nil || !twice {
		return first, err
	}
	second, err := a.readSecret(in, "The same again")
	if err == nil && !bytes.Equal(first, second) {
		err = errors.New("the two passphrases differ")
	}
	return first, err
}

func (a *app) readSecret(in *os.File, prompt string) ([]byte, error) {
	fmt.Fprintf(a.Err, "%s: ", prompt)
	defer fmt.Fprintln(a.Err)
	return term.ReadPassword(int(in.Fd()))
}

// warnPlainKeys says at every use that keys lie open.
func (a *app) warnPlainKeys() {
	if len(a.plainKeys) == 0 {
		return
	}
	slices.Sort(a.plainKeys)
	names := strings.Join(slices.Compact(a.plainKeys), ", ")
	fmt.Fprintf(a.Err, "koshin-release: warning: keys without passphrase in %s: %s; whoever copies them can publish in your name\n", a.keysDir, names)
}
