package busy

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// name of the one file in the folder.
const name = "lease"

// Folder is where the lease of a PC lies, beside its state folder and not in it:
// in that one nobody may write but koshin and administrators.
func Folder(stateDir string) string { return filepath.Clean(stateDir) + "-busy" }

// File is the lease's file, for a client that writes it by itself.
func File(stateDir string) string { return filepath.Join(Folder(stateDir), name) }

// Make makes the folder for everybody to write in. One that is there already is
// left as it is: whoever owns it can say "not now", and no more.
func Make(stateDir string) error {
	dir := Folder(stateDir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("folder of the lease: %w", err)
	}
	return nil
}

// Read is the lease that lies there; none is the zero Lease. [ErrRefused]:
// something else lies there.
func Read(stateDir string) (Lease, error) {
	dir := Folder(stateDir)
	is, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Lease{}, nil
	}
	if err != nil || !is.IsDir() {
		return Lease{}, errors.Join(ErrRefused, err)
	}
	f, err := open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return Lease{}, nil
	}
	if err != nil {
		return Lease{}, errors.Join(ErrRefused, err)
	}
	defer f.Close()
	if is, err := f.Stat(); err != nil || !is.Mode().IsRegular() { // what was opened, not what bore the name
		return Lease{}, errors.Join(fmt.Errorf("%w: no plain file", ErrRefused), err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err != nil {
		return Lease{}, errors.Join(ErrRefused, err)
	}
	return Parse(string(text))
}

// Write puts a lease in the place of any other. The folder is everybody's, so
// it is written beside and renamed: nothing that lies there is written through,
// whoever this is.
func Write(stateDir string, l Lease) error {
	if err := Make(stateDir); err != nil {
		return err
	}
	root, err := openFolder(stateDir)
	if err != nil {
		return err
	}
	defer root.Close()
	fresh := name + "." + rand.Text()
	f, err := root.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the lease: %w", err)
	}
	_, err = f.WriteString(l.String())
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(fresh, name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the lease: %w", err), root.Remove(fresh))
	}
	return nil
}

// Clear takes the lease away, or whatever file lies in its place.
func Clear(stateDir string) error {
	root, err := openFolder(stateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear the lease: %w", err)
	}
	return nil
}

// openFolder opens the folder itself, never what a link in its place leads to.
func openFolder(stateDir string) (*os.Root, error) {
	dir := Folder(stateDir)
	named, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	is, err := root.Stat(".")
	if err != nil || !named.IsDir() || !os.SameFile(named, is) {
		return nil, errors.Join(fmt.Errorf("%w: %s is no plain folder", ErrRefused, dir), err, root.Close())
	}
	return root, nil
}
