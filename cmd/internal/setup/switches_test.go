package setup

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// root is an absolute folder of this system.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(string(filepath.Separator) + "配布 用")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestParse(t *testing.T) {
	t.Parallel()
	here := root(t)
	anchor, ca := filepath.Join(here, "root.json"), filepath.Join(here, "deep", "ca.pem")
	for _, test := range []struct {
		args string // separated by |
		want Request
	}{
		{"", Request{}},
		{"/S|/NCRC", Request{}},
		{"/S|/LANG=ja", Request{}},
		{"/config=" + anchor, Request{Config: anchor}},
		{"/CONFIG=root.json|/ANCHOR=deep/ca.pem", Request{Config: anchor, Anchor: ca}},
		{"/LOG=root.json", Request{Log: anchor}},
		{
			`/URL=https://a.example/|/URL=\\server\share\x|/ANCHOR=root.json|/CAFILE=deep/ca.pem|/PROXY=none|/PRODUCT=torikomi=C:\Program Files\取込 送信`,
			Request{URLs: []string{"https://a.example/", `\\server\share\x`}, Anchor: anchor, CAFile: ca, Proxy: "none", Products: []string{`torikomi=C:\Program Files\取込 送信`}},
		},
		{
			`/URL=u|/ANCHOR=root.json|/PRODUCT=a=C:\A;b-c=D:\B;C;x|/PRODUCT=d=E:\`,
			Request{URLs: []string{"u"}, Anchor: anchor, Products: []string{`a=C:\A`, `b-c=D:\B;C;x`, `d=E:\`}},
		},
	} {
		got, err := Parse(Install, here, split(test.args))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %v\n want %+v", test.args, got, err, test.want)
		}
	}
	got, err := Parse(Remove, here, []string{"/S", "/PURGE", "/LOG=" + anchor})
	if err != nil || !reflect.DeepEqual(got, Request{Purge: true, Log: anchor}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func split(args string) []string {
	if args == "" {
		return nil
	}
	return strings.Split(args, "|")
}

func TestRefused(t *testing.T) {
	t.Parallel()
	const whole = "/URL=u|/ANCHOR=a|/PRODUCT=p=d"
	for _, args := range []string{
		"koshin.toml", "-S", "/", "/=", "/X", "/S=1", "/QUIET", "/PURGE", "/CONFIG", "/CONFIG=", "/LANG=fr",
		"/CONFIG=a|/CONFIG=b", "/CONFIG=a|/URL=u", "/CONFIG=a|/PRODUCT=p=d", "/CONFIG=a|/PROXY=none",
		"/URL=u", "/URL=u|/ANCHOR=a", "/URL=u|/PRODUCT=p=d", "/ANCHOR=a", "/CAFILE=a", "/PROXY=none", "/PRODUCT=p=d",
		whole + "|/ANCHOR=b", whole + "|/LOG=a\nb", whole + "|/LOG=a\uFFFDb",
		`/URL=u|/ANCHOR=a|/PRODUCT=p=C:\Client" /S`, // what Windows makes of "C:\Client\" /S
	} {
		if got, err := Parse(Install, root(t), split(args)); !errors.Is(err, ErrSwitch) {
			t.Errorf("%q: %+v, %v", args, got, err)
		}
	}
	for _, args := range []string{"/CONFIG=a", "/URL=u", "/PURGE=yes", "/X"} {
		if got, err := Parse(Remove, root(t), split(args)); !errors.Is(err, ErrSwitch) {
			t.Errorf("%q: %+v, %v", args, got, err)
		}
	}
}

// No value becomes a flag of its own, or two.
func TestEnrollArgs(t *testing.T) {
	t.Parallel()
	r := Request{URLs: []string{"--schedule", "b"}, Anchor: "a b", CAFile: "-c", Products: []string{"p=C:\\取込 送信", "--x"}, Proxy: "none"}
	want := []string{
		"enroll", "--schedule=false", "--lang=ja", "--anchor=a b", "--url=--schedule", "--url=b",
		"--product=p=C:\\取込 送信", "--product=--x", "--ca-file=-c", "--proxy=none",
	}
	if got := r.EnrollArgs("ja"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("/URL=u|/ANCHOR=a|/PRODUCT=p=d;q=e")
	f.Add(`/PRODUCT=;;a=b"`)
	f.Fuzz(func(t *testing.T, args string) {
		r, err := Parse(Install, root(t), split(args))
		if err == nil && (r.Config != "" && r.Enrolls() || r.Enrolls() && (r.Anchor == "" || len(r.Products) == 0)) {
			t.Errorf("%+v", r)
		}
		for _, arg := range r.EnrollArgs("ja")[1:] {
			if err == nil && (!strings.HasPrefix(arg, "--") || strings.ContainsAny(arg, "\"\x00\n")) {
				t.Errorf("%q", arg)
			}
		}
	})
}
