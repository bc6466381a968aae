package audit

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

// head is what is kept apart from the trail: the hash of its last line, or,
// while one is being added, that of the line before and that of the new one.
// Before the very first line that is empty. None: there is no head.
type head []string

// maxHead bounds the file: two hashes and their newlines.
const maxHead = 2*64 + 2

// nothingYet is the head's first hash while the first line is being added.
const nothingYet = ""

// readHead also says what exactly stands in the file, to see whether it changed.
func (t Trail) readHead() (head, string, error) {
	file, err := os.Open(t.headFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer file.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(file, maxHead+1))
	if err != nil {
		return nil, "", err
	}
	text := string(data)
	if !strings.HasSuffix(text, "\n") || len(text) > maxHead {
		return head{"?"}, text, nil // no line has this hash
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), text, nil
}

// setHead writes the hashes of the lines that the trail may end with.
func (t Trail) setHead(hashes ...string) error {
	err := atomicfile.WriteWith(t.headFile(), atomicfile.Options{Wait: t.Wait}, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(hashes, "\n")+"\n")
		return err
	})
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	return nil
}

// valid says that it could have been written here.
func (h head) valid() bool {
	if len(h) < 1 || len(h) > 2 {
		return false
	}
	for i, hash := range h {
		if hash == nothingYet && i == 0 && len(h) == 2 {
			continue
		}
		if !isHash(hash) {
			return false
		}
	}
	return true
}

// fits judges how a trail ends: after so many lines, the last with this hash,
// and perhaps with a line that was never finished, as a power cut leaves it.
// Whether one was being added, the head says.
func (h head) fits(lines int64, last string, unfinished bool) error {
	switch {
	case h == nil && lines == 0 && !unfinished:
		return nil // the very first line was never begun
	case !h.valid():
		return ErrNoHead
	case unfinished && (len(h) != 2 || h[0] != last):
		return ErrEnd
	case !slices.Contains(h, last): // of no line it is nothingYet
		return ErrEnd
	}
	return nil
}

// promised is the hash that the last line should have.
func (h head) promised() string {
	if h.valid() {
		return h[len(h)-1]
	}
	return digest([]byte("no head")) // which no line has: the break stays visible
}

func isHash(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == 32 && strings.ToLower(text) == text
}
