package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
)

// The export's schema, and what every schema of it begins with.
const (
	exportSchema = "koshin/audit-export/1"
	exportFamily = "koshin/audit-export/"
)

// Header is the first line of an export. Like everything but the chain it is
// only claimed.
type Header struct {
	Schema string    `json:"schema"`
	Koshin string    `json:"koshin"` // version of the program that wrote it
	Time   time.Time `json:"time"`
}

// footer is the last line of an export.
type footer struct {
	Lines  int64    `json:"lines"`
	Head   []string `json:"head"`   // as the file beside the trail; two: a line was being added
	SHA256 string   `json:"sha256"` // of every byte above this line
}

// Export writes the trail as one self-contained file and checks it on the way.
// A trail that is broken is exported as it is; the error then is [ErrBroken], and
// the export is whole. No other error leaves a whole one.
func (t Trail) Export(w io.Writer, h Header) (Summary, error) {
	s, err := t.snapshot()
	if err != nil {
		return Summary{}, err
	}
	defer s.close() //nolint:errcheck // opened for reading
	c, unfinished, broken := s.walk(nil, nil)
	if broken != nil && !errors.Is(broken, ErrBroken) {
		return c.Summary, broken
	}
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	h.Schema = exportSchema
	if err := writeLine(out, h); err != nil {
		return c.Summary, err
	}
	count, err := s.copyLines(out, c.Lines, unfinished)
	if err != nil {
		return c.Summary, err
	}
	end := footer{Lines: count, Head: s.head, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if err := writeLine(w, end); err != nil {
		return c.Summary, err
	}
	return c.Summary, broken
}

// copyLines copies the lines byte for byte. One that a power cut left unfinished
// never happened; any other end without a newline is somebody's doing, and stays.
func (s snapshot) copyLines(w io.Writer, count int64, unfinished bool) (int64, error) {
	if s.file == nil {
		return count, nil
	}
	size := s.size
	if unfinished {
		tail, err := readTail(s.file, s.size)
		if err != nil {
			return count, err
		}
		rest := len(tail) - bytes.LastIndexByte(tail, '\n') - 1
		if rest <= maxLine && len(s.head) == 2 {
			size, unfinished = s.size-int64(rest), false
		}
	}
	if _, err := io.Copy(w, io.NewSectionReader(s.file, 0, size)); err != nil {
		return count, err
	}
	if unfinished {
		count++
		_, err := w.Write([]byte("\n"))
		return count, err
	}
	return count, nil
}

func writeLine(w io.Writer, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// ReadExport checks an export, with the memory of two lines. Since, unless nil,
// must be contained; visit may be nil. [ErrNotExport] and [ErrNewer] say nothing
// about the trail, [ErrDamaged] that the file is not what koshin wrote,
// [ErrBroken] that the trail in it was not what koshin had written.
func ReadExport(r io.Reader, since *Mark, visit func(Record)) (Header, Summary, error) {
	in := newLines(r, math.MaxInt64, sha256.New())
	first, err := in.next()
	if err != nil && (errors.Is(err, io.EOF) || errors.Is(err, errUnfinished) || errors.Is(err, ErrUnreadable)) {
		err = ErrNotExport
	}
	if err != nil {
		return Header{}, Summary{}, err
	}
	h, err := parseHeader(first)
	if err != nil {
		return h, Summary{}, err
	}
	x := &exported{chain: newChain(since, visit)}
	for {
		line, err := in.next()
		switch {
		case err == nil:
			x.add(line, false)
		case errors.Is(err, errTooLong):
			x.add(nil, true)
		case errors.Is(err, io.EOF):
			return h, x.chain.Summary, x.end(in.above)
		case errors.Is(err, errUnfinished):
			x.add(nil, true) // a footer ends with a newline
			return h, x.chain.Summary, x.end(nil)
		default:
			return h, x.chain.Summary, err
		}
	}
}

func parseHeader(line []byte) (Header, error) {
	var h Header
	if err := jsonv2.Unmarshal(line, &h); err != nil {
		return Header{}, fmt.Errorf("%w: %w", ErrNotExport, err)
	}
	switch {
	case h.Schema == exportSchema:
		return h, nil
	case strings.HasPrefix(h.Schema, exportFamily):
		return h, fmt.Errorf("%w: %s", ErrNewer, clip(h.Schema, 100))
	}
	return h, ErrNotExport
}

// exported takes the lines behind the header. One is always held back: the last
// is the footer.
type exported struct {
	chain *chain
	held  []byte
	some  bool // one is held
	long  bool // but it was too long to be held
}

func (x *exported) add(line []byte, long bool) {
	switch {
	case !x.some:
	case x.long:
		x.chain.skip()
	default:
		x.chain.add(x.held)
	}
	x.held, x.some, x.long = append(x.held[:0], line...), true, long
}

// end judges the whole; above is the hash of everything above the last line.
func (x *exported) end(above []byte) error {
	var f footer
	if !x.some || x.long || jsonv2.Unmarshal(x.held, &f, jsonv2.RejectUnknownMembers(true)) != nil {
		return errors.Join(fmt.Errorf("%w: it ends before its footer", ErrDamaged), errors.Join(x.chain.breaks...))
	}
	var damaged error
	if f.SHA256 != hex.EncodeToString(above) || f.Lines != x.chain.Lines {
		damaged = fmt.Errorf("%w: its content is not what the footer says", ErrDamaged)
	}
	return errors.Join(damaged, x.chain.end(f.Head, false))
}
