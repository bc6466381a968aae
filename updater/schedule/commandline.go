package schedule

import "strings"

// commandLine joins arguments so that Windows programs split them again: the
// rules of CommandLineToArgvW.
func commandLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = quoteArgument(arg)
	}
	return strings.Join(quoted, " ")
}

func quoteArgument(arg string) string {
	if arg != "" && !strings.ContainsAny(arg, " \t\"") {
		return arg
	}
	var out strings.Builder
	out.WriteByte('"')
	backslashes := 0
	for i := range len(arg) {
		switch arg[i] {
		case '\\':
			backslashes++
		case '"': // each backslash before it is doubled, and it gets one of its own
			out.WriteString(strings.Repeat(`\`, backslashes+1))
			backslashes = 0
		default:
			backslashes = 0
		}
		out.WriteByte(arg[i])
	}
	out.WriteString(strings.Repeat(`\`, backslashes)) // before the closing quote
	out.WriteByte('"')
	return out.String()
}
