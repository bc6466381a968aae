package mend_test

import (
	"errors"
	"testing"

	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

const (
	tanaka  = "S-1-5-21-1004336348-1177238915-682003330-1001"
	admin   = "S-1-5-21-1004336348-1177238915-682003330-500"
	entra   = "S-1-12-1-1943430372-1249052806-2496021943-3034400218"
	service = "S-1-5-20"
	system  = "S-1-5-18"
)

func TestWhoseProfile(t *testing.T) {
	t.Parallel()
	failed := errors.New("no terminal services")
	for name, row := range map[string]struct {
		who  mend.Who
		way  mend.Way
		want error
	}{
		"the operator":                             {mend.Who{User: tanaka, Session: tanaka}, mend.Here, nil},
		"the operator, elevated":                   {mend.Who{User: tanaka, Session: tanaka, Elevated: true}, mend.Here, nil},
		"the operator with an entra account":       {mend.Who{User: entra, Session: entra}, mend.Here, nil},
		"elevated as the administrator":            {mend.Who{User: admin, Session: tanaka, Elevated: true}, "", mend.ErrWrongUser},
		"run as another user, not elevated":        {mend.Who{User: admin, Session: tanaka}, "", mend.ErrWrongUser},
		"the session is an entra account's":        {mend.Who{User: admin, Session: entra, Elevated: true}, "", mend.ErrWrongUser},
		"the administrator is signed in himself":   {mend.Who{User: admin, Session: admin, Elevated: true}, mend.Here, nil},
		"the scheduled task":                       {mend.Who{User: system, Elevated: true}, mend.InSession, nil},
		"system in somebody's session":             {mend.Who{User: system, Session: tanaka, Elevated: true}, mend.InSession, nil},
		"a service":                                {mend.Who{User: service, Session: tanaka}, "", mend.ErrNotPerson},
		"a service, even if it were signed in":     {mend.Who{User: service, Session: service}, "", mend.ErrNotPerson},
		"no user":                                  {mend.Who{}, "", mend.ErrNotPerson},
		"elevated, and nobody is signed in":        {mend.Who{User: admin, Elevated: true}, "", mend.ErrSessionUnknown},
		"elevated, and the session cannot be seen": {mend.Who{User: tanaka, Elevated: true, Err: failed}, "", mend.ErrSessionUnknown},
		"a remote shell":                           {mend.Who{User: tanaka}, mend.Here, nil},
		"not elevated, the session cannot be seen": {mend.Who{User: tanaka, Err: failed}, mend.Here, nil},
	} {
		way, err := row.who.Way()
		if way != row.way || !errors.Is(err, row.want) {
			t.Errorf("%s: %q, %v", name, way, err)
		}
		if row.who.Err != nil && row.want != nil && !errors.Is(err, failed) {
			t.Errorf("%s: why is lost: %v", name, err)
		}
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	for sid, want := range map[string]bool{
		tanaka: true, admin: true, entra: true,
		system: false, service: false, "S-1-5-19": false, "": false,
		tanaka + "_Classes": false, ".DEFAULT": false, entra + "_Classes": false,
		"S-1-5-21-1-2-3":                    false,
		"S-1-5-21-1-2-3-4-5":                false,
		"S-1-5-21-1-2--4":                   false,
		"S-1-5-21-1-2-3-99999999999":        false,
		`S-1-5-21-1-2-3-4\Software`:         false,
		"S-1-5-80-880578595-1860270145-1-2": false, // a service's own account
		"S-1-5-32-544":                      false,
		"x-S-1-5-21-1-2-3-4":                false,
	} {
		if got := mend.IsPerson(sid); got != want {
			t.Errorf("%q: %v", sid, got)
		}
	}
}
