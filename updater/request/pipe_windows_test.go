package request

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/manifest"
)

// aState is a state folder of which only the name is used, and no two tests have
// the same pipe.
func aState() string { return `C:\no such folder\` + rand.Text() }

// listen serves a real pipe for the length of a test.
func listen(t *testing.T, state string) *Desk {
	t.Helper()
	l, err := Listen(state)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDesk(NewRun(time.Now()), []manifest.ProductID{torikomi}, slog.New(slog.DiscardHandler))
	ended := make(chan error)
	go func() { ended <- d.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		if err := errors.Join(l.Close(), <-ended); err != nil {
			t.Error(err)
		}
		if there, err := Listens(state); there || err != nil {
			t.Errorf("still listens: %v, %v", there, err)
		}
	})
	return d
}

// to is the way to that pipe, with a scheduler that has nothing to start.
func to(state string) Way {
	return Way{
		Dial:  func(ctx context.Context) (Peer, error) { return Dial(ctx, state) },
		Start: func(context.Context) error { return errors.ErrUnsupported },
	}
}

func TestPipe(t *testing.T) {
	t.Parallel()
	state := aState()
	if _, err := Dial(t.Context(), state); !errors.Is(err, ErrNobody) {
		t.Errorf("before: %v", err)
	}
	if there, err := Listens(state); there || err != nil {
		t.Errorf("before: %v, %v", there, err)
	}
	d := listen(t, state)
	if there, err := Listens(state); !there || err != nil {
		t.Errorf("%v, %v", there, err)
	}
	for range 3 {
		run, err := Ask(t.Context(), to(state), New(torikomi))
		if err != nil || run != d.Run() || !d.Wants(torikomi) {
			t.Errorf("%s, %v", run, err)
		}
	}
	var no *RefusedError
	if _, err := Ask(t.Context(), to(state), New("other-client")); !errors.As(err, &no) || no.Why != UnknownProduct {
		t.Error(err)
	}
}

// exchange says something and takes what comes back. Wine 8 at times calls a read
// complete before it is; [Ask] asks again then, and so does this.
func exchange(t *testing.T, state, said string) (answer []byte, err error) {
	t.Helper()
	for range 10 {
		c, err := Dial(t.Context(), state)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.SetDeadline(time.Now().Add(4 * Patience)); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(c, said) }()
		answer, err = readLine(c)
		_ = c.Close()
		if err == nil {
			break
		}
	}
	return answer, err
}

// What people may have at hand to write into a pipe.
func TestPipeHostileLines(t *testing.T) {
	t.Parallel()
	state := aState()
	d := listen(t, state)
	for name, said := range map[string]string{
		"too long":        strings.Repeat(" ", 64*MaxLine),
		"no text":         "\x00\x01\x02\xff\n",
		"a path":          `{"schema":"koshin/request/1",` + id + `,"products":["..\\..\\windows"]}` + "\n",
		"another member":  `{"schema":"koshin/request/1",` + id + `,"products":[],"from":"\\\\evil\\share"}` + "\n",
		"unknown product": `{"schema":"koshin/request/1",` + id + `,"products":["other-client"]}` + "\n",
		"two lines":       `{"schema":"koshin/request/1",` + id + `,"products":[]}` + "\n{}\n",
	} {
		answer, err := exchange(t, state, said)
		if a, parsed := ParseAnswer(answer); err == nil && (parsed != nil || a.Accepted) || err != nil && name != "too long" {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
	}
	if d.Wants(torikomi) {
		t.Error("one of them had an effect")
	}
	if _, err := Ask(t.Context(), to(state), New()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Callers who say nothing are put out, and whoever waits behind them is served.
func TestPipeCrowd(t *testing.T) {
	t.Parallel()
	state := aState()
	listen(t, state)
	var silent []Peer
	for range Connections {
		c, err := Dial(t.Context(), state)
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	if _, err := Ask(t.Context(), to(state), New()); err != nil {
		t.Error(err)
	}
	for _, c := range silent {
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("still in: %d, %v", n, err)
		}
		_ = c.Close()
	}
}

// Many at once, some of whom leave as soon as they are let in.
func TestPipeAtOnce(t *testing.T) {
	t.Parallel()
	state := aState()
	listen(t, state)
	var all sync.WaitGroup
	for i := range 2 * Connections {
		all.Go(func() {
			if i%2 == 1 {
				if c, err := Dial(t.Context(), state); err == nil {
					_ = c.Close()
				}
				return
			}
			if _, err := Ask(t.Context(), to(state), New()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// myself is the user of this process.
func myself(t *testing.T) string {
	t.Helper()
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	return user.User.Sid.String()
}

func TestPipeKnowsTheCaller(t *testing.T) {
	t.Parallel()
	state := aState()
	l, err := Listen(state)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	caller, err := identified(t, l, state)
	for range 10 { // see exchange
		if err == nil {
			break
		}
		caller, err = identified(t, l, state)
	}
	if err != nil || caller.SID != myself(t) || !caller.Known || len(caller.Groups) == 0 {
		t.Errorf("%+v, %v", caller, err)
	}
	if err := caller.check(); err != nil {
		t.Error(err)
	}
}

// identified is this process, as its own caller.
func identified(t *testing.T, l Listener, state string) (Caller, error) {
	t.Helper()
	go func() {
		c, err := Dial(t.Context(), state)
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(c, "x\n")
		_, _ = c.Read(make([]byte, 1))
		_ = c.Close()
	}()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := readLine(c); err != nil {
		return Caller{}, err
	}
	return c.Caller()
}

// squat makes a pipe of koshin's name that belongs to somebody else. Under real
// Windows nobody but an administrator can, as whom this test runs.
func squat(t *testing.T, state, owner string) {
	t.Helper()
	handle, err := instance(Name(state), "O:"+owner+"D:(A;;GA;;;WD)", 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = windows.CloseHandle(handle) })
}

// A pipe that somebody made before koshin is neither joined nor spoken to.
func TestPipeTaken(t *testing.T) {
	t.Parallel()
	state := aState()
	squat(t, state, myself(t))
	if l, err := Listen(state); !errors.Is(err, ErrTaken) {
		t.Errorf("%v, %v", l, err)
	}
	if _, err := Ask(t.Context(), to(state), New()); !errors.Is(err, ErrImpostor) {
		t.Error(err)
	}
}

// Nor does a second koshin listen beside the first.
func TestPipeOnce(t *testing.T) {
	t.Parallel()
	state := aState()
	listen(t, state)
	l, err := Listen(state)
	if err == nil {
		_ = l.Close()
		t.Skip("this Windows does not know FILE_FLAG_FIRST_PIPE_INSTANCE; Wine 8 does not")
	}
	if !errors.Is(err, ErrTaken) {
		t.Error(err)
	}
}

// What Windows keeps is the protection that it was told.
func TestPipeProtection(t *testing.T) {
	t.Parallel()
	state := aState()
	listen(t, state)
	c, err := Dial(t.Context(), state)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	kept, err := windows.GetSecurityInfo(windows.Handle(c.(*os.File).Fd()), windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"O:BA", "(A;;0x12008b;;;IU)"} {
		if !strings.Contains(kept.String(), part) {
			t.Errorf("%s, want %s", kept, part)
		}
	}
	if n := strings.Count(kept.String(), "(A;"); n != 3 || strings.Contains(kept.String(), ";;;WD)") {
		t.Errorf("%d entries: %s", n, kept)
	}
}

func TestPipeCloses(t *testing.T) {
	t.Parallel()
	l, err := Listen(aState())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := l.Accept()
		ended <- err
	}()
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil {
		t.Error("somebody was let in")
	}
	if _, err := l.Accept(); err == nil {
		t.Error("and again")
	}
}
