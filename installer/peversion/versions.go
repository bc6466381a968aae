package peversion

import (
	"bytes"
	"fmt"
	"unicode/utf16"
)

// Versions is what an executable states. A text that is missing is empty, and
// so is a number of four zeros, which compilers write where nobody gave one.
type Versions struct {
	ProductText, Product string
	FileText, File       string
}

// InOrder is the statements that are there, the most telling first.
func (v Versions) InOrder() []string {
	var all []string
	for _, text := range []string{v.ProductText, v.Product, v.FileText, v.File} {
		if text != "" {
			all = append(all, text)
		}
	}
	return all
}

// block is the one shape of which a version resource is made: length, length of
// the value, type, key, value, and further blocks inside. Each part begins at a
// multiple of four bytes.
type block struct {
	key    string
	value  []byte
	inside []byte
}

// parse reads a version resource.
func parse(data []byte) (v Versions, err error) {
	root, _, err := next(data)
	if err != nil {
		return v, err
	}
	if root.key != "VS_VERSION_INFO" {
		return v, fmt.Errorf("%w: version resource begins with %.40q", ErrFormat, root.key)
	}
	const signature = 0xFEEF04BD
	if fixed := root.value; len(fixed) >= 24 && le32(fixed) == signature {
		v.File, v.Product = number(fixed[8:]), number(fixed[16:])
	}
	err = each(root.inside, func(b block) error {
		if b.key != "StringFileInfo" {
			return nil
		}
		return each(b.inside, func(table block) error { return each(table.inside, v.note) })
	})
	return v, err
}

// note takes one string; the first language that has it counts.
func (v *Versions) note(b block) error {
	text := utf16Text(b.value)
	switch {
	case b.key == "ProductVersion" && v.ProductText == "":
		v.ProductText = text
	case b.key == "FileVersion" && v.FileText == "":
		v.FileText = text
	}
	return nil
}

// number writes two 32-bit halves as four parts.
func number(b []byte) string {
	if le32(b) == 0 && le32(b[4:]) == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d.%d", le16(b[2:]), le16(b), le16(b[6:]), le16(b[4:]))
}

// each calls do with one block after the other.
func each(data []byte, do func(block) error) error {
	for len(data) >= headSize {
		if le16(data) == 0 {
			return nil // nothing but padding to the end
		}
		b, rest, err := next(data)
		if err != nil {
			return err
		}
		if err := do(b); err != nil {
			return err
		}
		data = rest
	}
	return nil
}

// headSize is the three numbers before a block's key.
const headSize = 6

// next is the block at the start of data, and what follows it. Data starts at a
// multiple of four.
func next(data []byte) (b block, rest []byte, err error) {
	if len(data) < headSize {
		return b, nil, fmt.Errorf("%w: version resource is cut", ErrFormat)
	}
	length, valueLength, isText := int(le16(data)), int(le16(data[2:])), le16(data[4:]) == 1
	if length < headSize || length > len(data) {
		return b, nil, fmt.Errorf("%w: a block of %d bytes in %d", ErrFormat, length, len(data))
	}
	whole := data[:length]
	key := utf16Zero(whole[headSize:])
	b.key = utf16Text(key)
	body := whole[min(align(headSize+len(key)+2), length):]
	// The length of a text is in characters, and some compilers write bytes:
	// the text itself knows better where it ends. It has no blocks inside.
	b.value = body
	if !isText {
		valueLength = min(valueLength, len(body))
		b.value, b.inside = body[:valueLength], body[min(align(valueLength), len(body)):]
	} else if valueLength == 0 {
		b.value, b.inside = nil, body
	}
	return b, data[min(align(length), len(data)):], nil
}

// align is the next multiple of four.
func align(n int) int { return (n + 3) &^ 3 }

// utf16Zero is the bytes before the first zero character.
func utf16Zero(b []byte) []byte {
	for at := 0; at+1 < len(b); at += 2 {
		if b[at] == 0 && b[at+1] == 0 {
			return b[:at]
		}
	}
	return b[:len(b)&^1]
}

// utf16Text decodes up to the first zero character.
func utf16Text(b []byte) string {
	b = utf16Zero(b)
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, le16(b))
	}
	return string(bytes.TrimSpace([]byte(string(utf16.Decode(units)))))
}
