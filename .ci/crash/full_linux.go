package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// fullDisk fills the PC's volume before a call and leaves it full until koshin
// has ended, so that what koshin frees on its way back is really free.
func fullDisk() way {
	return way{name: "disk full from every call on", unable: func() string { return needsRoot() }, cases: cases(growsDisk), stride: 3, stop: fillAtCall}
}

// volumeSize is more than any plan needs.
const volumeSize = "160m"

func fillAtCall(ctx context.Context, r *run) error {
	s, at := r.locate(growsDisk)
	r.note = fmt.Sprintf("%s; call %d: %s", s.name, at, s.calls[at])
	r.pc = &pc{r.world, r.file("runs", fmt.Sprintf("%06d", r.serial.Add(1)))}
	if err := os.Mkdir(r.pc.dir, 0o755); err != nil {
		return err
	}
	if err := command(ctx, "mount", "-t", "tmpfs", "-o", "size="+volumeSize, "tmpfs", r.pc.dir); err != nil {
		return err
	}
	r.cleanUp = append(r.cleanUp, func() error { return unmount(ctx, r.pc.dir) })
	if _, err := s.pc.copyTo(r.pc.dir); err != nil {
		return err
	}
	count := -1
	var filling error
	ended, err := guarded(ctx, r.pc.command(ctx, r.args()...), r.pc.dir, func(call) reply {
		if count++; count == at {
			r.stopped = true
			filling = fill(r.pc.file("filler"))
		}
		return reply{}
	})
	if err := errors.Join(err, filling); err != nil {
		return err
	}
	if err := r.endedByItself(ended); err != nil {
		return err
	}
	if open, err := r.undecided(); err != nil || open {
		r.note += "; the way back did not end on the full disk"
		r.failed = isStuck
		return err
	}
	return os.Remove(r.pc.file("filler"))
}

// undecided says whether a transaction is still open that was not committed:
// koshin sets room aside for the whole way back.
func (r *run) undecided() (bool, error) {
	journals, err := filepath.Glob(r.pc.file("state", "products", "*", "journal"))
	if err != nil || len(journals) == 0 {
		return false, err
	}
	text, err := os.ReadFile(journals[0])
	return !bytes.Contains(text, []byte(`"committed"`)), err
}

// fill writes until nothing more fits.
func fill(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = file.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
	}
	return file.Close()
}
