package winsettings

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Type is the kind of a value, with the numbers that Windows gives them.
type Type uint32

// The types that settings have.
const (
	TypeNone       Type = 0
	TypeText       Type = 1
	TypeExpandText Type = 2
	TypeBinary     Type = 3
	TypeNumber     Type = 4
	TypeTexts      Type = 7
	TypeLong       Type = 11
)

var typeNames = map[Type]string{
	TypeNone: "REG_NONE", TypeText: "REG_SZ", TypeExpandText: "REG_EXPAND_SZ", TypeBinary: "REG_BINARY",
	TypeNumber: "REG_DWORD", TypeTexts: "REG_MULTI_SZ", TypeLong: "REG_QWORD",
}

func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return fmt.Sprintf("registry type %d", uint32(t))
}

// Value is one value byte for byte, so that an undo can put back exactly what
// was there.
type Value struct {
	Type Type
	Data []byte
}

// Number makes a REG_DWORD.
func Number(n uint32) Value { return NumberAs(TypeNumber, n) }

// NumberAs is the same four bytes under another type.
func NumberAs(t Type, n uint32) Value {
	return Value{t, binary.LittleEndian.AppendUint32(nil, n)}
}

// Text makes a REG_SZ.
func Text(text string) Value {
	var data []byte
	for _, unit := range append(utf16.Encode([]rune(text)), 0) {
		data = binary.LittleEndian.AppendUint16(data, unit)
	}
	return Value{TypeText, data}
}

// Number reads a REG_DWORD, and a REG_BINARY of four bytes, which some tools
// write in its stead and Windows takes all the same (DOMAIN).
func (v Value) Number() (uint32, bool) {
	if (v.Type != TypeNumber && v.Type != TypeBinary) || len(v.Data) != 4 {
		return 0, false
	}
	return binary.LittleEndian.Uint32(v.Data), true
}

// Text reads a REG_SZ or REG_EXPAND_SZ up to its first NUL. Variables are not
// expanded.
func (v Value) Text() (string, bool) {
	if v.Type != TypeText && v.Type != TypeExpandText {
		return "", false
	}
	text, _, _ := strings.Cut(v.utf16(), "\x00")
	return text, true
}

// Texts reads a REG_MULTI_SZ.
func (v Value) Texts() ([]string, bool) {
	if v.Type != TypeTexts {
		return nil, false
	}
	var all []string
	for text := range strings.SplitSeq(v.utf16(), "\x00") {
		if text != "" {
			all = append(all, text)
		}
	}
	return all, true
}

func (v Value) utf16() string {
	units := make([]uint16, len(v.Data)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(v.Data[2*i:])
	}
	return string(utf16.Decode(units))
}

// Same says whether both are the same type and bytes.
func (v Value) Same(w Value) bool { return v.Type == w.Type && string(v.Data) == string(w.Data) }

// shownBytes is how much of a value of bytes evidence shows.
const shownBytes = 16

// String shows a value with its type, as in "0xA80 (REG_DWORD)".
func (v Value) String() string {
	if n, ok := v.Number(); ok {
		return fmt.Sprintf("0x%X (%s)", n, v.Type)
	}
	if text, ok := v.Text(); ok {
		return fmt.Sprintf("%q (%s)", text, v.Type)
	}
	if texts, ok := v.Texts(); ok {
		return fmt.Sprintf("%q (%s)", texts, v.Type)
	}
	more := ""
	if len(v.Data) > shownBytes {
		more = "…"
	}
	return fmt.Sprintf("%s%s (%s, %d bytes)", hex.EncodeToString(v.Data[:min(len(v.Data), shownBytes)]), more, v.Type, len(v.Data))
}
