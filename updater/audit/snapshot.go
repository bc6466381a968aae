package audit

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// snapshot is the trail at one moment, though another process adds to it.
type snapshot struct {
	file *os.File // nil: there is none
	size int64
	head head
}

// snapshot reads the head before and after it asks for the size: a line is only
// written while the head names two.
func (t Trail) snapshot() (snapshot, error) {
	file, h, err := t.open()
	if err != nil || file == nil {
		return snapshot{head: h}, err
	}
	for {
		_, before, err := t.readHead()
		if err != nil {
			return snapshot{}, errors.Join(err, file.Close())
		}
		info, err := file.Stat()
		if err != nil {
			return snapshot{}, errors.Join(err, file.Close())
		}
		h, after, err := t.readHead()
		if err != nil {
			return snapshot{}, errors.Join(err, file.Close())
		}
		if before == after {
			return snapshot{file: file, size: info.Size(), head: h}, nil
		}
	}
}

// open gives the file, or none and the head that is there without it. The file
// is made before the head, so that one look behind the head is enough.
func (t Trail) open() (*os.File, head, error) {
	file, err := os.Open(t.file())
	if !errors.Is(err, fs.ErrNotExist) {
		return file, nil, err
	}
	h, _, err := t.readHead()
	if err != nil || h == nil {
		return nil, h, err
	}
	file, err = os.Open(t.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, h, nil
	}
	return file, nil, err
}

func (s snapshot) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

func (s snapshot) walk(since *Mark, visit func(Record)) (c *chain, unfinished bool, err error) {
	c = newChain(since, visit)
	if s.file == nil {
		err := c.end(s.head, false)
		if s.head != nil && err != nil {
			err = errors.Join(ErrNoTrail, missing(c))
		}
		return c, false, err
	}
	unfinished, err = c.addAll(newLines(io.NewSectionReader(s.file, 0, s.size), s.size, nil))
	if err != nil {
		return c, unfinished, err
	}
	return c, unfinished, c.end(s.head, unfinished)
}

// missing is what a trail that is gone cannot contain.
func missing(c *chain) error {
	if !c.met {
		return ErrRewritten
	}
	return nil
}
