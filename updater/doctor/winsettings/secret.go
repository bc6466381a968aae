package winsettings

import "strings"

// hideUser takes names and passwords out of a list of proxies as Windows writes
// it: "host:port", "http://user:password@host:port", "http=a:1;https=b:2".
// Nothing behind an @ sign is taken for a host's name twice: what is before the
// last one goes.
func hideUser(proxies string) string {
	parts := strings.FieldsFunc(proxies, func(c rune) bool { return c == ';' || c == ' ' || c == '\t' })
	for i, part := range parts {
		before, address, isPair := strings.Cut(part, "=")
		if !isPair || strings.ContainsAny(before, ":/@") { // an = of a password
			before, address = "", part
		} else {
			before += "="
		}
		scheme, rest := cutScheme(address)
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			rest = rest[at+1:]
		}
		parts[i] = before + scheme + rest
	}
	return strings.Join(parts, ";")
}

// hideURL leaves scheme, host and path of an address: a user, a password or a
// key in its query are nobody's business.
func hideURL(address string) string {
	scheme, rest := cutScheme(strings.TrimSpace(address))
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	host, path, hasPath := strings.Cut(rest, "/")
	// A password may hold a slash that should have been escaped; then the @
	// sign stands in what looks like the path.
	if at := strings.LastIndex(rest, "@"); at >= 0 && (at < len(host) || strings.ContainsAny(host, ":@")) {
		host, path, hasPath = strings.Cut(rest[at+1:], "/")
	}
	if hasPath {
		host += "/" + path
	}
	return scheme + host
}

// cutScheme cuts "http://" and its like off. What holds anything but letters and
// numbers is no scheme: it could be a name and a password.
func cutScheme(address string) (scheme, rest string) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "", address
	}
	return scheme + "://", rest
}
