package mend

import (
	"fmt"
	"strings"
)

// Who is whose process this is, and who sits at the screen of its session.
type Who struct {
	User     string // SID of the process's user
	Elevated bool
	Session  string // SID of the one who is signed in at this process's session; "" for nobody
	Err      error  // why Session could not be found out
}

// Way is where a setting of the operator can be changed from.
type Way string

// The ways.
const (
	// Here is this process: its profile is the operator's own.
	Here Way = "here"
	// InSession is another process, started with the token of the session:
	// this one is SYSTEM and has no operator's profile.
	InSession Way = "session"
)

const system = "S-1-5-18"

// Way decides, from the trap of DOMAIN section 2:
//
//	SYSTEM                                        InSession
//	a service or a built-in account               ErrNotPerson
//	the person who is signed in, elevated or not  Here
//	another person than the one signed in         ErrWrongUser
//	a person, and nobody knows who is signed in   elevated: ErrSessionUnknown, else Here
//
// The last is a remote shell, or a session that cannot be asked: without
// elevation nobody gave another name than his own.
func (w Who) Way() (Way, error) {
	switch {
	case w.User == system:
		return InSession, nil
	case !IsPerson(w.User):
		return "", fmt.Errorf("%w: %s", ErrNotPerson, w.User)
	case w.Session == w.User:
		return Here, nil
	case w.Session != "" && w.Err == nil:
		return "", ErrWrongUser
	case w.Elevated && w.Err != nil:
		return "", fmt.Errorf("%w: %w", ErrSessionUnknown, w.Err)
	case w.Elevated:
		return "", ErrSessionUnknown
	}
	return Here, nil
}

// IsPerson says whether a SID is that of somebody who can sign in: an account of
// this PC or of a domain (S-1-5-21-…), or of Microsoft Entra (S-1-12-1-…). The
// names of hives that look like one (…_Classes, .DEFAULT) are none.
func IsPerson(sid string) bool {
	for _, kind := range []string{"S-1-5-21-", "S-1-12-1-"} {
		if rest, ok := strings.CutPrefix(sid, kind); ok {
			return fourNumbers(rest)
		}
	}
	return false
}

// fourNumbers: three of the authority and one of the account, or the four of an
// Entra account.
func fourNumbers(text string) bool {
	parts := strings.Split(text, "-")
	for _, part := range parts {
		if part == "" || len(part) > 10 || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return len(parts) == 4
}
