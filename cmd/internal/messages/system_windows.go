package messages

import "golang.org/x/sys/windows"

// System is the language in which Windows speaks to this user.
func System() Language {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return Japanese // the people in front of koshin are in Japan
	}
	return FromLocale(names[0])
}
