// Package startmenu has an entry for koshin in the Start menu of everybody who
// works at this PC. It is a shortcut in the folder that Windows keeps for all
// users, where only administrators write.
package startmenu

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ErrEntry is an entry that Windows would not take, or cannot read back.
var ErrEntry = errors.New("start menu entry not possible")

// Entry is one shortcut.
type Entry struct {
	Name        string // as people read it, and the name of the file: アップデートの確認
	Program     string // absolute path
	Args        string // as Windows takes them, one line
	Description string
}

// Install writes the entry into the Start menu of all users. It may be repeated.
// Without administrator rights the error is [io/fs.ErrPermission]; where there is
// no Start menu, [errors.ErrUnsupported].
func (e Entry) Install(ctx context.Context) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("start menu: %w", err)
	}
	return inMenu(ctx, func(dir string) error { return e.write(dir) })
}

// Look reads the entry of this name back: whether it is there, and whether it
// starts the same program with the same arguments.
func (e Entry) Look(ctx context.Context) (there, same bool, err error) {
	err = inMenu(ctx, func(dir string) error {
		var found Entry
		found, there, err = read(dir, e.Name)
		same = there && strings.EqualFold(found.Program, e.Program) && found.Args == e.Args
		return err
	})
	return there, same, err
}

// Remove takes the entry of this name out. One that is not there is no error.
func Remove(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("start menu: %w", err)
	}
	return inMenu(ctx, func(dir string) error { return remove(dir, name) })
}

func inMenu(ctx context.Context, do func(dir string) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	dir, err := programs()
	if err == nil {
		err = do(dir)
	}
	if err != nil {
		return fmt.Errorf("start menu: %w", err)
	}
	return nil
}

// check refuses what a shortcut could not say, or would say otherwise.
func (e Entry) check() error {
	if !filepath.IsAbs(e.Program) {
		return fmt.Errorf("%w: %q is not an absolute path", ErrEntry, e.Program)
	}
	for _, text := range []string{e.Program, e.Args, e.Description} {
		if len(text) > maxText || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
			return fmt.Errorf("%w: %q", ErrEntry, text)
		}
	}
	return checkName(e.Name)
}

// maxText is shorter than what Windows cuts a shortcut's texts off at, MAX_PATH.
const maxText = 250

// checkName refuses a name that would be a path, or none.
func checkName(name string) error {
	if name == "" || len(name) > 100 || strings.ContainsAny(name, `\/:*?"<>|`) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return fmt.Errorf("%w: name %q", ErrEntry, name)
	}
	return nil
}
