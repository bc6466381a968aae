package request

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// ErrGone is a run that has ended without a result: it was killed, or the PC
// went down.
var ErrGone = errors.New("run ended without a result")

const (
	// MaxEvent bounds a line of the events that is passed on, in bytes. One with
	// the longest message takes a tenth of it.
	MaxEvent = 16 << 10
	// maxResult bounds a result. The proofs of 16 hosts take some 20 KiB a product.
	maxResult = 4 << 20

	look  = 200 * time.Millisecond // between two looks
	grace = 5                      // looks in a row that find nobody alive
)

// Follow passes on the events of a run as they happen, one line each and without
// its end, and returns the run's result. alive says whether the run is still
// there ([Listens], or whether a child has not ended); one that is not, and has
// left no result, is [ErrGone].
func Follow(ctx context.Context, stateDir string, run RunID, alive func() (bool, error), take func(line []byte)) ([]byte, error) {
	events := &tail{name: run.Events(stateDir)}
	defer events.close()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for gone := 0; ; {
		there, unknown := alive() // before the files: a run writes its result and then leaves
		result, err := readResult(run.Result(stateDir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("result of the run: %w", err)
		}
		if lost := events.pass(take); lost != nil {
			return nil, fmt.Errorf("events of the run: %w", lost)
		}
		if err == nil {
			return result, nil
		}
		if gone++; there || unknown != nil {
			gone = 0
		}
		if gone >= grace {
			return nil, ErrGone
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func readResult(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxResult+1))
	if err == nil && len(data) > maxResult {
		err = fmt.Errorf("%w: %s is too long", ErrMessage, name)
	}
	return data, err
}

// tail reads a file that grows.
type tail struct {
	name string
	file *os.File
	rest []byte // of a line whose end is not there yet
	skip bool   // that line is too long
}

// pass hands over the lines that have come since the last time. A file that is
// not there yet has none.
func (t *tail) pass(take func(line []byte)) error {
	if t.file == nil {
		f, err := os.Open(t.name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		t.file = f
	}
	buffer := make([]byte, MaxEvent)
	for {
		n, err := t.file.Read(buffer)
		t.split(buffer[:n], take)
		if errors.Is(err, io.EOF) || n == 0 && err == nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// split cuts what was read into lines.
func (t *tail) split(data []byte, take func(line []byte)) {
	for {
		line, rest, ended := bytes.Cut(data, []byte("\n"))
		t.skip = t.skip || len(t.rest)+len(line) > MaxEvent
		if t.skip {
			t.rest = t.rest[:0]
		} else {
			t.rest = append(t.rest, line...)
		}
		if !ended {
			return
		}
		if !t.skip && len(t.rest) > 0 {
			take(t.rest)
		}
		t.rest, t.skip, data = t.rest[:0], false, rest
	}
}

func (t *tail) close() {
	if t.file != nil {
		_ = t.file.Close()
	}
}
