//go:build !linux && !windows

package installer

import (
	"context"
	"errors"
	"os"
	"os/exec"
)

func holders(ctx context.Context, path string) ([]Process, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lsof, err := exec.LookPath("lsof")
	if err != nil {
		return nil, errors.ErrUnsupported
	}
	return askLsof(ctx, lsof, path, info.IsDir())
}
