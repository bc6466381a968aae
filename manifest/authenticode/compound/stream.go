package compound

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
)

// maxMini is what all streams below 4 KiB can need together, in bytes.
const maxMini = maxEntries * miniLimit

// readMini finds the small sectors, in which streams below 4 KiB are.
func (f *File) readMini(start uint32) error {
	var err error
	if f.miniFAT, err = f.optionalChain(start, maxMini/miniSize*4/f.sectorSize); err != nil {
		return err
	}
	if f.Root.Size == 0 {
		return nil
	}
	if f.mini, err = f.chain(f.Root.start, maxMini/f.sectorSize); err != nil {
		return err
	}
	if f.Root.Size > int64(len(f.mini))*f.sectorSize {
		return fmt.Errorf("%w: small sectors for %d bytes in %d sectors", ErrMalformed, f.Root.Size, len(f.mini))
	}
	f.miniUsed = newBitmap(f.Root.Size/miniSize + 1)
	return nil
}

// optionalChain is chain, where there may be none.
func (f *File) optionalChain(start uint32, limit int64) ([]uint32, error) {
	if start == free {
		return nil, nil
	}
	return f.chain(start, limit)
}

// account follows the chain of every stream once, so that each sector has one
// owner.
func (f *File) account(storage *Entry) error {
	for _, e := range storage.Children {
		var err error
		if e.IsStorage() {
			err = f.account(e)
		} else {
			err = f.walk(e, func(n uint32, mini bool) error {
				if !mini {
					return f.take(n)
				}
				if !f.miniUsed.set(n) {
					return fmt.Errorf("%w: small sector %d is used twice", ErrMalformed, n)
				}
				return nil
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// walk visits the sectors of a stream in order: as many as its size needs, and
// then the chain must end.
func (f *File) walk(e *Entry, visit func(n uint32, mini bool) error) error {
	unit, mini, next := f.sectorSize, false, f.next
	if e.Size < miniLimit {
		unit, mini, next = miniSize, true, f.nextMini
	}
	n, left := e.start, e.Size
	for ; left > 0; left -= unit {
		if mini && int64(n) >= (f.Root.Size+miniSize-1)/miniSize || n >= maxSector {
			return fmt.Errorf("%w: stream %q ends %d bytes early", ErrMalformed, e.Name(), left)
		}
		if err := visit(n, mini); err != nil {
			return err
		}
		var err error
		if n, err = next(n); err != nil {
			return err
		}
	}
	if n != endOfChain && e.Size > 0 {
		return fmt.Errorf("%w: stream %q goes on behind its end", ErrMalformed, e.Name())
	}
	return nil
}

// nextMini is the small sector after n in its chain.
func (f *File) nextMini(n uint32) (uint32, error) {
	per := uint32(f.sectorSize / 4)
	if int(n/per) >= len(f.miniFAT) {
		return 0, fmt.Errorf("%w: small sector %d is in no table", ErrMalformed, n)
	}
	b, err := f.sector(f.miniFAT[n/per])
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b[n%per*4:]), nil
}

// Copy writes a stream's content to w.
func (f *File) Copy(ctx context.Context, w io.Writer, e *Entry) error {
	left, buffer := e.Size, make([]byte, f.sectorSize)
	return f.walk(e, func(n uint32, mini bool) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		at, unit := (int64(n)+1)*f.sectorSize, f.sectorSize
		if mini {
			unit = miniSize
			place := int64(n) * miniSize
			at = (int64(f.mini[place/f.sectorSize])+1)*f.sectorSize + place%f.sectorSize
		}
		part := buffer[:min(unit, left)]
		left -= int64(len(part))
		if m, err := f.r.ReadAt(part, at); m < len(part) {
			return fmt.Errorf("%w: stream %q is cut off: %w", ErrMalformed, e.Name(), err)
		}
		_, err := w.Write(part)
		return err
	})
}
