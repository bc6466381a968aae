package audit

import (
	"bufio"
	"errors"
	"fmt"
	"hash"
	"io"
)

// lines reads line by line with the memory of one.
type lines struct {
	r     *bufio.Reader
	sum   hash.Hash // nil, or of everything read so far
	above []byte    // what sum was before the last line that was read
}

// What a line can be beside one that is whole.
var (
	errTooLong    = fmt.Errorf("%w: it is longer than 1 MiB", ErrUnreadable)
	errUnfinished = errors.New("no newline at the end")
)

// newLines reads at most size bytes; sum may be nil.
func newLines(r io.Reader, size int64, sum hash.Hash) *lines {
	return &lines{r: bufio.NewReaderSize(io.LimitReader(r, size), int(min(size, maxLine)+1)), sum: sum}
}

// next is one line without its newline, valid until the next call. After
// errTooLong the lines go on; errUnfinished and io.EOF are the end.
func (l *lines) next() ([]byte, error) {
	var before []byte
	if l.sum != nil {
		before = l.sum.Sum(nil)
	}
	line, err := l.slice()
	if len(line) > 0 {
		l.above = before
	}
	switch {
	case err == nil:
		return line[:len(line)-1], nil
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, l.skip()
	case errors.Is(err, io.EOF) && len(line) > 0:
		return line, errUnfinished
	}
	return nil, err
}

// skip reads on to the end of a line that is too long.
func (l *lines) skip() error {
	for {
		_, err := l.slice()
		switch {
		case err == nil:
			return errTooLong
		case errors.Is(err, io.EOF):
			return errUnfinished
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

func (l *lines) slice() ([]byte, error) {
	part, err := l.r.ReadSlice('\n')
	if l.sum != nil {
		l.sum.Write(part) // never fails
	}
	return part, err
}
