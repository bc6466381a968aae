package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the program in the user's session.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "--program" {
		os.Exit(program(os.Args[2]))
	}
	os.Exit(m.Run())
}

func program(what string) int {
	input, _ := io.ReadAll(os.Stdin)
	fmt.Fprintln(os.Stderr, "a name that must not get out")
	switch what {
	case "echo":
		_, _ = os.Stdout.Write(bytes.ToUpper(input))
	case "fail":
		fmt.Fprint(os.Stdout, "half an answer")
		return 3
	case "flood":
		for {
			if _, err := os.Stdout.Write(make([]byte, 64<<10)); err != nil {
				return 1
			}
		}
	case "hang":
		fmt.Fprint(os.Stdout, "hanging")
		time.Sleep(time.Hour)
	}
	return 0
}

const (
	tanaka  = "S-1-5-21-1-2-3-1001"
	suzuki  = "S-1-5-21-1-2-3-1002"
	entra   = "S-1-12-1-1-2-3-4"
	service = "S-1-5-20"
)

// pc is a world of sessions whose programs are real ones of ours.
type pc struct {
	t       testing.TB
	all     []candidate
	users   map[uint32]string
	listErr error
	tokens  []*fakeToken
}

var errNoToken = errors.New("no token")

func (p *pc) sessions() ([]candidate, error) { return p.all, p.listErr }

func (p *pc) open(id uint32) (token, error) {
	sid, ok := p.users[id]
	if !ok {
		return nil, errNoToken
	}
	token := &fakeToken{t: p.t, user: sid}
	p.tokens = append(p.tokens, token)
	return token, nil
}

type fakeToken struct {
	t      testing.TB
	user   string
	used   bool
	closed int
}

func (f *fakeToken) sid() (string, error) {
	if f.user == "" {
		return "", errNoToken
	}
	return f.user, nil
}

func (f *fakeToken) close() { f.closed++ }

func (f *fakeToken) start(p Program, in, out *os.File) (child, error) {
	f.used = true
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Stdin, cmd.Stdout = in, out
	return fakeProcess{cmd}, cmd.Start()
}

type fakeProcess struct{ cmd *exec.Cmd }

func (f fakeProcess) kill() { _ = f.cmd.Process.Kill() }

func (f fakeProcess) wait() (int, error) {
	err := f.cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		err = nil
	}
	return f.cmd.ProcessState.ExitCode(), err
}

func itself(what string) Program {
	return Program{Path: os.Args[0], Args: []string{"--program", what}, Input: []byte("question"), MaxOutput: 1 << 10}
}

// signedIn is a PC with one person at its screen.
func signedIn(t testing.TB) *pc {
	return &pc{t: t, all: []candidate{{id: 1, active: true, console: true}}, users: map[uint32]string{1: tanaka}}
}

func TestRun(t *testing.T) {
	t.Parallel()
	world := signedIn(t)
	output, err := run(t.Context(), world, itself("echo"))
	if err != nil || string(output) != "QUESTION" {
		t.Errorf("%q, %v", output, err)
	}
	if len(world.tokens) != 1 || world.tokens[0].closed != 1 {
		t.Errorf("%+v", world.tokens)
	}
	long := itself("echo")
	long.Input, long.MaxOutput = bytes.Repeat([]byte("x"), 1<<20), 1<<20 // more than a pipe holds
	if output, err := run(t.Context(), world, long); err != nil || len(output) != 1<<20 {
		t.Errorf("%d bytes, %v", len(output), err)
	}
}

// Whatever the program does, there is an end to it, and nothing of what failed
// is taken for an answer.
func TestRunFails(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	absent := itself("echo")
	absent.Path += "-absent"
	relative := itself("echo")
	relative.Path = "koshin.exe"
	for name, row := range map[string]struct {
		program Program
		want    error
	}{
		"exit code":  {itself("fail"), ErrFailed},
		"no program": {absent, ErrFailed},
		"relative":   {relative, ErrFailed},
		"no end":     {itself("flood"), ErrTooLong},
		"no answer":  {itself("hang"), gone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if name == "no answer" {
				time.AfterFunc(100*time.Millisecond, func() { cancel(gone) })
			}
			world := signedIn(t)
			output, err := run(ctx, world, row.program)
			if !errors.Is(err, row.want) || output != nil || strings.Contains(fmt.Sprint(err), "a name") {
				t.Errorf("%q, %v", output, err)
			}
			if name == "relative" && len(world.tokens) != 0 {
				t.Error("looked for in some folder")
			}
			for _, token := range world.tokens {
				if token.closed != 1 {
					t.Errorf("%+v", token)
				}
			}
		})
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	console := candidate{id: 3, active: true, console: true}
	remote := candidate{id: 2, active: true}
	away := candidate{id: 1} // has switched users
	for name, row := range map[string]struct {
		all   []candidate
		users map[uint32]string
		want  string // "" for nobody
	}{
		"at the screen":                     {[]candidate{console}, map[uint32]string{3: tanaka}, tanaka},
		"an entra account":                  {[]candidate{console}, map[uint32]string{3: entra}, entra},
		"at a distance":                     {[]candidate{remote}, map[uint32]string{2: tanaka}, tanaka},
		"the screen before the distance":    {[]candidate{away, remote, console}, map[uint32]string{3: tanaka, 2: suzuki, 1: suzuki}, tanaka},
		"the distance before who is away":   {[]candidate{away, remote}, map[uint32]string{2: tanaka, 1: suzuki}, tanaka},
		"who has switched users":            {[]candidate{away}, map[uint32]string{1: tanaka}, tanaka},
		"the sign-in screen, and who left":  {[]candidate{console, away}, map[uint32]string{1: tanaka}, tanaka},
		"a service in a session, and a man": {[]candidate{console, remote}, map[uint32]string{3: service, 2: tanaka}, tanaka},
		"the lower number of two":           {[]candidate{{id: 9, active: true}, {id: 4, active: true}}, map[uint32]string{9: suzuki, 4: tanaka}, tanaka},
		"nobody":                            {nil, nil, ""},
		"only the sign-in screen":           {[]candidate{console}, nil, ""},
		"only services":                     {[]candidate{console, remote}, map[uint32]string{3: "S-1-5-18", 2: service}, ""},
		"not a SID of a person":             {[]candidate{console}, map[uint32]string{3: tanaka + "_Classes"}, ""},
		"a window manager":                  {[]candidate{console}, map[uint32]string{3: "S-1-5-90-0-1"}, ""},
		"a token that cannot be read":       {[]candidate{console}, map[uint32]string{3: ""}, ""},
	} {
		world := &pc{t: t, all: row.all, users: row.users}
		output, err := run(t.Context(), world, itself("echo"))
		if (err == nil) != (row.want != "") || err != nil && !errors.Is(err, ErrNobody) || err == nil && string(output) != "QUESTION" {
			t.Errorf("%s: %q, %v", name, output, err)
		}
		for _, token := range world.tokens {
			if token.used != (token.user == row.want && row.want != "") || token.closed != 1 {
				t.Errorf("%s: %+v", name, token)
			}
		}
	}
	broken := &pc{t: t, listErr: errNoToken}
	if _, err := run(t.Context(), broken, itself("echo")); !errors.Is(err, errNoToken) {
		t.Errorf("%v", err)
	}
}

// An ordinary process has no business here.
func TestRunNotSystem(t *testing.T) {
	t.Parallel()
	_, err := Run(t.Context(), itself("echo"))
	if !errors.Is(err, ErrNotSystem) && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}
