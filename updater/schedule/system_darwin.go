package schedule

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

const daemons = "/Library/LaunchDaemons/"

// maxPlist bounds a daemon that is read back. One of ours takes 2 KiB.
const maxPlist = 64 << 10

// install writes the daemon, which launchd loads at the next start.
func (t Task) install(context.Context) error {
	if t.When == AtLogon {
		return errors.ErrUnsupported
	}
	return atomicfile.Write(t.file(), []byte(t.plist()))
}

func (t Task) look(context.Context) (Seen, error) {
	if t.When == AtLogon {
		return Seen{}, errors.ErrUnsupported
	}
	f, err := os.Open(t.file())
	if errors.Is(err, fs.ErrNotExist) {
		return Seen{State: Missing}, nil
	} else if err != nil {
		return Seen{}, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxPlist))
	if err != nil {
		return Seen{}, err
	}
	var differs []string
	if string(data) != t.plist() {
		differs = []string{t.plistName()}
	}
	return Seen{State: stateOf(true, differs), Differs: differs}, nil
}

func (t Task) remove(context.Context) error {
	if err := os.Remove(t.file()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (t Task) file() string { return daemons + t.plistName() + ".plist" }
