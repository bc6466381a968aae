package logbook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/koshin-updater/koshin/installer/protect"
)

// What a line is dropped for.
var (
	// ErrHeld: somebody held the log for longer than the book waits.
	ErrHeld = errors.New("log is held by another program")
	// ErrFull: the log is full, and the generations cannot be moved on.
	ErrFull = errors.New("log is full and cannot be put away")
)

// What a zero [Book] does.
const (
	// DefaultSize lets a file hold about a hundred runs.
	DefaultSize = 1 << 20
	// DefaultKeep files take 5 MiB: the runs of more than three months.
	DefaultKeep = 5
	// DefaultWait is many times what another process takes for its line.
	DefaultWait = 250 * time.Millisecond

	// maxLine bounds one line: an error may carry what an installer printed.
	maxLine = 16 << 10
	// retry is how often a lock that another process holds is asked for again.
	retry = 5 * time.Millisecond
)

// Book is the log of one state folder. It is an [io.Writer] for [log/slog], safe
// for concurrent use.
type Book struct {
	StateDir string                   // holds the folder of the log, and is made where it is missing
	Clean    func(text string) string // takes names and secrets out of a line; nil: leaves them
	Size     int64                    // bytes of one file; 0: DefaultSize
	Keep     int                      // files, the current one included; 0: DefaultKeep
	Wait     time.Duration            // for another process; 0: DefaultWait

	mu        sync.Mutex
	ready     bool
	broken    error // why no line will be written any more
	impatient bool  // somebody held the log once: nobody waits for it again
	missed    int
	last      error
}

// Dir is where the log of a state folder is kept.
func Dir(stateDir string) string { return filepath.Join(stateDir, "log") }

// Name is the file of a generation; 0 is the one being written.
func Name(generation int) string {
	if generation == 0 {
		return "koshin.log"
	}
	return fmt.Sprintf("koshin.%d.log", generation)
}

// Write appends one line. It never fails: what became of the lines is [Book.Err].
func (b *Book) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken == nil {
		if err := b.append(b.fit(string(line))); err != nil {
			b.missed++
			b.last = err
		}
	}
	return len(line), nil
}

// Err is why the last line that was dropped was dropped; nil: none was.
func (b *Book) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return errors.Join(b.broken, b.last)
}

// fit masks first: what was cut off cannot be recognised any more.
func (b *Book) fit(line string) string {
	line = strings.ToValidUTF8(line, "\uFFFD")
	if b.Clean != nil {
		line = b.Clean(line)
	}
	line = strings.NewReplacer("\r", " ", "\n", " ").Replace(strings.TrimRight(line, "\r\n"))
	if len(line) > maxLine {
		line = strings.ToValidUTF8(line[:maxLine], "") + "…"
	}
	return line + "\n"
}

func (b *Book) append(line string) error {
	if err := b.prepare(); err != nil {
		b.broken = err
		return err
	}
	unlock, err := b.lock()
	if err != nil {
		return err
	}
	defer unlock()
	full, err := b.turn(int64(len(line)))
	if err != nil {
		return err
	}
	if b.missed > 0 {
		line = fmt.Sprintf("time=%s level=WARN msg=\"lines are missing here\" count=%d\n", time.Now().Format(time.RFC3339), b.missed) + line
	}
	if err := b.add(line, full); err != nil {
		return err
	}
	b.missed = 0
	return nil
}

// prepare makes the folder, once, or refuses one that others could write in.
func (b *Book) prepare() error {
	if b.ready {
		return nil
	}
	for _, dir := range []string{b.StateDir, Dir(b.StateDir)} {
		if err := protect.Make(dir, protect.Everyone); err != nil {
			return fmt.Errorf("log folder: %w", err)
		}
	}
	b.ready = true
	return nil
}

func (b *Book) lock() (unlock func(), err error) {
	lock := flock.New(filepath.Join(Dir(b.StateDir), "lock"))
	wait := b.Wait
	if wait == 0 {
		wait = DefaultWait
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	locked, err := lock.TryLock()
	if !locked && err == nil && !b.impatient {
		locked, err = lock.TryLockContext(ctx, retry)
	}
	switch {
	case locked:
		return func() { _ = lock.Unlock() }, nil
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("lock of the log: %w", err)
	}
	b.impatient = true
	return nil, ErrHeld
}

// add appends. A line that a power cut left without its end gets one.
func (b *Book) add(text string, size int64) error {
	file, err := os.OpenFile(b.path(0), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	if size > 0 {
		end := make([]byte, 1)
		if _, err := file.ReadAt(end, size-1); err == nil && end[0] != '\n' {
			text = "\n" + text
		}
	}
	_, err = io.WriteString(file, text)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	return nil
}

func (b *Book) path(generation int) string {
	return filepath.Join(Dir(b.StateDir), Name(generation))
}
