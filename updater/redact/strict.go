package redact

import (
	"regexp"
	"strings"
)

// ends is what a file's name in a text ends with at the latest. A space is no
// end: rather a few words too many are masked than a part of a name stays.
const ends = `"'<>|\r\n\t,;:)）、。」：`

// written is a part of a path that people named in their own script, up to its
// extension.
var written = regexp.MustCompile(`([\\/]+)([^\\/` + ends + ` ]*[^\x00-\x7F\\/` + ends + ` …][^\\/` + ends + ` ]*(?: [^\\/` + ends + ` ]*[^\x00-\x7F\\/` + ends + ` ][^\\/` + ends + ` ]*)*)`)

// Preserving is n, and Strict masks the names of the user's data too: what these
// patterns of a product's manifest (DESIGN section 6) may stand for.
func (n Names) Preserving(patterns []string) Names {
	for _, pattern := range patterns {
		folder, _, _ := strings.Cut(pattern, "*")
		folder, last := folder[:strings.LastIndex(folder, "/")+1], pattern[strings.LastIndexAny(pattern, "/.")+1:]
		switch {
		case folder != "":
			n.data = append(n.data[:len(n.data):len(n.data)], belowOf(folder))
		case strings.Contains(pattern, "*.") && !strings.Contains(last, "*"):
			n.data = append(n.data[:len(n.data):len(n.data)], regexp.MustCompile(`(?i)([\\/"'=]|^|[ ])[^\\/`+ends+`=]*(\.`+regexp.QuoteMeta(last)+`)\b`))
		}
	}
	return n
}

// belowOf finds what lies in a folder: its name, and what is behind it.
func belowOf(folder string) *regexp.Regexp {
	parts := strings.Split(strings.Trim(folder, "/"), "/")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?i)((?:^|[\\/ "'=：（(])` + strings.Join(parts, `[\\/]+`) + `[\\/]+)[^` + ends + `]+`)
}

// Strict is [Names.Text] for what goes to a help desk in bulk: the parts of paths
// that people named in their own script, and all names of the user's data, are
// masked as well.
func (n Names) Strict(text string) string {
	for _, data := range n.data {
		text = data.ReplaceAllString(text, "${1}"+mask+"${2}")
	}
	text = n.Text(text)
	return written.ReplaceAllString(text, "${1}"+mask)
}
