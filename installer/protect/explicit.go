package protect

import "strings"

// explicit takes from an access list, in the language that Windows has for it,
// what was set on the file itself: "D:AI(A;ID;FA;;;SY)(A;;FR;;;WD)" becomes
// "D:(A;;FR;;;WD)". It says false where there is nothing of that kind.
func explicit(list string) (own string, found bool) {
	_, list, ok := strings.Cut(list, "D:")
	if !ok || strings.HasPrefix(list, "NO_ACCESS_CONTROL") {
		return "", false
	}
	flags, entries := list, ""
	if i := strings.IndexByte(list, '('); i >= 0 {
		flags, entries = list[:i], list[i:]
	}
	var b strings.Builder
	b.WriteString("D:")
	protected := strings.Contains(strings.NewReplacer("AI", "", "AR", "").Replace(flags), "P")
	if protected { // nothing is handed down to it
		b.WriteString("P")
	}
	for _, entry := range split(entries) {
		if !inherited(entry) {
			b.WriteString(entry)
			found = true
		}
	}
	return b.String(), found || protected
}

// split takes the entries apart. One with a condition has parentheses inside.
func split(entries string) (each []string) {
	depth, start := 0, 0
	for i, c := range entries {
		switch c {
		case '(':
			if depth == 0 {
				start = i
			}
			depth++
		case ')':
			if depth--; depth == 0 {
				each = append(each, entries[start:i+1])
			}
		}
	}
	return each
}

// inherited says whether the flags of an entry, two letters each, have ID.
func inherited(entry string) bool {
	parts := strings.SplitN(entry, ";", 3)
	if len(parts) < 3 {
		return false
	}
	for flags := parts[1]; len(flags) >= 2; flags = flags[2:] {
		if flags[:2] == "ID" {
			return true
		}
	}
	return false
}
