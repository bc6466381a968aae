package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/request"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// socketDoor is where the daily run listens on systems without Windows' pipes:
// for tests only. Who calls is not known there.
type socketDoor struct{ net.Listener }

func (d socketDoor) Accept() (request.Conn, error) {
	c, err := d.Listener.Accept()
	return socketConn{c}, err
}

type socketConn struct{ net.Conn }

func (socketConn) Caller() (request.Caller, error) {
	return request.Caller{SID: "S-1-5-21-1-2-3-1001", Known: true}, nil
}

// aChannel is how to ask the run with this state folder: on Windows the real one.
// Elsewhere it is a socket at this address, which must be short. start starts the
// daily run.
func aChannel(address string, start func(context.Context) error) requests {
	if runtime.GOOS == "windows" {
		return requests{listen: request.Listen, listens: request.Listens, way: func(stateDir string) request.Way {
			return request.Way{Dial: func(ctx context.Context) (request.Peer, error) { return request.Dial(ctx, stateDir) }, Start: start}
		}}
	}
	dial := func(ctx context.Context) (request.Peer, error) {
		c, err := new(net.Dialer).DialContext(ctx, "unix", address)
		if err != nil {
			return nil, request.ErrNobody
		}
		return c, nil
	}
	return requests{
		listen: func(string) (request.Listener, error) {
			l, err := net.Listen("unix", address)
			if err != nil {
				return nil, err
			}
			return socketDoor{l}, os.Chmod(address, 0o666)
		},
		way: func(string) request.Way { return request.Way{Dial: dial, Start: start} },
		listens: func(string) (bool, error) { // a killed run leaves the socket's name
			c, err := dial(context.Background())
			if err != nil {
				return false, nil
			}
			return true, c.Close()
		},
	}
}

// A request ends the wait for the run's moment; the answer names the run, which
// leaves its result under that name, also where it could not begin.
func TestRequestEndsTheWait(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, writeTrial(dir))
	m := machine{config: filepath.Join(dir, "koshin.toml"), scheduler: aScheduler(schedule.Registered, nil)}
	m.scheduler.pause = func(ctx context.Context, _ time.Duration, enough <-chan struct{}) error {
		select {
		case <-enough:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.requests = aChannel(filepath.Join(shortDir(t), "s"), func(context.Context) error { return nil })
	ended := make(chan int)
	var out, talk bytes.Buffer
	go func() {
		args := []string{"update", "--yes", "--scheduled", "--within", "30m", "--config", m.config, "--lang", "en"}
		ended <- int(runOn(t.Context(), m, args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk}))
	}()
	state := filepath.Join(dir, "state")
	run, err := request.Ask(t.Context(), m.requests.way(state), request.New(product))
	if err != nil {
		t.Fatal(err)
	}
	result, err := request.Follow(t.Context(), state, run, func() (bool, error) { return m.requests.listens(state) }, func([]byte) {})
	if err != nil {
		t.Fatalf("%v; %s%s", err, &out, &talk)
	}
	var doc struct {
		Schema   string
		Products []struct{ Product, Outcome string }
	}
	must(t, json.Unmarshal(result, &doc))
	if code := <-ended; doc.Schema != "koshin/update/1" || len(doc.Products) != 1 || code == 0 {
		t.Errorf("%d: %s", code, result)
	}
	events, err := os.ReadFile(run.Events(state))
	if err != nil || !bytes.Contains(events, []byte(`"koshin/event/1"`)) {
		t.Errorf("%s, %v", events, err)
	}
}

// shortDir is for the names of sockets, which may have 100 letters.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// A request is the operator's answer to one question and to no other, and only
// where he asked for that product.
func TestRequestConsents(t *testing.T) {
	t.Parallel()
	desk := request.NewDesk(request.NewRun(time.Now()), []manifest.ProductID{product, "kani-nyuryoku"}, nil)
	desk.Take(request.New(product))
	for name, row := range map[string]struct {
		session session
		ask     updater.Question
		want    bool
	}{
		"asked for":          {session{app: &app{desk: desk}}, updater.Question{Product: product, Kind: updater.AskOutage}, true},
		"another product":    {session{app: &app{desk: desk}}, updater.Question{Product: "kani-nyuryoku", Kind: updater.AskOutage}, false},
		"another question":   {session{app: &app{desk: desk}}, updater.Question{Product: product, Kind: updater.AskUnknown}, false},
		"nobody asked":       {session{app: &app{}}, updater.Question{Product: product, Kind: updater.AskOutage}, false},
		"his own window":     {session{app: &app{byOperator: true}}, updater.Question{Product: product, Kind: updater.AskOutage}, true},
		"his window, folder": {session{app: &app{byOperator: true}}, updater.Question{Product: product, Kind: updater.AskUnknown}, false},
	} {
		row.session.Streams = terminal.Streams{In: strings.NewReader("y\ny\n"), Out: io.Discard, Err: io.Discard}
		if got := row.session.consent(t.Context(), row.ask); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What a later pass did counts, unless it found nothing left to do.
func TestMerge(t *testing.T) {
	t.Parallel()
	first := []updater.Report{{Product: "a", Outcome: updater.Updated}, {Product: "b", Outcome: updater.Deferred}}
	got := merge(first, []updater.Report{{Product: "a", Outcome: updater.UpToDate}, {Product: "b", Outcome: updater.Updated}, {Product: "c", Outcome: updater.Failed}})
	if len(got) != 3 || got[0].Outcome != updater.Updated || got[1].Outcome != updater.Updated || got[2].Outcome != updater.Failed {
		t.Errorf("%+v", got)
	}
}

// Everybody may read a run's result; whose folder it speaks of they need not know.
func TestResultNamesNobody(t *testing.T) {
	t.Parallel()
	words, err := messages.Load()
	must(t, err)
	state := filepath.Join(t.TempDir(), "state")
	must(t, protect.Make(state, protect.Everyone))
	s := session{app: &app{words: words, run: request.NewRun(time.Now())}, config: &config.Config{StateDir: state}}
	must(t, s.writeResult(nil, &fs.PathError{Op: "open", Path: "/home/yamada/client", Err: fs.ErrNotExist}))
	var doc resultJSON
	data, err := os.ReadFile(s.run.Result(state))
	must(t, err)
	must(t, json.Unmarshal(data, &doc))
	if doc.Error == nil || strings.Contains(doc.Error.Detail, "yamada") || !strings.Contains(doc.Error.Detail, "client") || doc.Exit == 0 {
		t.Errorf("%s", data)
	}
}

// A run that refused the state folder does not write its result into it either.
func TestResultNeedsProtection(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes; see TestUnprotectedIsRefused")
	}
	words, err := messages.Load()
	must(t, err)
	for _, open := range []string{"state", "state/run"} {
		dir := t.TempDir()
		state := filepath.Join(dir, "state")
		must(t, os.MkdirAll(request.RunDir(state), 0o755))
		must(t, os.Chmod(filepath.Join(dir, open), 0o777))
		s := session{app: &app{words: words, run: request.NewRun(time.Now())}, config: &config.Config{StateDir: state}}
		if err := s.writeResult(nil, protect.ErrWritable); !errors.Is(err, protect.ErrWritable) {
			t.Errorf("%s: %v", open, err)
		}
		if entries, err := os.ReadDir(request.RunDir(state)); len(entries) != 0 || err != nil {
			t.Errorf("%s: %v, %v", open, entries, err)
		}
	}
}

// The files of a month's runs stay, and with each run's events its result goes.
func TestPruneRuns(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	must(t, os.Mkdir(request.RunDir(state), 0o755))
	for i := range 40 {
		run := request.NewRun(time.Unix(int64(i), 0))
		if i%3 > 0 {
			must(t, os.WriteFile(run.Events(state), nil, 0o600))
		}
		if i%3 < 2 {
			must(t, os.WriteFile(run.Result(state), nil, 0o600))
		}
	}
	pruneRuns(state, nil)
	entries, err := os.ReadDir(request.RunDir(state))
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]bool{}
	for _, e := range entries {
		runs[strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".jsonl"), ".json")] = true
		if e.Name() < "19700101T000011" {
			t.Errorf("%s is left", e.Name())
		}
	}
	if len(runs) != keptRuns-1 {
		t.Errorf("%d runs", len(runs))
	}
}
