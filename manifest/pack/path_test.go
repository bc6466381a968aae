package pack

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckPath(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want error
	}{
		{"a", nil},
		{"bin/client.exe", nil},
		{"データ/四月.txt", nil},
		{"a b/c d", nil},
		{".hidden/..more", nil},
		{"sub/.koshin-index", nil},
		{"company/com10", nil},
		{"絵文字/😀.txt", nil},
		{strings.Repeat("a", 255), nil},

		{"", ErrPathEmpty},
		{"a//b", ErrPathEmpty},
		{"a/", ErrPathEmpty},
		{"/etc/passwd", ErrPathAbsolute},
		{"//server/share", ErrPathAbsolute},
		{"../x", ErrPathParent},
		{"a/../../x", ErrPathParent},
		{"a/./b", ErrPathParent},
		{"..", ErrPathParent},
		{`..\x`, ErrPathSlash},
		{`\\server\share`, ErrPathSlash},
		{"C:x", ErrPathDrive},
		{"C:/x", ErrPathDrive},
		{"a.txt:stream", ErrPathStream},
		{"x/c:y", ErrPathStream},
		{":x", ErrPathStream},
		{"あ:x", ErrPathStream},
		{"CON", ErrPathDevice},
		{"a/nul.txt", ErrPathDevice},
		{"com1", ErrPathDevice},
		{"lpt¹.log", ErrPathDevice},
		{"a.", ErrPathTrailing},
		{"a /b", ErrPathTrailing},
		{"...", ErrPathTrailing},
		{"a\x00b", ErrPathControl},
		{"a\nb", ErrPathControl},
		{"a\u0085b", ErrPathControl},
		{"what?", ErrPathSpecial},
		{"a|b", ErrPathSpecial},
		{"a\xff", ErrPathUTF8},
		{".koshin-index", ErrPathReserved},
		{".KOSHIN-index", ErrPathReserved},
		{strings.Repeat("a", 256), ErrPathLong},
		{strings.Repeat("a/", 200) + "b", ErrPathLong},
	}
	for _, test := range tests {
		err := CheckPath(test.path)
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
			t.Errorf("%q: %v, not %v", test.path, err, test.want)
		}
		if err != nil && !errors.Is(err, ErrPath) {
			t.Errorf("%q: %v is not ErrPath", test.path, err)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	same := [][2]string{{"README", "readme"}, {"Ａ", "ａ"}, {"が", "か\u3099"}, {"K", "\u212a"}, {"Σ", "ς"}, {"É", "e\u0301"}}
	for _, pair := range same {
		if Fold(pair[0]) != Fold(pair[1]) {
			t.Errorf("%q and %q fold to %q and %q", pair[0], pair[1], Fold(pair[0]), Fold(pair[1]))
		}
	}
	different := [][2]string{{"a", "b"}, {"は", "ば"}, {"ア", "あ"}}
	for _, pair := range different {
		if Fold(pair[0]) == Fold(pair[1]) {
			t.Errorf("%q and %q are the same", pair[0], pair[1])
		}
	}
}

func TestCompareIsTheOrderOfAWalk(t *testing.T) {
	t.Parallel()
	order := []string{"A", "a", "a/b", "a/b/c", "a/c", "a b", "a-b", "a.b", "ab", "b", "四"}
	for i, x := range order {
		for j, y := range order {
			if got := Compare(x, y); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Compare(%q, %q) = %d", x, y, got)
			}
		}
	}
}
