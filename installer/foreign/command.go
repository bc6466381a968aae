package foreign

import (
	"strings"

	"github.com/koshin-updater/koshin/manifest"
)

// command is the program to start and its arguments. They are split as the
// publisher declared them; no shell reads them.
func (r Run) command() (program string, args []string, err error) {
	if r.Line != "" {
		program, rest, err := SplitLine(r.Line)
		return program, strings.Fields(rest), err
	}
	declared := r.declared()
	if r.Kind != manifest.MSI {
		return r.File, declared, nil
	}
	if program, err = msiexec(); err != nil {
		return "", nil, err
	}
	verb := "/i"
	if r.Action == Uninstall {
		verb, declared = "/x", nil
	}
	return program, append([]string{verb, r.File, "/qn", "/norestart", "/l*v", r.Log}, declared...), nil
}

// declared are the publisher's arguments with the placeholders replaced.
func (r Run) declared() []string {
	words := strings.NewReplacer("{dir}", r.Dir, "{log}", r.Log)
	filled := make([]string, len(r.How.Args))
	for i, arg := range r.How.Args {
		filled[i] = words.Replace(arg)
	}
	return filled
}

// line is the command line of this run: an installed client's own as it is.
func (r Run) line(program string, args []string) string {
	if r.Line == "" {
		return commandLine(r.Kind, program, args)
	}
	_, rest, _ := SplitLine(r.Line) // it was split before
	return strings.TrimSpace(quote(program) + " " + rest)
}

// commandLine is what a program of Windows is started with: it gets one text,
// and splits it for itself. Most do as Microsoft's C runtime, and two do not:
// msiexec wants PROPERTY="value", and an NSIS setup takes everything after /D=
// as it is, which therefore must come last and without quotes.
func commandLine(kind manifest.Kind, program string, args []string) string {
	var line strings.Builder
	line.WriteString(quote(program))
	for i, arg := range args {
		line.WriteByte(' ')
		name, value, isProperty := strings.Cut(arg, "=")
		switch {
		case kind == manifest.MSI && isProperty && strings.ContainsAny(value, " \t\""):
			line.WriteString(name + `="` + strings.ReplaceAll(value, `"`, `""`) + `"`)
		case kind == manifest.Setup && i == len(args)-1 && strings.HasPrefix(arg, "/D="):
			line.WriteString(arg)
		default:
			line.WriteString(quote(arg))
		}
	}
	return line.String()
}

// quote writes an argument so that Microsoft's C runtime reads it as one
// (Microsoft, "Parsing C command-line arguments").
func quote(arg string) string {
	if arg != "" && !strings.ContainsAny(arg, " \t\"") {
		return arg
	}
	var b strings.Builder
	b.WriteByte('"')
	backslashes := 0
	for _, c := range []byte(arg) {
		switch c {
		case '\\':
			backslashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, backslashes+1))
			backslashes = 0
		default:
			backslashes = 0
		}
		b.WriteByte(c)
	}
	b.WriteString(strings.Repeat(`\`, backslashes))
	b.WriteByte('"')
	return b.String()
}
