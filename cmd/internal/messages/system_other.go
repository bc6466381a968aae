//go:build !windows

package messages

import "os"

// System is the language of the environment's locale.
func System() Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := os.Getenv(name); locale != "" {
			return FromLocale(locale)
		}
	}
	return English
}
