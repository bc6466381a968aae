package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// fullDisk fills the PC's volume before a call and leaves it full until koshin
// has ended, so that what koshin frees on its way back is really free. On a volume
// with small blocks nearly every file and every folder that grows needs another.
func fullDisk() way {
	const fs = "ext4, small blocks"
	images := &images{fs: fs, volumes: oneVolume[:], made: map[*pc]string{}}
	return way{name: "disk full from every call on", unable: func() string { return needsRoot("mkfs.ext4") }, cases: cases(growsDisk), stride: 3, stop: images.fillAtCall}
}

func (i *images) fillAtCall(ctx context.Context, r *run) error {
	s, at := r.locate(growsDisk)
	r.note = fmt.Sprintf("%s; call %d: %s", s.name, at, s.calls[at])
	if err := i.attach(ctx, r, s); err != nil {
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
	// Somebody else's installer needs room for the way back that koshin cannot set
	// aside: there recover finishes it when there is room again.
	if open, err := r.undecided(); err != nil || (open && r.plan.pc != pcSetup) {
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

// fill takes every block, and then what is left of the last one.
func fill(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	var end int64
	for size := int64(64 << 20); size > 0; size /= 2 {
		for err = nil; err == nil; end += size {
			err = unix.Fallocate(int(file.Fd()), 0, end, size)
		}
		if end -= size; !errors.Is(err, unix.ENOSPC) {
			return os.NewSyscallError("fallocate", err)
		}
	}
	return nil
}
