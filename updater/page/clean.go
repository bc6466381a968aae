package page

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits are what a page may hold.
type Limits struct {
	Text  int // bytes of one text
	Items int // of one list
	All   int // items of all lists together
	Bytes int // of all texts together
}

// cleaner makes every text of a page fit to be shown.
type cleaner struct {
	mask      func(string) string
	limits    Limits
	left      int // bytes of text that may still come
	items     int // of all lists, that may still come
	shortened bool
}

// Clean returns a copy of a page in which every text that can be reached, whoever
// filled it in and whichever field is added later, is masked, without characters
// that steer the display, and within the limits; and whether anything was left
// out. Lists are copied: the caller's page stays as it is.
func Clean[P any](p P, mask func(string) string, l Limits) (cleaned P, shortened bool) {
	c := cleaner{mask: mask, limits: l, left: l.Bytes, items: l.All}
	c.value(reflect.ValueOf(&p).Elem())
	return p, c.shortened
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
	count := min(v.Len(), c.limits.Items, c.items)
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
	if len(s) > 64*c.limits.Text { // nobody reads on; and masking takes its time
		s, c.shortened = cut(s, 64*c.limits.Text), true
	}
	if c.mask != nil {
		s = c.mask(s)
	}
	s = visible(s)
	limit := min(c.limits.Text, c.left)
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
