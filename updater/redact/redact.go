// Package redact takes out of a text what names a person or this PC, and what
// opens a door, before the text is kept in a log or the audit trail, or saved for
// a help desk: home folders, user names, the name of the PC, security
// identifiers, numbers of ten digits and more, as facilities (事業所番号) and
// insured people (受給者証番号) have them, passwords, keys and certificates.
//
// [Names.Text] leaves what is needed to read a single record: the folder of a
// client, say. [Names.Strict] is for what leaves the PC in bulk: names that people
// gave to files go as well.
//
// What is left still says what happened. It works on texts that somebody else
// made, errors of the system above all, so it looks for what it knows and for
// the shapes that such names have; it is not a promise for texts that people
// wrote.
package redact

import (
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"
)

// Names are what a PC and the person at it are called.
type Names struct {
	home []*regexp.Regexp // the longest folder first
	name *regexp.Regexp   // nil: none known
	word []string         // the same names, in small letters
	data []dataName       // what user data is called; see Preserving
}

// What stands in the place of a name.
const (
	mask   = "***"
	aHome  = "~"
	noName = 2 // names of one or two letters are parts of words
)

// System asks the system for the names of this PC, of whoever runs koshin, and of
// everybody else who has a home folder here: SYSTEM and root write about others.
func System() Names {
	var homes []string
	names := people()
	if home, err := os.UserHomeDir(); err == nil {
		homes = append(homes, home)
	}
	if u, err := user.Current(); err == nil {
		homes = append(homes, u.HomeDir)
		names = append(names, u.Name, u.Username[strings.LastIndexAny(u.Username, `\/`)+1:])
	}
	if host, err := os.Hostname(); err == nil {
		names = append(names, host)
	}
	return New(homes, append(names, os.Getenv("COMPUTERNAME"), os.Getenv("USERDOMAIN"), os.Getenv("USERNAME")))
}

// maxPeople bounds the home folders that are asked for: a shared PC has dozens.
const maxPeople = 200

// people are those who have a home folder on this PC.
func people() []string {
	folder := "/home"
	switch runtime.GOOS {
	case "windows":
		folder = filepath.Dir(os.Getenv("PUBLIC")) // beside those of all others
	case "darwin":
		folder = "/Users"
	}
	dir, err := os.Open(folder)
	if err != nil || !filepath.IsAbs(folder) {
		return nil // whoever may not look there has his own name masked
	}
	defer dir.Close() //nolint:errcheck // opened for reading
	names, _ := dir.Readdirnames(maxPeople)
	return names
}

// New makes Names of home folders and of names of people and the PC. Those that
// every PC has, such as root or SYSTEM, name nobody and are left out.
func New(homes, names []string) Names {
	var n Names
	homes = slices.SortedFunc(slices.Values(homes), func(a, b string) int { return len(b) - len(a) })
	for _, home := range homes {
		if home = strings.TrimRight(home, `/\`); strings.ContainsAny(home, `/\`) && !isSystems(home) && utf8.ValidString(home) {
			n.home = append(n.home, folded(home))
		}
	}
	var parts []string
	for _, name := range names {
		if len(name) > noName && utf8.ValidString(name) && !slices.Contains(nobody, strings.ToLower(name)) {
			parts = append(parts, regexp.QuoteMeta(name))
			n.word = append(n.word, strings.ToLower(name))
		}
	}
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) })
	if len(parts) > 0 {
		n.name = regexp.MustCompile(`(?i)(^|[^0-9A-Za-z_])(?:` + strings.Join(slices.Compact(parts), "|") + `)([^0-9A-Za-z_]|$)`)
	}
	return n
}

// nobody are names that say nothing about a person or a PC.
var nobody = []string{
	"root", "system", "administrator", "administrators", "admin", "user", "users", "guest", "default", "public", "owner",
	"localhost", "local", "workgroup", "nt authority", "koshin", "windows", "client", "linux", "proxy", "server",
	"shared", "all users", "default user", "defaultuser0", "lost+found", "null", "none", "false", "true",
}

// isSystems says that a home folder is the system's own, such as that of the
// account SYSTEM: it names nobody, and what stands there matters.
func isSystems(home string) bool {
	lower := strings.ToLower(home)
	return lower == "/root" || lower == "/var/root" || strings.Contains(lower, `\windows\`)
}

// The shapes of names, whoever they belong to.
var (
	homes = regexp.MustCompile(`(?i)((?:[a-z]:)?[\\/]+(?:Users|home|Documents and Settings)[\\/]+)([^\\/:*?"<>|\s,;)]+)`)
	sids  = regexp.MustCompile(`\bS-1-(5-21|12-1)(-\d+)+`)
	holds = regexp.MustCompile(`\(pid (\d+), [^()]*\)`) // as installer.Process is written
)

// Text is the text without names.
func (n Names) Text(text string) string { return byLine(text, n.line) }

// byLine masks what stretches over lines, and then each line by itself.
func byLine(text string, line func(string) string) string {
	text = armored.ReplaceAllString(text, "-----BEGIN $1----- "+mask)
	if !strings.Contains(text, "\n") {
		return line(text)
	}
	var out strings.Builder
	for one := range strings.Lines(text) {
		bare := strings.TrimSuffix(one, "\n")
		out.WriteString(line(bare))
		out.WriteString(one[len(bare):])
	}
	return out.String()
}

func (n Names) line(line string) string {
	line = blobs(line)
	lower := strings.ToLower(line)
	line = secrets(line, lower)
	if strings.ContainsAny(line, `/\`) {
		line = n.withoutHomes(line)
	}
	if has(lower, "s-1-") {
		line = sids.ReplaceAllString(line, "S-1-$1-"+mask)
	}
	if has(lower, "(pid ") {
		line = holds.ReplaceAllString(line, "(pid $1)")
	}
	line = numbers(line)
	if n.name != nil && has(lower, n.word...) {
		line = repeatedly(n.name, line)
	}
	return line
}

func (n Names) withoutHomes(line string) string {
	for _, home := range n.home {
		line = home.ReplaceAllString(line, aHome+"${1}")
	}
	return homes.ReplaceAllStringFunc(line, func(found string) string {
		part := homes.FindStringSubmatch(found)
		if slices.Contains(nobody, strings.ToLower(part[2])) {
			return found
		}
		return part[1] + mask
	})
}

// has says whether any of the words is in the text.
func has(text string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// repeatedly masks what stands between two borders; one border may belong to two.
func repeatedly(shape *regexp.Regexp, text string) string {
	for range 2 {
		text = shape.ReplaceAllString(text, "${1}"+mask+"${2}")
	}
	return text
}

// folded finds a path in whatever case and with whichever slashes it is written,
// also doubled as in JSON.
func folded(path string) *regexp.Regexp {
	var shape strings.Builder
	shape.WriteString("(?i)")
	for _, part := range strings.FieldsFunc(path, isSlash) {
		if shape.Len() > len("(?i)") || isSlash(rune(path[0])) {
			shape.WriteString(`[\\/]+`)
		}
		shape.WriteString(regexp.QuoteMeta(part))
	}
	return regexp.MustCompile(shape.String() + `([^0-9A-Za-z_.-]|$)`)
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }
