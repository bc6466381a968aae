package audit

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// place is where the next line goes and what it follows.
type place struct {
	seq    int64  // of the last line
	hash   string // that the last line has, or should have
	offset int64
	open   bool  // what stands before the offset has no newline
	broken error // the trail does not end as it was left
}

func (p place) put(file *os.File, line []byte) error {
	if p.open {
		line = append([]byte("\n"), line...)
	}
	if err := file.Truncate(p.offset); err != nil { // drops a line that was never finished
		return err
	}
	if _, err := file.WriteAt(append(line, '\n'), p.offset); err != nil {
		return err
	}
	return file.Sync()
}

// place reads only the end of the file. Bytes that koshin cannot have left there
// are kept, as evidence.
func (t Trail) place(file *os.File) (place, error) {
	h, _, err := t.readHead()
	if err != nil {
		return place{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return place{}, err
	}
	tail, err := readTail(file, info.Size())
	if err != nil {
		return place{}, err
	}
	stop := bytes.LastIndexByte(tail, '\n') + 1
	rest := len(tail) - stop
	var last []byte
	p := place{offset: info.Size() - int64(rest)}
	if stop > 0 {
		last = tail[bytes.LastIndexByte(tail[:stop-1], '\n')+1 : stop-1]
		p.hash = digest(last)
		record, err := parse(last)
		if p.broken = err; err != nil {
			record.Seq = 0
		}
		p.seq = record.Seq
	}
	lines := min(int64(stop), 1) // whether there is any counts, not how many
	if err := h.fits(lines, p.hash, rest > 0); err != nil || rest > maxLine {
		p.broken = errors.Join(p.broken, err, tooLong(rest))
	}
	if p.broken == nil {
		return p, nil
	}
	p.hash, p.offset, p.open = h.promised(), info.Size(), rest > 0
	if p.seq == 0 || p.open {
		p.seq, err = countLines(file, info.Size())
	}
	return p, err
}

func tooLong(rest int) error {
	if rest > maxLine {
		return errTooLong
	}
	return nil
}

// readTail reads so much of the end that a whole line must be in it, and
// another that was never finished.
func readTail(file *os.File, size int64) ([]byte, error) {
	start := max(0, size-2*(maxLine+1))
	tail := make([]byte, size-start)
	if _, err := file.ReadAt(tail, start); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return tail, nil
}

// countLines counts a last line without a newline too.
func countLines(file *os.File, size int64) (int64, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	all := newLines(file, size, nil)
	for count := int64(0); ; count++ {
		switch _, err := all.next(); {
		case err == nil, errors.Is(err, errTooLong):
		case errors.Is(err, errUnfinished):
			return count + 1, nil
		case errors.Is(err, io.EOF):
			return count, nil
		default:
			return count, err
		}
	}
}
