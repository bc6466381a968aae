package report

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a page may hold. An honest one has about 40 KiB of text.
const (
	maxText  = 2 << 10   // bytes of one text
	maxItems = 200       // of one list: more evidence than a person reads
	maxAll   = 4000      // of all lists together; an honest page has about 300
	maxTexts = 512 << 10 // bytes of all texts together

	// MaxBytes is more than any file that Write makes: all texts, each byte of
	// which html/template may write with six, and the markup around all items.
	MaxBytes = 8 << 20
)

// cleaner makes every text of a page fit to be shown.
type cleaner struct {
	mask      func(string) string
	left      int // bytes of text that may still come
	items     int // of all lists, that may still come
	shortened bool
}

// page cleans everything that can be reached, whoever filled it in and
// whichever field is added later.
func (c *cleaner) page(p Page) Page {
	c.value(reflect.ValueOf(&p).Elem())
	p.Shortened = c.shortened
	return p
}

func (c *cleaner) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(c.text(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			c.value(v.Field(i))
		}
	case reflect.Slice:
		c.list(v)
	}
}

// list cleans a copy: the caller's page stays as it is.
func (c *cleaner) list(v reflect.Value) {
	if !v.CanSet() || v.IsNil() {
		return
	}
	count := min(v.Len(), maxItems, c.items)
	c.shortened = c.shortened || count < v.Len()
	c.items -= count
	copied := reflect.MakeSlice(v.Type(), count, count)
	reflect.Copy(copied, v)
	for i := range count {
		c.value(copied.Index(i))
	}
	v.Set(copied)
}

// text masks first: what is cut off cannot be recognised any more.
func (c *cleaner) text(s string) string {
	if c.left == 0 && s != "" {
		c.shortened = true
		return ""
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > 64*maxText { // nobody reads on; and masking takes its time
		s, c.shortened = cut(s, 64*maxText), true
	}
	if c.mask != nil {
		s = c.mask(s)
	}
	s = visible(s)
	limit := min(maxText, c.left)
	if len(s) > limit {
		s, c.shortened = cut(s, limit)+"…", true
	}
	c.left -= min(len(s), c.left)
	return s
}

// visible writes what would steer the display as its number: a host that turns
// the direction of writing around could make a page say the opposite.
func visible(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			out.WriteRune(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == '\u2028' || r == '\u2029':
			fmt.Fprintf(&out, "‹U+%04X›", r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// cut shortens at a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
