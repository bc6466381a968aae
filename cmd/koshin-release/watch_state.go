package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/watch"
)

// readState reads what an earlier look left. A file that is not there is the first.
func readState(file, address string) (*watch.State, error) {
	if file == "" {
		return nil, nil
	}
	data, err := readAtMost(file, watch.MaxState)
	if errors.Is(err, fs.ErrNotExist) {
		return watch.NewState(address), nil
	}
	if err != nil {
		return nil, err
	}
	state, err := watch.ParseState(data, address)
	if err != nil {
		return nil, fmt.Errorf("--state %s: %w", file, err)
	}
	return state, nil
}

// writeState replaces the file as a whole: a monitor may be stopped at any time.
func writeState(file string, state *watch.State) error {
	if state == nil || state.Anchor == nil {
		return nil // nothing was accepted yet
	}
	data, err := state.Encode()
	if err != nil {
		return fmt.Errorf("--state %s: %w", file, err)
	}
	next, err := os.CreateTemp(filepath.Dir(file), ".koshin-watch-*")
	if err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	_, err = next.Write(data)
	if err = errors.Join(err, next.Close()); err == nil {
		err = os.Rename(next.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("--state: %w", errors.Join(err, os.Remove(next.Name())))
	}
	return nil
}

// readAtMost reads a whole small file.
func readAtMost(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s: %w: more than %d bytes", file, manifest.ErrTooLarge, limit)
	}
	return data, err
}
