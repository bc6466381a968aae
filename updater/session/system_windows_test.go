package session

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// asIfSystem is the real Terminal Services, as SYSTEM sees them; Wine gives
// everybody a token.
func asIfSystem(t *testing.T) terminalServices {
	t.Helper()
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil {
		t.Skip("only SYSTEM gets tokens; see docs/REAL-PC.md")
	}
	return terminalServices{}
}

// The whole way with the real calls: the program runs with the token of the
// session, and only with the handles that are meant for it.
func TestTerminalServices(t *testing.T) {
	s := asIfSystem(t)
	var id uint32
	if err := windows.ProcessIdToSessionId(windows.GetCurrentProcessId(), &id); err != nil {
		t.Fatal(err)
	}
	token, err := s.open(id)
	if err != nil {
		t.Fatal(err)
	}
	defer token.close()
	if sid, err := token.sid(); err != nil || !mend.IsPerson(sid) {
		t.Errorf("%s, %v", sid, err)
	}
	output, err := talk(t.Context(), token, itself("echo"))
	if err != nil || string(output) != "QUESTION" {
		t.Errorf("%q, %v", output, err)
	}
	if output, err := talk(t.Context(), token, itself("fail")); !errors.Is(err, ErrFailed) || output != nil {
		t.Errorf("%q, %v", output, err)
	}
	if output, err := talk(t.Context(), token, itself("flood")); !errors.Is(err, ErrTooLong) || output != nil {
		t.Errorf("%q, %v", output, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if output, err := talk(ctx, token, itself("hang")); !errors.Is(err, context.DeadlineExceeded) || output != nil {
		t.Errorf("%q, %v", output, err)
	}
}

func TestSessions(t *testing.T) {
	all, err := asIfSystem(t).sessions()
	t.Logf("%+v", all)
	if err != nil || len(all) > maxSessions {
		t.Errorf("%v", err)
	}
}
