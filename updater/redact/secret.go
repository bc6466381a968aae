package redact

import (
	"regexp"
	"slices"
	"strings"
)

// What opens a door, by its shape.
var (
	// A certificate or key, also where its end was cut off or its lines are
	// written with \n. What is left of one whose beginning was cut off is a blob.
	armored = regexp.MustCompile(`(?s)-----BEGIN ([A-Z0-9 ]+)-----.*?(?:-----END [A-Z0-9 ]+-----|\z)`)
	blob    = regexp.MustCompile(`[A-Za-z0-9+/]{60,}={0,2}`)

	header = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\?["']?\s*[:=]\s*)[^\r\n"']+`)
	bearer = regexp.MustCompile(`(?i)\b(basic|bearer|negotiate|ntlm)\s+[A-Za-z0-9+/._~-]{12,}=*`)

	// A word, a sign that says what follows is its value, and the value: in
	// quotes, in quotes of a text in quotes, or up to the next space.
	secret = regexp.MustCompile(`(?i)(` + secretWords + `)(\\?["']?\s*[:=：＝]+\s*)(\\"[^"]*\\"|"[^"]*"|'[^']*'|[^\s"',;&。、]+)`)
	told   = regexp.MustCompile(`(パスワード|暗証番号|パスコード|合言葉)(は\s?[「"']?)([!-~]{3,})`) // in a sentence; what is no ASCII there is the sentence
	whose  = regexp.MustCompile(`(?i)\b(user|user_?name|account|owner|login)(\\?["']?\s*[:=]\s*)(\\"[^"]*\\"|"[^"]*"|'[^']*'|[^\s"',;&)]+)`)

	// What opens a file in a download store: the signature in an address's query.
	signed = regexp.MustCompile(`(?i)([?&;](?:amp;)?(?:sig|jwt|[a-z0-9-]*signature)=)[^&;\s"'<>\\]+`)

	// The part of an address before its host, whatever signs a password has.
	// Without a scheme it is one word, as in an address for mail.
	withScheme = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*:)(//|\\/\\/)[^\s"<>]*@`)
	inQuotes   = regexp.MustCompile(`("[a-zA-Z][a-zA-Z0-9+.-]*://)[^"\r\n]*@|('[a-zA-Z][a-zA-Z0-9+.-]*://)[^'\r\n]*@`)
	ofProxy    = regexp.MustCompile(`(?im)^(\s*"?proxy"?\s*=\s*)[^\r\n]*@`) // of koshin.toml, also where it is not valid
	noScheme   = regexp.MustCompile(`[^\s"'<>(),;=/\\*]+@([A-Za-z0-9.-]+)`)
)

const secretWords = `passwords?|passwd|passphrase|passcode|\bpass\b|\bpw\b|pwd|secret|token|api[_-]?key|credentials?|\bpin\b|パスワード|暗証番号|パスコード|合言葉`

// blobs masks what is encoded. A hash says what a file is, and opens nothing.
func blobs(text string) string {
	return blob.ReplaceAllStringFunc(text, func(found string) string {
		if isHex(found) {
			return found
		}
		return mask
	})
}

// secrets masks what opens a door in one line. The shapes cost much more than a
// look whether the line has any of their words.
func secrets(line, lower string) string {
	if has(lower, "authorization", "cookie") {
		line = header.ReplaceAllString(line, "$1$2"+mask)
	}
	if has(lower, "basic", "bearer", "negotiate", "ntlm") {
		line = bearer.ReplaceAllString(line, "$1 "+mask)
	}
	if has(lower, "pass", "pwd", "pw", "secret", "token", "key", "credential", "pin", "パス", "暗証", "合言葉") {
		line = secret.ReplaceAllStringFunc(line, func(found string) string { return hide(secret, found) })
	}
	if has(lower, "sig", "jwt") {
		line = signed.ReplaceAllString(line, "$1"+mask)
	}
	if has(lower, "は") {
		line = told.ReplaceAllString(line, "$1$2"+mask)
	}
	if has(lower, "user", "account", "owner", "login") {
		line = whose.ReplaceAllStringFunc(line, func(found string) string { return hide(whose, found) })
	}
	if !has(lower, "@") {
		return line
	}
	line = ofProxy.ReplaceAllString(line, "$1"+mask+"@")
	line = inQuotes.ReplaceAllString(line, "$1$2"+mask+"@")
	line = withScheme.ReplaceAllString(line, "$1$2"+mask+"@")
	return noScheme.ReplaceAllString(line, mask+"@$1")
}

// hide masks the last part of what was found, inside its quotes.
func hide(shape *regexp.Regexp, found string) string {
	part := shape.FindStringSubmatch(found)
	value := strings.Trim(part[3], `\"'`)
	if value == "" || slices.Contains(nobody, strings.ToLower(value)) {
		return found
	}
	return part[1] + part[2] + strings.Replace(part[3], value, mask, 1)
}

// Address is a proxy or another address without its user and password, whether
// or not it is a well-formed one.
func Address(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return address
	}
	scheme, _, ok := strings.Cut(address[:at], "://")
	if !ok {
		return address[at+1:]
	}
	return scheme + "://" + address[at+1:]
}
