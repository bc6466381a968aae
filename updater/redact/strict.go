package redact

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ends is what a file's name in a text ends with at the latest. A space is no
// end: rather a few words too many are masked than a part of a name stays.
const ends = `"'<>|\r\n\t,;:)）、。」：`

// written is a part of a path that people named in their own script, up to its
// extension.
var written = regexp.MustCompile(`([\\/]+)([^\\/` + ends + ` ]*[^\x00-\x7F\\/` + ends + ` …][^\\/` + ends + ` ]*(?: [^\\/` + ends + ` ]*[^\x00-\x7F\\/` + ends + ` ][^\\/` + ends + ` ]*)*)`)

// maxPattern bounds a pattern that somebody else wrote; a real one has a dozen letters.
const maxPattern = 200

// dataName is the shape of a name of user data, and a word that it cannot be
// without, in small letters.
type dataName struct {
	shape *regexp.Regexp
	word  string
}

// Preserving is n, and Strict masks the names of the user's data too: what these
// patterns of a product's manifest (DESIGN section 6) may stand for.
func (n Names) Preserving(patterns []string) Names {
	for _, pattern := range patterns {
		if len(pattern) > maxPattern || !utf8.ValidString(pattern) {
			continue
		}
		folder, _, _ := strings.Cut(pattern, "*")
		folder, last := folder[:strings.LastIndex(folder, "/")+1], pattern[strings.LastIndexAny(pattern, "/.")+1:]
		switch {
		case strings.Trim(folder, "/") != "":
			n.data = append(n.data[:len(n.data):len(n.data)], belowOf(folder))
		case strings.Contains(pattern, "*.") && !strings.Contains(last, "*"):
			n.data = append(n.data[:len(n.data):len(n.data)], called(last))
		}
	}
	return n
}

// belowOf finds what lies in a folder: its name, and what is behind it.
func belowOf(folder string) dataName {
	names := strings.Split(strings.Trim(folder, "/"), "/")
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = regexp.QuoteMeta(name)
	}
	shape := `(?i)((?:^|[\\/ "'=：（(])` + strings.Join(parts, `[\\/]+`) + `[\\/]+)[^` + ends + `]+`
	return dataName{regexp.MustCompile(shape), strings.ToLower(names[0])}
}

// called finds files with this extension.
func called(extension string) dataName {
	shape := `(?i)([\\/"'=]|^|[ ])[^\\/` + ends + `=]*(\.` + regexp.QuoteMeta(extension) + `)\b`
	return dataName{regexp.MustCompile(shape), "." + strings.ToLower(extension)}
}

// withoutWritten masks what people named in their own script. The host of an
// address is no part of a path.
func withoutWritten(line string) string {
	var out strings.Builder
	at := 0
	for _, found := range written.FindAllStringSubmatchIndex(line, -1) {
		name := found[4]
		if strings.HasSuffix(line[:name], "://") {
			continue
		}
		out.WriteString(line[at:name] + mask)
		at = found[1]
	}
	return out.String() + line[at:]
}

// Strict is [Names.Text] for what goes to a help desk in bulk: the parts of paths
// that people named in their own script, and all names of the user's data, are
// masked as well.
func (n Names) Strict(text string) string {
	return byLine(text, func(line string) string {
		lower := strings.ToLower(line)
		for _, data := range n.data {
			if has(lower, data.word) {
				line = data.shape.ReplaceAllString(line, "${1}"+mask+"${2}")
			}
		}
		line = n.line(line)
		if strings.ContainsAny(line, `/\`) && strings.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII }) {
			line = withoutWritten(line)
		}
		return line
	})
}
