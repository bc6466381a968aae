package main

import (
	"context"
	"errors"
	"fmt"

	"os"
	"path/filepath"
	"syscall"
)

// writeBuild writes a build of the sample client, which reads from its settings
// which TLS it speaks; a build with unknown settings does not start.
func (w *world) writeBuild(version, maxTLS string) error {
	dir := w.path("builds", version)
	program, err := os.ReadFile(w.program(client))
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, client), program, 0o755),
		os.WriteFile(filepath.Join(dir, "VERSION"), []byte(version+"\n"), 0o644),
		os.WriteFile(filepath.Join(dir, "settings.ini"), []byte("max_tls = "+maxTLS+"\n"), 0o644))
}

// rehearsed is the variable with the name of a pipe. Where there is one, a build
// waits at it in its rehearsal, which comes after the baseline and before the swap:
// whatever happens in the middle of an update happens then.
const rehearsed = "NETFAULTS_REHEARSED"

const halt = `#!/bin/sh
[ "$1" != --version ] || [ ! -p "$` + rehearsed + `" ] || read -r _ <"$` + rehearsed + `"
`

// haltRehearsal makes a build wait, and then do what it always does.
func (w *world) haltRehearsal(version string) error {
	program := w.path("builds", version, client)
	return errors.Join(os.Rename(program, filepath.Join(filepath.Dir(program), "program")),
		os.WriteFile(program, []byte(halt+`exec "$(dirname "$0")/program" "$@"`), 0o755))
}

// breakConnectionTest makes a build that starts, says its version, and then dies
// of a fault of its own.
func (w *world) breakConnectionTest(version string) error {
	const dies = `[ "$1" != --version ] || exec cat "$(dirname "$0")/VERSION"
kill -SEGV $$
`
	program := w.path("builds", version, client)
	return errors.Join(os.Remove(program), os.WriteFile(program, []byte(halt+dies), 0o755))
}

// atRehearsal has something done while the next build is rehearsed. It must be
// stopped afterwards, and says then whether that came to pass.
func (s *stage) atRehearsal(do func()) (stop func() error, err error) {
	pipe := s.file("rehearsed")
	s.env = []string{rehearsed + "=" + pipe}
	if do == nil {
		return func() error { return nil }, nil
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	go func() {
		f, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits for a reader
		if err == nil && ctx.Err() == nil {
			do()
			_, err = f.WriteString("\n")
		} else if err == nil {
			err = errors.New("no build was rehearsed")
		}
		if f != nil {
			err = errors.Join(err, f.Close())
		}
		ended <- err
	}()
	return func() error {
		cancel()
		reader, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0) // for whoever still waits
		if err != nil {
			return err
		}
		defer reader.Close()
		return errors.Join(<-ended, os.Remove(pipe))
	}, nil
}
