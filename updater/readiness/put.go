package readiness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

// ErrAway: the folder did not answer in time. It is a share whose server is off,
// or a PC that is elsewhere.
var ErrAway = errors.New("the folder for reports did not answer in time")

// Put writes the document into the folder, in place of this PC's last one, whole
// or not at all. The folder must be there: who may write in it is not koshin's to
// say. It waits no longer than this: Windows tries a server that is gone for
// minutes, and that cannot be interrupted, so what hangs is left behind.
func Put(ctx context.Context, folder string, d Document, within time.Duration) error {
	d.Schema = Schema
	if field := d.fault(); field != "" {
		return fmt.Errorf("%w: %s", ErrMalformed, field) // nobody would read it
	}
	data, err := json.Marshal(d) // one line: ten thousand of them are read over a network
	if err != nil {
		return err
	}
	if len(data) > maxDocument {
		return ErrTooLarge
	}
	return inTime(ctx, within, func() error {
		return atomicfile.Write(filepath.Join(folder, Name(d.Computer, d.Installation)), data)
	})
}

func inTime(ctx context.Context, within time.Duration, do func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within, ErrAway)
	defer cancel()
	if ctx.Err() != nil { // an interrupted run knows too little to say it
		return context.Cause(ctx)
	}
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// suffix is that of a document's file.
const suffix = ".json"

// maxFileName keeps names short enough for every file system and path.
const maxFileName = 40

// Name is the file of a PC: its name as far as every file system takes it, and
// the installation, since two PCs may have one name, and one PC two, after each
// other.
func Name(computer, installation string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r == '-':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A' // Windows tells no cases apart, and Linux does
		}
		return '_'
	}, computer)
	if len(safe) > maxFileName {
		safe = safe[:maxFileName]
	}
	return safe + "-" + installation + suffix
}
