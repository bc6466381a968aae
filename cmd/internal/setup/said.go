package setup

import (
	"encoding/binary"
	"os"
	"strings"
	"unicode/utf16"
)

// saidLine bounds a line in characters: NSIS keeps 1,023 in a text.
const saidLine = 500

// Said writes lines for the installer, which reads no encoding with Japanese in it
// but UTF-16.
func Said(file string, lines []string) error {
	var text []uint16
	for _, line := range lines {
		units := utf16.Encode([]rune(strings.ToValidUTF8(line, "?")))
		if len(units) > saidLine {
			units = append(units[:saidLine-1], '…')
		}
		text = append(append(text, units...), '\r', '\n')
	}
	data := make([]byte, 0, 2*len(text))
	for _, unit := range text {
		data = binary.LittleEndian.AppendUint16(data, unit)
	}
	return os.WriteFile(file, data, 0o600)
}
