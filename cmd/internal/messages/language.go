package messages

import "strings"

// ParseLanguage reads --lang or the configuration's language.
func ParseLanguage(text string) (Language, bool) {
	switch l := Language(text); l {
	case Japanese, English:
		return l, true
	}
	return "", false
}

// FromLocale picks the language for a locale name such as ja_JP.UTF-8 or ja-JP:
// Japanese for Japanese, English for everything else.
func FromLocale(locale string) Language {
	if strings.HasPrefix(strings.ToLower(locale), "ja") {
		return Japanese
	}
	return English
}
