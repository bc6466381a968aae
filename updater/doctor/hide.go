package doctor

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Hide is what a diagnosis must not contain, wherever it might come in: an
// error message, a path, an answer of a client. Nothing of it is gathered in the
// first place; this is the second lock on the door.
type Hide struct {
	Home     string // the operator's home folder
	User     string // name, also as DOMAIN\name
	Computer string // the name of this PC
}

// homes are the folders below which systems keep a folder for each person.
var homes = regexp.MustCompile(`(?i)([a-z]:[\\/]+users[\\/]+|/home/|/Users/)[^\\/"'<>|:*?,;]+`)

// people are the identifiers that Windows gives to persons (DOMAIN section 2).
var people = regexp.MustCompile(`S-1-(5-21|12-1)(-[0-9]+)+`)

// ordinary are names that many accounts and computers have, that say nothing
// about a person, and that evidence is full of.
var ordinary = []string{"root", "admin", "administrator", "system", "user", "localhost", "pc", "windows", "koshin", "client", "go", "tls"}

// text masks one value.
func (h Hide) text(value string) string {
	if h.Home != "" && h.Home != "/" {
		value = replaceFold(value, h.Home, "~", func(string, int, int) bool { return true })
	}
	value = homes.ReplaceAllString(value, "~")
	value = people.ReplaceAllString(value, "S-1-…")
	for _, name := range append(strings.FieldsFunc(h.User, func(r rune) bool { return r == '\\' || r == '@' }), h.Computer) {
		if len(name) > 1 && !slices.Contains(ordinary, strings.ToLower(name)) {
			value = replaceFold(value, name, "…", wholeWord)
		}
	}
	return value
}

// findings masks all evidence.
func (h Hide) findings(all []Finding) {
	for i := range all {
		all[i].About = h.text(all[i].About)
		for k, fact := range all[i].Evidence {
			all[i].Evidence[k] = Fact{Of: h.text(fact.Of), Key: h.text(fact.Key), Value: h.text(fact.Value)}
		}
	}
}

// replaceFold replaces old in any case, where fits says so.
func replaceFold(text, old, now string, fits func(text string, from, to int) bool) string {
	pattern := regexp.MustCompile("(?i)" + regexp.QuoteMeta(old))
	var out strings.Builder
	last := 0
	for _, at := range pattern.FindAllStringIndex(text, -1) {
		if fits(text, at[0], at[1]) {
			out.WriteString(text[last:at[0]] + now)
			last = at[1]
		}
	}
	return out.String() + text[last:]
}

// wholeWord: the name of a person is not the middle of another word.
func wholeWord(text string, from, to int) bool {
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	before, after := []rune(text[:from]), []rune(text[to:])
	return (len(before) == 0 || !letter(before[len(before)-1])) && (len(after) == 0 || !letter(after[0]))
}
