package support

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// File adds one file that lies outside of the state folder, or its end.
func (b *Bundle) File(file, as string) {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		b.Leave(as, reasonOf(err))
		return
	}
	defer root.Close()
	b.file(root, filepath.Base(file), as)
}

// file adds one file, or its end. What is a link, or no file at all, stays where
// it is: reading a device may never end.
func (b *Bundle) file(root *os.Root, name, as string) {
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		b.Leave(as, reasonOf(err))
		return
	case !info.Mode().IsRegular():
		b.Leave(as, NotAFile)
		return
	}
	f, err := root.Open(name)
	if err != nil {
		b.Leave(as, reasonOf(err))
		return
	}
	defer f.Close()
	data, whole, err := tail(f)
	if err != nil {
		b.Leave(as, reasonOf(err))
		return
	}
	text, ok := Decode(data)
	if !ok {
		b.Leave(as, NotText)
		return
	}
	if int64(len(data)) == whole {
		whole = 0
	}
	b.Text(as, text, whole)
}

// tail is the end of a file, from the beginning of a line: of half a number or
// half a key nobody could say what it is.
func tail(f *os.File) (data []byte, whole int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	whole = info.Size()
	cut := max(0, whole-MaxFile)
	if data, err = io.ReadAll(io.NewSectionReader(f, cut, MaxFile)); err != nil || cut == 0 {
		return data, whole, err
	}
	_, data, _ = bytes.Cut(data, []byte("\n"))
	begin, end := bytes.Index(data, []byte("-----BEGIN ")), bytes.Index(data, []byte("-----END "))
	if end >= 0 && (begin < 0 || end < begin) { // the rest of something whose beginning is gone
		_, data, _ = bytes.Cut(data[end:], []byte("\n"))
	}
	return data, whole, nil
}

// Decode is the text of a file. Notepad writes UTF-16 as well, in which no
// password would be recognised; what else has zeroes in it is no text.
func Decode(data []byte) (text string, ok bool) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		order = binary.BigEndian
	default:
		return strings.TrimPrefix(string(data), "\ufeff"), !bytes.Contains(data, []byte{0})
	}
	units := make([]uint16, 0, len(data)/2)
	for data = data[2:]; len(data) > 1; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	text = string(utf16.Decode(units))
	return text, !strings.Contains(text, "\x00")
}
