package release

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/koshin-updater/koshin/manifest"
)

// checkFormat looks at the first bytes of a package of one file: a wrong file
// is found here rather than on every operator's PC.
func checkFormat(b Build, f io.ReaderAt) error {
	switch {
	case b.Kind == manifest.MSI && !isCompound(f):
		return fmt.Errorf("%w: an MSI is an OLE compound file, and this is none", ErrFormat)
	case b.Kind != manifest.MSI && b.OS == "windows" && !isPE(f):
		return fmt.Errorf("%w: kind %s for windows is a Windows program (PE), and this is none", ErrFormat, b.Kind)
	case b.OS != "windows" && isPE(f):
		return fmt.Errorf("%w: this is a Windows program, and the package is for %s", ErrFormat, b.OS)
	}
	var first [1]byte
	if _, err := f.ReadAt(first[:], 0); err != nil {
		return fmt.Errorf("%w: the file is empty", ErrFormat)
	}
	return nil
}

// isCompound knows an OLE compound file by its header ([MS-CFB] 2.2).
func isCompound(f io.ReaderAt) bool {
	var magic [8]byte
	_, err := f.ReadAt(magic[:], 0)
	return err == nil && bytes.Equal(magic[:], []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1})
}

// isPE knows a Windows program by the DOS header, which points to "PE\0\0".
func isPE(f io.ReaderAt) bool {
	var dos [64]byte
	if _, err := f.ReadAt(dos[:], 0); err != nil || dos[0] != 'M' || dos[1] != 'Z' {
		return false
	}
	var signature [4]byte
	_, err := f.ReadAt(signature[:], int64(binary.LittleEndian.Uint32(dos[60:])))
	return err == nil && string(signature[:]) == "PE\x00\x00"
}
