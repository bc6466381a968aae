package authenticode

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits of a Windows program. The table holds one signature with its
// certificates and a time stamp: 8 to 20 KiB as signtool and osslsigncode
// write them (measured).
const (
	maxTable  = 256 << 10 // bytes
	maxHeader = 1 << 20   // where the PE header may begin; linkers put it below 1 KiB
	dosHeader = 64        // bytes; the last four say where the PE header begins
)

// image is where a Windows program (PE) keeps what a signature leaves out.
type image struct {
	r        io.ReaderAt
	size     int64
	checksum int64 // four bytes that the signature leaves out
	entry    int64 // eight bytes of the data directory that name the table
	table    int64 // where the table begins; size when there is none
}

// openPE reads the headers. ok is false where the file is no Windows program.
func openPE(r io.ReaderAt, size int64) (p *image, ok bool, err error) {
	dos := make([]byte, dosHeader)
	if ok, err = readAt(r, dos, 0); !ok || dos[0] != 'M' || dos[1] != 'Z' {
		return nil, false, err
	}
	at := int64(binary.LittleEndian.Uint32(dos[60:]))
	head := make([]byte, 24+2) // signature, COFF header, magic
	if ok, err = readAt(r, head, at); !ok || string(head[:4]) != "PE\x00\x00" {
		return nil, false, err
	}
	if at < dosHeader || at > maxHeader {
		return nil, true, fmt.Errorf("%w: PE header at %d", ErrMalformed, at)
	}
	p = &image{r: r, size: size, table: size, checksum: at + 24 + 64}
	count := at + 24 + 92 // number of data directories
	switch magic := binary.LittleEndian.Uint16(head[24:]); magic {
	case 0x10b: // PE32
	case 0x20b: // PE32+
		count += 16
	default:
		return nil, true, fmt.Errorf("%w: optional header of kind %#x", ErrMalformed, magic)
	}
	p.entry = count + 4 + 4*8 // the fifth
	if optional := int64(binary.LittleEndian.Uint16(head[20:])); p.entry+8 > at+24+optional {
		return nil, true, fmt.Errorf("%w: optional header of %d bytes has no place for a signature", ErrMalformed, optional)
	}
	fields := make([]byte, p.entry+8-count)
	if ok, err = readAt(r, fields, count); !ok {
		return nil, true, errors.Join(err, fmt.Errorf("%w: the headers are cut off", ErrMalformed))
	}
	if n := binary.LittleEndian.Uint32(fields); n < 5 {
		return nil, true, fmt.Errorf("%w: %d data directories leave no place for a signature", ErrMalformed, n)
	}
	return p, true, p.locate(fields[len(fields)-8:])
}

// locate finds the table, which is the end of the file or nothing.
func (p *image) locate(entry []byte) error {
	at, length := int64(binary.LittleEndian.Uint32(entry)), int64(binary.LittleEndian.Uint32(entry[4:]))
	switch {
	case at == 0 && length == 0:
		return nil
	case at == 0 || length == 0:
		return fmt.Errorf("%w: a table of signatures at %d with %d bytes", ErrMalformed, at, length)
	case at < p.entry+8 || at%8 != 0 || at > p.size:
		return fmt.Errorf("%w: a table of signatures at %d", ErrMalformed, at)
	case at+length != p.size:
		return fmt.Errorf("%w: the signature ends at %d, the file at %d", ErrTampered, at+length, p.size)
	case length > maxTable:
		return fmt.Errorf("%w: a table of signatures of %d bytes", ErrMalformed, length)
	}
	p.table = at
	return nil
}

// signature is the one signature of the table; nil when there is none.
func (p *image) signature() ([]byte, error) {
	if p.table == p.size {
		return nil, nil
	}
	table := make([]byte, p.size-p.table)
	if _, err := p.r.ReadAt(table, p.table); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(table) < 8 {
		return nil, fmt.Errorf("%w: a table of signatures of %d bytes", ErrMalformed, len(table))
	}
	length, revision, kind := int64(binary.LittleEndian.Uint32(table)), binary.LittleEndian.Uint16(table[4:]), binary.LittleEndian.Uint16(table[6:])
	switch {
	case revision != 0x0200 || kind != 2: // WIN_CERT_REVISION_2_0, WIN_CERT_TYPE_PKCS_SIGNED_DATA
		return nil, fmt.Errorf("%w: entry of revision %#x and type %d", ErrMalformed, revision, kind)
	case length < 8 || (length+7)/8*8 != int64(len(table)):
		return nil, fmt.Errorf("%w: a signature of %d bytes in a table of %d", ErrTampered, length, len(table))
	}
	return table[8:], nil
}

// content writes what the signature covers, with the zeros that a signer puts
// before its table.
func (p *image) content(ctx context.Context, w io.Writer) error {
	from := int64(0)
	for _, gap := range []struct{ at, length int64 }{{p.checksum, 4}, {p.entry, 8}, {p.table, 0}} {
		if err := copyRange(ctx, w, p.r, from, gap.at); err != nil {
			return err
		}
		from = gap.at + gap.length
	}
	_, err := w.Write(make([]byte, -p.table&7))
	return err
}

// copyRange writes the bytes from one offset to another.
func copyRange(ctx context.Context, w io.Writer, r io.ReaderAt, from, to int64) error {
	buffer := make([]byte, 256<<10)
	for from < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.ReadAt(buffer[:min(int64(len(buffer)), to-from)], from)
		if n == 0 {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		if _, err := w.Write(buffer[:n]); err != nil {
			return err
		}
		from += int64(n)
	}
	return nil
}

// readAt fills b; ok is false where the file ends before that.
func readAt(r io.ReaderAt, b []byte, at int64) (ok bool, err error) {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return true, nil
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return false, err
}
