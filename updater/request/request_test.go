package request

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

const (
	torikomi manifest.ProductID = "torikomi-soshin"
	kani     manifest.ProductID = "kani-nyuryoku"
)

// door hands over callers, as the pipe does.
type door struct {
	callers chan Conn
	closed  chan struct{}
	once    sync.Once
}

func newDoor() *door { return &door{callers: make(chan Conn), closed: make(chan struct{})} }

func (d *door) Accept() (Conn, error) {
	select {
	case c := <-d.callers:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error {
	d.once.Do(func() { close(d.closed) }) // Serve and the test both close it
	return nil
}

type someone struct {
	net.Conn
	caller Caller
	err    error
}

func (s someone) Caller() (Caller, error) { return s.caller, s.err }

func person() Caller {
	return Caller{SID: "S-1-5-21-1-2-3-1001", Groups: []string{"S-1-5-4"}, Known: true}
}

// knock is the caller's end of a connection.
func (d *door) knock(c Caller, err error) net.Conn {
	here, there := net.Pipe()
	select {
	case d.callers <- someone{there, c, err}:
	case <-d.closed:
		_ = there.Close()
	}
	return here
}

// says writes a line and reads what comes back until the end, "" without an answer.
func says(t *testing.T, c net.Conn, line string) string {
	t.Helper()
	go func() { _, _ = io.WriteString(c, line) }()
	answer, err := readLine(c)
	if err != nil {
		return ""
	}
	_ = c.Close()
	return string(answer)
}

func aDesk() *Desk {
	return NewDesk("20210520T003000.000-1f2e3d4c", []manifest.ProductID{torikomi, kani}, slog.New(slog.DiscardHandler))
}

func line(t *testing.T, products ...manifest.ProductID) string {
	t.Helper()
	data, err := format(New(products...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// open serves a desk for the length of a test.
func open(t *testing.T, d *Desk) *door {
	t.Helper()
	door := newDoor()
	ended := make(chan error)
	go func() { ended <- d.Serve(t.Context(), door) }()
	t.Cleanup(func() {
		_ = door.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return door
}

const id = `"id":"00112233445566778899aabbccddeeff"`

func TestHostileLines(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		line string
		want Refusal
	}{
		"a path":               {`{"schema":"koshin/request/1",` + id + `,"products":["..\\..\\evil"]}`, BadRequest},
		"a path, with slashes": {`{"schema":"koshin/request/1",` + id + `,"products":["../evil"]}`, BadRequest},
		"a device":             {`{"schema":"koshin/request/1",` + id + `,"products":["con"]}`, BadRequest},
		"an address":           {`{"schema":"koshin/request/1",` + id + `,"products":["https://evil.example/"]}`, BadRequest},
		"another source":       {`{"schema":"koshin/request/1",` + id + `,"products":[],"from":"C:\\evil"}`, BadRequest},
		"a command line":       {`{"schema":"koshin/request/1",` + id + `,"products":[],"args":["--retry"]}`, BadRequest},
		"a wish to retry":      {`{"schema":"koshin/request/1",` + id + `,"products":[],"retry":true}`, BadRequest},
		"a member twice":       {`{"schema":"koshin/request/1",` + id + `,"products":["torikomi-soshin"],"products":["kani-nyuryoku"]}`, BadRequest},
		"another case":         {`{"Schema":"koshin/request/1",` + id + `,"products":[]}`, BadRequest},
		"another schema":       {`{"schema":"koshin/request/2",` + id + `,"products":[]}`, BadRequest},
		"no id":                {`{"schema":"koshin/request/1","products":[]}`, BadRequest},
		"an id that is a path": {`{"schema":"koshin/request/1","id":"..\\..\\..\\..\\windows\\system32\\a","products":[]}`, BadRequest},
		"two documents":        {`{"schema":"koshin/request/1",` + id + `,"products":[]} {}`, BadRequest},
		"an answer":            {`{"schema":"koshin/answer/1","accepted":true,"run":"20210520T003000.000-1f2e3d4c"}`, BadRequest},
		"a list":               {`[]`, BadRequest},
		"nothing":              {``, BadRequest},
		"no text":              {"\x00\xff\xfe\x01", BadRequest},
		"bad utf-8":            {`{"schema":"koshin/request/1",` + id + `,"products":["` + "\xff" + `"]}`, BadRequest},
		"HTTP":                 {"GET / HTTP/1.1\r", BadRequest},
		"a product of nobody":  {`{"schema":"koshin/request/1",` + id + `,"products":["other-client"]}`, UnknownProduct},
		"one of two":           {`{"schema":"koshin/request/1",` + id + `,"products":["torikomi-soshin","other-client"]}`, UnknownProduct},
		"koshin itself":        {`{"schema":"koshin/request/1",` + id + `,"products":["koshin"]}`, UnknownProduct},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := aDesk()
			door := open(t, d)
			answer, err := ParseAnswer([]byte(says(t, door.knock(person(), nil), row.line+"\n")))
			if err != nil || answer.Accepted || answer.Refused != row.want {
				t.Errorf("%s: %+v, %v, want %s", name, answer, err, row.want)
			}
			if d.Next() != nil || d.Wants(torikomi) {
				t.Errorf("%s had an effect", name)
			}
		})
	}
}

// What is too long, more than a line, too slow or silent is not a request either.
func TestHostileManners(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := aDesk()
		door := open(t, d)
		good := line(t)
		bad := `{"schema":"koshin/answer/1","accepted":false,"refused":"bad-request"}`
		if got := says(t, door.knock(person(), nil), good+good); got != bad {
			t.Errorf("two lines: %s", got)
		}
		long := strings.TrimSuffix(good, "\n") + strings.Repeat(" ", MaxLine)
		if got := says(t, door.knock(person(), nil), long); got != bad {
			t.Errorf("too long: %s", got)
		}
		for name, drip := range map[string]func(net.Conn){
			"silent": func(net.Conn) {},
			"slow": func(c net.Conn) {
				for _, b := range []byte(good) {
					time.Sleep(Patience / 10)
					if _, err := c.Write([]byte{b}); err != nil {
						return
					}
				}
			},
		} {
			began := time.Now()
			c := door.knock(person(), nil)
			dripped := make(chan struct{})
			go func() { drip(c); close(dripped) }()
			if got, err := io.ReadAll(c); len(got) > 0 || err != nil || time.Since(began) != Patience {
				t.Errorf("%s: %q, %v after %s", name, got, err, time.Since(began))
			}
			_ = c.Close()
			<-dripped
		}
		c := door.knock(person(), nil) // gone before the end of the line
		_, _ = io.WriteString(c, good[:10])
		_ = c.Close()
		synctest.Wait()
		if d.Wants(torikomi) {
			t.Error("one of them had an effect")
		}
	})
}

// So many silent callers at the same time, and the next one gets his turn all
// the same.
func TestCrowd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := aDesk()
		door := open(t, d)
		began := time.Now()
		for range Connections {
			door.knock(person(), nil)
		}
		synctest.Wait()
		select {
		case door.callers <- someone{}:
			t.Error("more are let in")
		default:
		}
		if got := says(t, door.knock(person(), nil), line(t)); !strings.Contains(got, "true") || time.Since(began) != Patience {
			t.Errorf("%s after %s", got, time.Since(began))
		}
	})
}

func TestCallers(t *testing.T) {
	t.Parallel()
	in := func(groups ...string) Caller { return Caller{SID: "S-1-5-21-1-2-3-1001", Groups: groups, Known: true} }
	for name, row := range map[string]struct {
		caller Caller
		err    error
		want   bool
	}{
		"a person":          {person(), nil, true},
		"nobody":            {Caller{}, nil, false},
		"anonymous":         {Caller{SID: sidAnonymous, Known: true}, nil, false},
		"unidentified":      {Caller{SID: "S-1-5-21-1-2-3-1001"}, nil, false},
		"from another PC":   {in("S-1-1-0", sidNetwork), nil, false},
		"a guest":           {in(sidGuests), nil, false},
		"not to be told":    {Caller{}, errors.New("no token"), false},
		"known, with error": {person(), errors.New("no token"), false},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := aDesk()
			door := open(t, d)
			answer, err := ParseAnswer([]byte(says(t, door.knock(row.caller, row.err), line(t))))
			if err != nil || answer.Accepted != row.want || d.Wants(torikomi) != row.want {
				t.Errorf("%s: %+v, %v", name, answer, err)
			}
			if !row.want && answer.Refused != UnknownCaller {
				t.Errorf("%s: %+v", name, answer)
			}
		})
	}
}

// The log knows who asked for what, and nothing of a line that is no request.
func TestLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		d := NewDesk(aDesk().Run(), aDesk().products, slog.New(slog.NewTextHandler(&log, nil)))
		door := open(t, d)
		says(t, door.knock(person(), nil), line(t, kani))
		says(t, door.knock(person(), nil), "planted by a stranger\n")
		synctest.Wait()
	})
	if !strings.Contains(log.String(), person().SID) || !strings.Contains(log.String(), "kani-nyuryoku") || strings.Contains(log.String(), "planted") {
		t.Error(log.String())
	}
}

// Names of runs lead to files.
func TestRunID(t *testing.T) {
	t.Parallel()
	run := NewRun(time.Date(2021, 5, 20, 9, 30, 0, 0, time.FixedZone("JST", 9*3600)))
	if got, err := ParseRunID(string(run)); err != nil || got != run || !strings.HasPrefix(string(run), "20210520T003000.000-") {
		t.Errorf("%s, %v", run, err)
	}
	for _, bad := range []string{"", ".", "..", `..\..\x`, "../x", "a", string(run) + "/x", string(run) + ".json", "20210520T003000.000-", "20210520T003000.000-" + strings.Repeat("0", 17), string(run) + "\n", "con"} {
		if _, err := ParseRunID(bad); !errors.Is(err, ErrRunID) {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := ParseAnswer([]byte(`{"schema":"koshin/answer/1","accepted":true,"run":"` + strings.ReplaceAll(bad, `\`, `\\`) + `"}`)); !errors.Is(err, ErrMessage) {
			t.Errorf("in an answer, %q: %v", bad, err)
		}
	}
}

// A request during the run counts for what is still to come, and for the rest the
// run goes over it again, so many times.
func TestDesk(t *testing.T) {
	t.Parallel()
	d := aDesk()
	if d.Wants(torikomi) {
		t.Error("nobody has asked")
	}
	first := New(torikomi)
	if a := d.Take(first); !a.Accepted || a.Run != d.Run() || !d.Wants(torikomi) || d.Wants(kani) {
		t.Errorf("%+v", a)
	}
	<-d.Asked()
	d.Begin(torikomi)
	if a := d.Take(New(kani)); !a.Accepted {
		t.Errorf("%+v", a)
	}
	d.Begin(kani)
	if a := d.Take(first); !a.Accepted {
		t.Errorf("said twice: %+v", a)
	}
	for range MaxPasses {
		d.Take(New(torikomi)) // after its turn
		if got := d.Next(); !slices.Equal(got, []manifest.ProductID{torikomi}) {
			t.Errorf("again: %v", got)
		}
		d.Begin(torikomi)
	}
	d.Take(New())
	if got := d.Next(); got != nil {
		t.Errorf("for ever: %v", got)
	}
	if a := d.Take(New()); a.Refused != Ending {
		t.Errorf("after the end: %+v", a)
	}
	if a := d.Take(first); a.Refused != Ending {
		t.Errorf("said twice, after the end: %+v", a)
	}

	d = aDesk()
	d.Take(first)
	d.Begin(torikomi)
	if d.Take(first); d.Next() != nil {
		t.Error("said twice, it counts twice")
	}

	d = aDesk()
	for range MaxRequests {
		d.Take(New())
	}
	if a := d.Take(New()); a.Refused != TooMany {
		t.Errorf("%+v", a)
	}
}

func TestEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		door, ended := newDoor(), make(chan error)
		go func() { ended <- aDesk().Serve(ctx, door) }()
		silent := door.knock(person(), nil)
		defer silent.Close()
		synctest.Wait()
		began := time.Now()
		cancel()
		if err := <-ended; err != nil || time.Since(began) != 0 {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// The length is looked at first, whoever read the line.
func TestLongLine(t *testing.T) {
	t.Parallel()
	long := strings.TrimSuffix(line(t), "\n") + strings.Repeat(" ", MaxLine)
	if _, err := ParseRequest([]byte(long)); !errors.Is(err, ErrMessage) {
		t.Error(err)
	}
}

// Whoever is signed in opens the pipe, reads and writes data, and no more.
func TestDescriptor(t *testing.T) {
	t.Parallel()
	const full, operators = "(A;;GA;;;", "(A;;0x12008b;;;IU)"
	if descriptor != "O:BAG:BAD:P"+full+"SY)"+full+"BA)"+operators {
		t.Errorf("somebody else may use it: %s", descriptor)
	}
	const createInstance, writeDAC, writeOwner, remove = 0x4, 0x40000, 0x80000, 0x10000
	if operatorRights&(createInstance|writeDAC|writeOwner|remove) != 0 || !strings.Contains(operators, fmt.Sprintf("%#x", operatorRights)) {
		t.Errorf("%#x", operatorRights)
	}
	if Name(`C:\ProgramData\Koshin\state`) == Name(`D:\state`) {
		t.Error("two PCs in one: the same pipe")
	}
}
