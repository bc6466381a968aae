package process

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer/protect"
)

// ErrUnsafe is a program that ordinary users could have changed, where this
// process has the rights of the whole system and nobody else can run it.
var ErrUnsafe = errors.New("program could have been changed by other users")

// ErrNoOperator is that a program cannot be run as the operator: nobody is signed
// in, or not in a way that this process could use.
var ErrNoOperator = errors.New("no operator to run it as")

// Careful runs programs as this process where only those could have put them
// there who may change the whole system anyway. Any other is run by asOperator,
// with the rights of whoever works at this PC; where that is nil, or has
// [ErrNoOperator], it is refused with [ErrUnsafe]. Without special rights of its
// own this process runs everything: then there is nothing to gain.
func Careful(elevated func() bool, asOperator RunFunc) RunFunc {
	return func(ctx context.Context, s Short) (Answer, error) {
		if !elevated() {
			return Run(ctx, s)
		}
		err := guarded(s)
		switch {
		case err == nil:
			return Run(ctx, s)
		case asOperator == nil:
			return Answer{ExitCode: -1}, fmt.Errorf("%w: %w", ErrUnsafe, err)
		}
		answer, failed := asOperator(ctx, s)
		if errors.Is(failed, ErrNoOperator) {
			failed = fmt.Errorf("%w: %w: %w", ErrUnsafe, err, failed)
		}
		return answer, failed
	}
}

// guarded refuses a program that an ordinary user could have put there: itself and
// every folder from the one it is started in down to it, out of which it may load
// more.
func guarded(s Short) error {
	if err := protect.File(s.Path, false); err != nil {
		return err
	}
	for dir := filepath.Dir(s.Path); ; dir = filepath.Dir(dir) {
		if err := protect.Folder(dir); err != nil {
			return err
		}
		if dir == filepath.Clean(s.Dir) || dir == filepath.Dir(dir) {
			return nil
		}
	}
}
