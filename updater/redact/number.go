package redact

import (
	"regexp"
	"strings"
)

// runs are numbers that may be somebody's, in either width: ten digits for a
// facility and for an insured person, twelve for 個人番号, more where a month is
// written behind one of them in a file's name.
var runs = regexp.MustCompile(`[0-9０-９]{10,}`)

// numbers masks numbers of ten digits and more, whatever letters stand around
// them. Those of a hash stay, and digits behind a decimal point, as in versions
// and durations.
func numbers(text string) string {
	var out strings.Builder
	at := 0
	for _, found := range runs.FindAllStringIndex(text, -1) {
		from, to := found[0], found[1]
		out.WriteString(text[at:from])
		if inHash(text, from, to) || isFraction(text, from) {
			out.WriteString(text[from:to])
		} else {
			out.WriteString(mask)
		}
		at = to
	}
	return out.String() + text[at:]
}

// inHash says whether text[from:to] stands in a word of at least 32 hexadecimal
// digits, as MD5 and longer hashes are, that has letters too.
func inHash(text string, from, to int) bool {
	for from > 0 && isHexDigit(text[from-1]) {
		from--
	}
	for to < len(text) && isHexDigit(text[to]) {
		to++
	}
	return to-from >= 32 && strings.ContainsAny(text[from:to], "abcdef")
}

// isFraction says whether digits and a point stand before. Four digits before
// the point are a year or a file's name.
func isFraction(text string, from int) bool {
	if from < 2 || text[from-1] != '.' {
		return false
	}
	digits := 0
	for i := from - 2; i >= 0 && text[i] >= '0' && text[i] <= '9'; i-- {
		digits++
	}
	return digits > 0 && digits < 4
}

func isHex(text string) bool {
	for i := range len(text) {
		if !isHexDigit(text[i]) {
			return false
		}
	}
	return true
}

func isHexDigit(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }
