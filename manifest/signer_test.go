package manifest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func TestSigner(t *testing.T) {
	ca, stamp := strings.Repeat("0a", 32), strings.Repeat("f1", 32)
	for text, ok := range map[string]bool{
		"トリコミ株式会社; ca sha256:" + ca + "; time sha256:" + stamp:                        true,
		strings.Repeat("株", 64) + "; ca sha256:" + ca + "; time sha256:" + stamp:      true,
		"Torikomi Soft K.K. (Tokyo), Ltd; ca sha256:" + ca + "; time sha256:" + stamp: true,
		"Torikomi":                  false,
		"":                          false,
		"Torikomi; ca sha256:" + ca: false,
		"Torikomi; time sha256:" + stamp + "; ca sha256:" + ca:                       false,
		"Torikomi; ca sha256:" + ca + "; time sha256:" + stamp + "; ca sha256:" + ca: false,
		"Torikomi;ca sha256:" + ca + ";time sha256:" + stamp:                         false,
		"Torikomi; ca sha256:" + strings.ToUpper(ca) + "; time sha256:" + stamp:      false,
		"Torikomi; ca sha256:" + ca[1:] + "; time sha256:" + stamp:                   false,
		"Torikomi; ca sha256:" + strings.Repeat("0", 64) + "; time sha256:" + stamp:  false,
		"Torikomi; ca sha1:" + ca + "; time sha256:" + stamp:                         false,
		" Torikomi; ca sha256:" + ca + "; time sha256:" + stamp:                      false,
		"Tori\u202ekomi; ca sha256:" + ca + "; time sha256:" + stamp:                 false,
		"Tori\nkomi; ca sha256:" + ca + "; time sha256:" + stamp:                     false,
		"Tori\xffkomi; ca sha256:" + ca + "; time sha256:" + stamp:                   false,
		"; ca sha256:" + ca + "; time sha256:" + stamp:                               false,
		strings.Repeat("a", 400) + "; ca sha256:" + ca + "; time sha256:" + stamp:    false,
	} {
		s, err := manifest.ParseSigner(text)
		if ok != (err == nil) || err != nil && !errors.Is(err, manifest.ErrSigner) {
			t.Errorf("%q: %v", text, err)
		}
		if ok && s.String() != text {
			t.Errorf("%q is written %q", text, s)
		}
	}
}
