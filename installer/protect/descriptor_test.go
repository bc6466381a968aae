package protect

import (
	"errors"
	"testing"
)

const (
	sidSelf     = "S-1-5-21-1-2-3-1001"
	sidStranger = "S-1-5-21-1-2-3-1002"

	reading    = 0x1200a9 // FRFX
	everything = 0x1f01ff // FA
)

func TestJudge(t *testing.T) {
	t.Parallel()
	system := []Entry{{Allows, sidSystem, everything}, {Allows, sidAdministrators, everything}}
	with := func(more ...Entry) []Entry { return append(system[:2:2], more...) }
	cases := []struct {
		name string
		is   Descriptor
		want error
	}{
		{"SYSTEM and Administrators", Descriptor{Owner: sidAdministrators, Entries: system}, nil},
		{"SYSTEM owns it", Descriptor{Owner: sidSystem, Entries: system}, nil},
		{"this user's own", Descriptor{Owner: sidSelf, Entries: with(Entry{Allows, sidSelf, everything})}, nil},
		{"users may read", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidUsers, reading})}, nil},
		{"whoever makes a file has it", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidCreatorOwner, everything})}, nil},
		{"a stranger's", Descriptor{Owner: sidStranger, Entries: system}, ErrOwner},
		{"made by Users", Descriptor{Owner: sidUsers, Entries: system}, ErrOwner},
		{"no list", Descriptor{Owner: sidSystem, NoList: true}, ErrWritable},
		{"a list of a later kind", Descriptor{Owner: sidSystem, Entries: with(Entry{Unknown, "", 0})}, ErrWritable},
		{"a stranger writes", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidStranger, 0x2})}, ErrWritable},
		{"users add files", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidUsers, reading | 0x2})}, ErrWritable},
		{"users add folders", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidUsers, reading | 0x4})}, ErrWritable},
		{"users make it a junction", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidUsers, reading | 0x100})}, ErrWritable},
		{"users delete what is in it", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidUsers, 0x40})}, ErrWritable},
		{"users change the list", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidUsers, 0x40000})}, ErrWritable},
		{"everyone, in general terms", Descriptor{Owner: sidSystem, Entries: with(Entry{Allows, sidEveryone, 0x10000000})}, ErrWritable},
		{"rights taken away", Descriptor{Owner: sidSystem, Entries: with(Entry{Denies, sidUsers, everything})}, nil},
	}
	for _, c := range cases {
		if err := c.is.Judge(sidSelf); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// Files that an administrator made may let single people write; ordinary users
// as such never.
func TestJudgeFile(t *testing.T) {
	t.Parallel()
	person := []Entry{{Allows, sidStranger, everything}}
	for _, c := range []struct {
		is    Descriptor
		owned bool
		want  error
	}{
		{Descriptor{Owner: sidStranger, Entries: person}, false, nil},
		{Descriptor{Owner: sidStranger, Entries: person}, true, ErrOwner},
		{Descriptor{Owner: sidSystem, Entries: person}, true, nil},
		{Descriptor{Owner: sidSystem, Entries: []Entry{{Allows, sidInteractive, 0x2}}}, false, ErrWritable},
		{Descriptor{Owner: sidSystem, Entries: []Entry{{Allows, sidAuthenticated, reading}}}, true, nil},
	} {
		if err := c.is.JudgeFile(c.owned); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%+v: %v, want %v", c.is, err, c.want)
		}
	}
}

// The words in which Windows is told: SYSTEM and Administrators, here and below,
// nothing inherited.
func TestText(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)":                                                text(sidSelf, true, Nobody),
		"O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;BU)":                              text(sidSelf, true, Everyone),
		"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)":                   text(sidSelf, false, Nobody),
		"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)(A;OICI;FRFX;;;BU)": text(sidSelf, false, Everyone),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
