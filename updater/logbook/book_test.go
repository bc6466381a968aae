package logbook_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/updater/logbook"
	"github.com/koshin-updater/koshin/updater/redact"
)

// TestMain is also the other process that writes.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOGBOOK_WRITER"); dir != "" {
		writeMany(dir, os.Getenv("LOGBOOK_NAME"))
		return
	}
	os.Exit(m.Run())
}

const each = 200

// writeMany never waits in vain: what is looked for is what is lost.
func writeMany(dir, name string) {
	b := &logbook.Book{StateDir: dir, Size: 2 << 10, Keep: 1000, Wait: time.Hour}
	for i := range each {
		fmt.Fprintf(b, "line of %s %d end\n", name, i)
	}
	if err := b.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func state(t *testing.T) string { return filepath.Join(t.TempDir(), "state") }

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(logbook.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "lock" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(logbook.Dir(dir), e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(data)
	}
	return all
}

// Four processes write while the generations move on under them: no line is
// lost, torn or there twice.
func TestProcessesShareIt(t *testing.T) {
	dir := state(t)
	var writers []*exec.Cmd
	for _, name := range []string{"a", "b", "c", "d"} {
		w := exec.Command(os.Args[0]) //nolint:noctx // it ends
		w.Env = append(os.Environ(), "LOGBOOK_WRITER="+dir, "LOGBOOK_NAME="+name)
		w.Stderr = os.Stderr
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, w)
	}
	for _, w := range writers {
		if err := w.Wait(); err != nil {
			t.Error(err)
		}
	}
	seen := map[string]int{}
	all := files(t, dir)
	for name, text := range all {
		if len(text) > 2<<10 {
			t.Errorf("%s has %d bytes", name, len(text))
		}
		for line := range strings.Lines(text) {
			seen[strings.TrimSuffix(line, "\n")]++
		}
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		for i := range each {
			if n := seen[fmt.Sprintf("line of %s %d end", name, i)]; n != 1 {
				t.Errorf("line %s %d is there %d times", name, i, n)
			}
		}
	}
	if len(seen) != 4*each || len(all) < 5 {
		t.Errorf("%d lines in %d files", len(seen), len(all))
	}
}

// The oldest goes; all together stay within their bound.
func TestGenerations(t *testing.T) {
	dir := state(t)
	b := &logbook.Book{StateDir: dir, Size: 40, Keep: 3}
	for i := range 20 {
		fmt.Fprintf(b, "this is line number %d", i)
	}
	all := files(t, dir)
	if len(all) != 3 || all["koshin.log"] != "this is line number 19\n" || all["koshin.1.log"] != "this is line number 18\n" || all["koshin.2.log"] != "this is line number 17\n" {
		t.Errorf("%q", all)
	}
	if err := b.Err(); err != nil {
		t.Error(err)
	}
}

// Nothing that names a person or opens a door is written, and a line is a line.
func TestLinesAreCleaned(t *testing.T) {
	dir := state(t)
	b := &logbook.Book{StateDir: dir, Clean: redact.New([]string{`C:\Users\tanaka`}, []string{"tanaka"}).Text}
	log := slog.New(slog.NewTextHandler(b, nil))
	log.Warn("source failed", "error", errors.New("proxy http://tanaka:himitsu@proxy:8080 \n refused; open C:\\Users\\tanaka\\1312345678.csv"))
	fmt.Fprint(b, "two\nlines\r\n")
	fmt.Fprint(b, strings.Repeat("あ", 20<<10))
	lines := strings.SplitAfter(files(t, dir)["koshin.log"], "\n")
	if len(lines) != 4 || lines[1] != "two lines\n" || len(lines[2]) > 17<<10 || !strings.HasSuffix(lines[2], "あ…\n") {
		t.Fatalf("%d lines: %.200q", len(lines), lines)
	}
	for _, secret := range []string{"tanaka", "himitsu", "1312345678"} {
		if strings.Contains(lines[0], secret) {
			t.Errorf("%s in %s", secret, lines[0])
		}
	}
	if !strings.Contains(lines[0], "source failed") || !strings.Contains(lines[0], "refused") {
		t.Errorf("nothing is left: %s", lines[0])
	}
}

// Somebody who may read the folder may hold its lock. That costs one short wait,
// and what is missing is said afterwards.
func TestHeldByAnother(t *testing.T) {
	dir := state(t)
	b := &logbook.Book{StateDir: dir, Wait: 10 * time.Millisecond}
	fmt.Fprint(b, "first")
	other := flock.New(filepath.Join(logbook.Dir(dir), "lock"))
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if n, err := fmt.Fprint(b, "dropped"); n != len("dropped") || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if err := b.Err(); !errors.Is(err, logbook.ErrHeld) {
		t.Errorf("error is %v", err)
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(b, "last")
	lines := strings.SplitAfter(files(t, dir)["koshin.log"], "\n")
	if len(lines) != 4 || lines[0] != "first\n" || !strings.Contains(lines[1], "missing here\" count=3") || lines[2] != "last\n" {
		t.Errorf("%q", lines)
	}
}

// Where the generations cannot be moved on, the log grows to twice its size and
// no further, and no generation that is there is lost.
func TestCannotBePutAway(t *testing.T) {
	dir := state(t)
	b := &logbook.Book{StateDir: dir, Size: 100, Keep: 2}
	if err := errors.Join(protect.Make(dir, protect.Everyone), protect.Make(logbook.Dir(dir), protect.Everyone)); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(logbook.Dir(dir), "koshin.1.log")
	if err := os.MkdirAll(filepath.Join(blocked, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		fmt.Fprintf(b, "this is line number %02d", i)
	}
	if err := b.Err(); !errors.Is(err, logbook.ErrFull) {
		t.Errorf("error is %v", err)
	}
	if err := os.RemoveAll(blocked); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(b, "after")
	all := files(t, dir)
	if len(all["koshin.1.log"]) > 200 || !strings.HasPrefix(all["koshin.1.log"], "this is line number 00\n") {
		t.Errorf("%q", all)
	}
	if !strings.Contains(all["koshin.log"], "count=12") || !strings.HasSuffix(all["koshin.log"], "after\n") {
		t.Errorf("%q", all)
	}
}

// A line that a power cut tore is not joined with the next one.
func TestTornLine(t *testing.T) {
	dir := state(t)
	b := &logbook.Book{StateDir: dir}
	fmt.Fprint(b, "whole")
	file := filepath.Join(logbook.Dir(dir), logbook.Name(0))
	if err := os.Truncate(file, 3); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(b, "next")
	if got := files(t, dir)["koshin.log"]; got != "who\nnext\n" {
		t.Errorf("%q", got)
	}
}

// A folder that cannot be had is no reason to stop, nor one that is no folder.
func TestNoFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := &logbook.Book{StateDir: filepath.Join(dir, "file", "state")}
	if n, err := b.Write([]byte("x")); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if b.Err() == nil {
		t.Error("nothing is said of it")
	}
}
