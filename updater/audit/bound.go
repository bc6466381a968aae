package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/koshin-updater/koshin/updater/redact"
)

// Bounds of the evidence in one line. Some of it is said by hosts: the names in
// a certificate alone may take 64 KiB, of each of 16 hosts.
const (
	maxText   = 1 << 10   // bytes of one text; the longest honest one is an error of about 300
	maxDetail = 512 << 10 // bytes of all of it; half a line, since the line has other fields
)

// bounded is the evidence with every text cleaned and shortened, in its order.
// Of evidence that is too large even so, only its size is left.
func bounded(detail json.RawMessage, clean func(string) string) json.RawMessage {
	if len(detail) == 0 {
		return nil
	}
	short, err := redact.JSON(detail, func(text string) string {
		if clean != nil {
			text = clean(text)
		}
		return clip(text, maxText)
	})
	switch {
	case err != nil:
		return fmt.Appendf(nil, `{"omitted":"unreadable evidence, %d bytes"}`, len(detail))
	case len(short) > maxDetail:
		return fmt.Appendf(nil, `{"omitted":"%d bytes of evidence"}`, len(short))
	}
	return short
}

// clip shortens a text to so many bytes, at a character, and says so.
func clip(text string, limit int) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= limit {
		return text
	}
	end := limit
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:end], len(text))
}
