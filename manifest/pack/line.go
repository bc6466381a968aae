package pack

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A line of an index is a JSON object in one form only: these keys in this
// order, no spaces, no needless escapes, nothing that is zero. An index has a
// line for every file, so this form is written and read by hand; a test holds
// it to what a JSON encoder writes.
const (
	firstLine = `{"schema":"` + Schema + `"}` + "\n"
	pathKey   = `{"path":`
	typeKey   = `,"type":"`
	execKey   = `,"exec":true`
	sizeKey   = `,"size":`
	hashKey   = `,"sha256":"`
)

// errForm is a line that is not in that form.
var errForm = errors.New("not in the canonical form")

// String is the type as a line has it.
func (t Type) String() string {
	switch t {
	case File:
		return "file"
	case Dir:
		return "dir"
	}
	return "unknown"
}

// appendLine writes the line of an entry. The error is about a path that is no
// text.
func appendLine(line []byte, e Entry) ([]byte, error) {
	line, err := jsontext.AppendQuote(append(line, pathKey...), e.Path)
	if err != nil {
		return nil, err
	}
	line = append(append(line, typeKey...), e.Type.String()...)
	line = append(line, '"')
	if e.Exec {
		line = append(line, execKey...)
	}
	if e.Size != 0 {
		line = strconv.AppendInt(append(line, sizeKey...), e.Size, 10)
	}
	if !e.SHA256.IsZero() {
		line = append(hex.AppendEncode(append(line, hashKey...), e.SHA256[:]), '"')
	}
	return append(line, "}\n"...), nil
}

// parseFirst reads the line that names the schema.
func parseFirst(lines *bufio.Scanner) error {
	line, err := scanLine(lines)
	if err != nil || string(line) == firstLine {
		return err
	}
	var head struct {
		Schema string `json:"schema"`
	}
	err = json.Unmarshal(line, &head)
	if head.Schema != Schema && head.Schema != "" { // whatever else a newer one says
		return fmt.Errorf("%w: %q", ErrSchema, head.Schema)
	}
	return errors.Join(errForm, err)
}

// lineParser reads entries. It keeps their paths in few pieces of memory and
// needs none besides.
type lineParser struct {
	paths strings.Builder // a piece, which strings share
	again []byte
}

// pathsPiece holds a thousand paths of usual length.
const pathsPiece = 64 << 10

// next reads a line leniently and then compares it with what the entry would be
// written as, which refuses everything that is not canonical.
func (p *lineParser) next(lines *bufio.Scanner) (Entry, error) {
	line, err := scanLine(lines)
	if err != nil {
		return Entry{}, err
	}
	e, err := p.parse(line)
	if err != nil {
		return Entry{}, err
	}
	if p.again, err = appendLine(p.again[:0], e); err != nil || !bytes.Equal(p.again, line) {
		return Entry{}, errForm
	}
	return e, nil
}

func (p *lineParser) parse(line []byte) (e Entry, err error) {
	path, rest, found := bytes.Cut(bytes.TrimPrefix(line, []byte(pathKey)), []byte(typeKey))
	if !found || len(path) < 2 {
		return e, errForm
	}
	if e.Path, err = p.unquote(path); err != nil {
		return e, err
	}
	kind, rest, _ := bytes.Cut(rest, []byte(`"`))
	switch string(kind) {
	case "file":
		e.Type = File
	case "dir":
		e.Type = Dir
	}
	rest, e.Exec = bytes.CutPrefix(rest, []byte(execKey))
	if number, sized := bytes.CutPrefix(rest, []byte(sizeKey)); sized {
		end := len(number) - len(bytes.TrimLeft(number, "-0123456789"))
		if e.Size, err = strconv.ParseInt(string(number[:end]), 10, 64); err != nil {
			return e, err
		}
		rest = number[end:]
	}
	if digits, hashed := bytes.CutPrefix(rest, []byte(hashKey)); hashed {
		digits = digits[:min(len(digits), hex.EncodedLen(len(e.SHA256)))]
		_, err = hex.Decode(e.SHA256[:], digits)
	}
	return e, err
}

// unquote is the text of a JSON string.
func (p *lineParser) unquote(quoted []byte) (string, error) {
	text := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(text, '\\') >= 0 {
		var err error
		if text, err = jsontext.AppendUnquote(nil, quoted); err != nil {
			return "", err
		}
	}
	if p.paths.Cap()-p.paths.Len() < len(text) {
		p.paths = strings.Builder{}
		p.paths.Grow(max(pathsPiece, len(text)))
	}
	at := p.paths.Len()
	_, _ = p.paths.Write(text) // a Builder never fails
	return p.paths.String()[at:], nil
}

func scanLine(lines *bufio.Scanner) ([]byte, error) {
	if lines.Scan() {
		return lines.Bytes(), nil
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

// splitLines yields whole lines with their end, so that a missing last end is
// noticed.
func splitLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}
