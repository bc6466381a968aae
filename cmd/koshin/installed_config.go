package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/cmd/internal/setup"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater/config"
)

// maxConfig bounds a koshin.toml. A real one takes 1 KiB.
const maxConfig = 1 << 20

// offeredConfig is the configuration that the installer was given, copied with what it
// names to where only administrators write. There it is judged, so that nobody can
// exchange it between the look and the use.
type offeredConfig struct {
	dir      string
	stateDir string
	files    []string // names in dir; the configuration is the last
}

// offeredConfig copies and judges. Nothing outside the installer's own folder changes.
func (i *installing) offeredConfig() (o *offeredConfig, err error) {
	o = &offeredConfig{dir: filepath.Join(i.aside, "config")}
	defer func() {
		if err != nil {
			o.drop()
		}
	}()
	if err := os.RemoveAll(o.dir); err != nil {
		return o, err
	}
	if err := os.Mkdir(o.dir, 0o755); err != nil {
		return o, err
	}
	const name = "koshin.toml"
	if err := o.take(i.request.Config, name, maxConfig); err != nil {
		return o, err
	}
	c, err := config.Load(filepath.Join(o.dir, name))
	if err != nil {
		return o, err
	}
	o.files, o.stateDir = nil, c.StateDir
	if err := o.beside(i.request.Config, c.Source.Anchor, i.request.Anchor); err != nil {
		return o, err
	}
	if c.Source.CAFile != "" {
		if err := o.beside(i.request.Config, c.Source.CAFile, i.request.CAFile); err != nil {
			return o, err
		}
	}
	o.files = append(o.files, name)
	anchor, err := readAnchor(c.Source.Anchor)
	if err == nil {
		_, err = trust.Open(trust.Options{Anchor: anchor, BuildTime: built(), Log: i.log})
	}
	return o, err
}

// beside takes in a file that the configuration names, as it does: in its own folder,
// or by a whole path, where it stays.
func (o *offeredConfig) beside(original, named, given string) error {
	switch {
	case filepath.Dir(named) != o.dir && given != "":
		return fmt.Errorf("%w: the configuration says that %s is used", setup.ErrSwitch, named)
	case filepath.Dir(named) != o.dir:
		return nil
	case given == "":
		given = filepath.Join(filepath.Dir(original), filepath.Base(named))
	}
	return o.take(given, filepath.Base(named), maxConfig)
}

func (o *offeredConfig) take(from, name string, limit int64) error {
	data, err := readLimited(from, limit)
	if err != nil {
		return fmt.Errorf("%w: %w", setup.ErrSwitch, err)
	}
	o.files = append(o.files, name)
	return writeNew(filepath.Join(o.dir, name), data)
}

// place puts the files where koshin looks for them, the configuration last: without it
// nothing else counts.
func (o *offeredConfig) place(file string) error {
	if err := makeFolders(filepath.Dir(file), o.stateOf(file)); err != nil {
		return err
	}
	for _, name := range o.files {
		data, err := readLimited(filepath.Join(o.dir, name), maxConfig)
		if err != nil {
			return err
		}
		if err := writeSame(filepath.Join(filepath.Dir(file), name), data); err != nil {
			return err
		}
	}
	return nil
}

// stateOf is the state folder once the configuration lies where it will: one that is
// named relative to the file moves with it.
func (o *offeredConfig) stateOf(file string) string {
	if relative, err := filepath.Rel(o.dir, o.stateDir); err == nil && filepath.IsLocal(relative) {
		return filepath.Join(filepath.Dir(file), relative)
	}
	return o.stateDir
}

func (o *offeredConfig) drop() { _ = os.RemoveAll(o.dir) } // the next run does it again

// writeSame writes a file that must not be there yet, or be this very one: so what was
// cut can be completed.
func writeSame(file string, data []byte) error {
	have, err := readLimited(file, int64(len(data)))
	if err == nil && bytes.Equal(have, data) {
		return nil
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(usageError{fmt.Errorf("%s exists already; move it away to enrol again", file)}, err)
	}
	return writeNew(file, data)
}
