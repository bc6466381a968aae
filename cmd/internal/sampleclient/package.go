package sampleclient

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Program is the file name of the client in its folder on this system.
func Program() string {
	if runtime.GOOS == "windows" {
		return Name + ".exe"
	}
	return Name
}

// WritePackage writes one build of the client into dir, for publishing: the
// running executable under the client's name, VERSION, settings.ini with
// max_tls (1.0, 1.1, 1.2 or 1.3; anything else makes a build that does not
// start) and a text in docs/. The running program must call [Main] when
// [Requested].
func WritePackage(dir, version, maxTLS string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	return WritePackageFrom(exe, dir, version, maxTLS)
}

// WritePackageFrom is [WritePackage] with the given executable as the client.
func WritePackageFrom(exe, dir, version, maxTLS string) error {
	if err := os.MkdirAll(filepath.Join(dir, "docs"), 0o755); err != nil {
		return err
	}
	texts := map[string]string{
		"VERSION":         version + "\n",
		"settings.ini":    "; highest TLS version this build speaks\nmax_tls = " + maxTLS + "\n",
		"docs/readme.txt": "sample-client " + version + "\n",
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write sample client %s: %w", version, err)
		}
	}
	if err := copyProgram(exe, filepath.Join(dir, Program())); err != nil {
		return fmt.Errorf("write sample client %s: %w", version, err)
	}
	return nil
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
