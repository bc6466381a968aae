package installer

import (
	"context"
	"errors"
	"io"
	"os"
)

// A transaction sets some bytes aside on both volumes and frees them before it
// is undone, so that a full disk cannot stop the way back: that needs two
// journal lines and a few names in folders.
const (
	reserveName = "reserve"
	reserveSize = 256 << 10
)

func (p *Product) reserve(ctx context.Context) error {
	zeros := func(w io.Writer) error {
		_, err := w.Write(make([]byte, reserveSize))
		return err
	}
	if err := p.saveFile(ctx, reserveName, zeros); err != nil {
		return err
	}
	file, err := p.disk.root.OpenFile(p.work(reserveName), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return explain(err)
	}
	err = zeros(file)
	return explain(errors.Join(err, file.Sync(), file.Close()))
}

func (p *Product) release(ctx context.Context) error {
	return errors.Join(p.disk.remove(ctx, p.work(reserveName)), p.removeState(ctx, reserveName))
}
