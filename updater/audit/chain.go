package audit

import (
	"errors"
	"io"
	"strings"
	"time"
)

// Summary is what was read. With an error it is what the lines claim.
type Summary struct {
	Lines    int64
	First    string // hash of the first line: no two trails begin alike
	Head     string // hash of the last line: noted elsewhere, it proves all of them
	From, To time.Time
}

// Mark is where a trail once ended, as an older export says, or a head that
// somebody noted. A trail must contain it for ever.
type Mark struct {
	Lines int64 // 0: not known
	Head  string
}

// Mark is this end.
func (s Summary) Mark() Mark { return Mark{Lines: s.Lines, Head: s.Head} }

// maxBreaks bounds how many breaks are named: the first tells what happened.
const maxBreaks = 16

// chain checks lines as they come. After a break it goes on with what stands
// there, so that the lines behind it are still read and judged.
type chain struct {
	Summary
	visit  func(Record)
	since  *Mark
	met    bool
	seq    int64 // of the line before
	breaks []error
}

func newChain(since *Mark, visit func(Record)) *chain {
	if visit == nil {
		visit = func(Record) {}
	}
	return &chain{visit: visit, since: since, met: since == nil || *since == Mark{}}
}

func (c *chain) broken(reason error) {
	if len(c.breaks) < maxBreaks {
		c.breaks = append(c.breaks, &LineError{Line: c.Lines, Reason: reason})
	}
}

// skip takes a line that was too long to be held.
func (c *chain) skip() {
	c.Lines++
	c.broken(errTooLong)
	c.Head, c.seq = "", c.seq+1
}

// add takes the next line.
func (c *chain) add(line []byte) {
	c.Lines++
	before := c.Head
	c.Head = digest(line)
	if c.Lines == 1 {
		c.First = c.Head
	}
	if c.since != nil && c.since.Head == c.Head && (c.since.Lines == 0 || c.since.Lines == c.Lines) {
		c.met = true
	}
	record, err := parse(line)
	if err != nil {
		c.seq++
		c.broken(err)
		return
	}
	if record.Before != before || record.Seq != c.seq+1 {
		c.broken(ErrChain)
	}
	c.seq = record.Seq
	if c.From.IsZero() {
		c.From = record.Time
	}
	c.To = record.Time
	c.visit(record)
}

// addAll takes lines until they end, and says whether the last one was never
// finished.
func (c *chain) addAll(from *lines) (unfinished bool, err error) {
	for {
		line, err := from.next()
		switch {
		case err == nil:
			c.add(line)
		case errors.Is(err, errUnfinished):
			return true, nil
		case errors.Is(err, errTooLong):
			c.skip()
		case errors.Is(err, io.EOF):
			return false, nil
		default:
			return false, err
		}
	}
}

// end judges the whole once the last line was added.
func (c *chain) end(h head, unfinished bool) error {
	all := c.breaks
	if err := h.fits(c.Lines, c.Head, unfinished); err != nil {
		all = append(all, err)
	}
	if !c.met {
		all = append([]error{ErrRewritten}, all...)
	}
	return errors.Join(all...)
}

// ParseMark reads a head as somebody noted it: 64 hexadecimal digits, in
// whatever case. False for anything else.
func ParseMark(text string) (Mark, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	return Mark{Head: text}, isHash(text)
}
