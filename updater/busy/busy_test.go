package busy

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	moment, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestJudge(t *testing.T) {
	t.Parallel()
	lease := Lease{at(t, "2021-05-20 09:00"), 4 * time.Hour}
	for _, c := range []struct {
		name, now, since, limit, until string
		why                            Why
	}{
		{"it counts", "2021-05-20 10:00", "", "", "2021-05-20 13:00", Counts},
		{"its last moment", "2021-05-20 12:59", "", "", "2021-05-20 13:00", Counts},
		{"it is over", "2021-05-20 13:00", "", "", "", None},
		{"it lies ahead", "2021-05-20 08:59", "", "", "", Ahead},
		{"the limit is before its end", "2021-05-20 10:00", "", "2021-05-20 11:00", "2021-05-20 11:00", Counts},
		{"the limit is past", "2021-05-20 10:00", "", "2021-05-20 10:00", "", PastLimit},
		{"the limit is far", "2021-05-20 10:00", "", "2021-06-20 10:00", "2021-05-20 13:00", Counts},
		{"renewed for nearly three days", "2021-05-20 10:00", "2021-05-17 11:00", "", "2021-05-20 11:00", Counts},
		{"renewed for three days", "2021-05-20 10:00", "2021-05-17 10:00", "", "", Renewed},
		{"a beginning that is still to come", "2021-05-20 10:00", "2022-05-17 10:00", "", "2021-05-20 13:00", Counts},
	} {
		got := Judge(at(t, c.now), lease, at(t, c.since), at(t, c.limit))
		if got.Why != c.why || !got.Until.Equal(at(t, c.until)) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if got := Judge(at(t, "2021-05-20 10:00"), Lease{}, time.Time{}, time.Time{}); got.Why != None {
		t.Errorf("no lease: %+v", got)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for length, want := range map[time.Duration]error{
		0: ErrLength, -time.Hour: ErrLength, Shortest - 1: ErrLength, Shortest: nil, Longest: nil, Longest + 1: ErrLength,
	} {
		if _, err := New(time.Now(), length); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", length, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const good = "2021-05-20T09:00:00Z 7200"
	for _, text := range []string{good, good + "\n", good + "\r\n"} {
		if lease, err := Parse(text); err != nil || lease.For != 2*time.Hour {
			t.Errorf("%q: %v %v", text, lease, err)
		}
	}
	for _, text := range []string{
		"", "\n", "7200", "2021-05-20T09:00:00Z", good + " ", " " + good, good + "\n\n", good + "\n" + good, good + "\x00",
		"2021-05-20T09:00:00Z 43201", "2021-05-20T09:00:00Z 0", "2021-05-20T09:00:00Z -7200", "2021-05-20T09:00:00Z +7200",
		"2021-05-20T09:00:00Z 07200", "2021-05-20T09:00:00Z 7200.5", "2021-05-20T09:00:00Z 2h", "2021-05-20T09:00:00Z 99999999999999999999",
		"2021-05-20T09:00:00+09:00 7200", "2021-05-20T09:00:00.5Z 7200", "2021-13-20T09:00:00Z 7200",
		`C:\evil.exe 7200`, `{"for":7200}`, strings.Repeat("9", 1000),
	} {
		if lease, err := Parse(text); !errors.Is(err, ErrRefused) || !lease.IsZero() {
			t.Errorf("%.40q: %v %v", text, lease, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2021-05-20T09:00:00Z 7200\n")
	f.Add("2021-05-20T09:00:00+09:00 -1")
	f.Fuzz(func(t *testing.T, text string) {
		lease, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrRefused) || !lease.IsZero() {
				t.Fatalf("%v %v", lease, err)
			}
			return
		}
		if lease.For <= 0 || lease.For > Longest || strings.TrimRight(text, "\r\n") != strings.TrimRight(lease.String(), "\n") {
			t.Fatalf("%q became %q", text, lease)
		}
	})
}

func TestWriteReadClear(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	if lease, err := Read(state); err != nil || !lease.IsZero() {
		t.Fatalf("nothing there: %v %v", lease, err)
	}
	if err := Clear(state); err != nil {
		t.Fatal(err)
	}
	for _, length := range []time.Duration{time.Hour, 2 * time.Hour} { // the second takes the first's place
		want, err := New(time.Now(), length)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(state, want); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(state); err != nil || got != want {
			t.Errorf("%v %v, want %v", got, err, want)
		}
	}
	for range 2 {
		if err := Clear(state); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(Folder(state))
	if err != nil || len(entries) != 0 {
		t.Errorf("left over: %v %v", entries, err)
	}
}

// What lies in the place of the lease is a stranger's: it is neither followed,
// waited for nor written through.
func TestHostilePlaces(t *testing.T) {
	t.Parallel()
	good := Lease{time.Now().UTC().Truncate(time.Second), time.Hour}
	for name, put := range map[string]func(t *testing.T, place, victim string){
		"a folder":                 func(t *testing.T, place, _ string) { must(t, os.Mkdir(place, 0o755)) },
		"a link":                   func(t *testing.T, place, victim string) { link(t, victim, place) },
		"a huge file":              func(t *testing.T, place, _ string) { must(t, os.WriteFile(place, make([]byte, 1<<20), 0o600)) },
		"a lease and more":         func(t *testing.T, place, _ string) { must(t, os.WriteFile(place, []byte(good.String()+"x"), 0o600)) },
		"a pipe":                   func(t *testing.T, place, _ string) { pipe(t, place) },
		"a pipe that is held open": func(t *testing.T, place, _ string) { heldPipe(t, place) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			state, victim := filepath.Join(dir, "state"), filepath.Join(dir, "victim")
			must(t, os.WriteFile(victim, []byte(good.String()), 0o600))
			must(t, Make(state))
			put(t, File(state), victim)
			if lease, err := Read(state); !errors.Is(err, ErrRefused) || !lease.IsZero() {
				t.Errorf("read %v %v", lease, err)
			}
			other := Lease{good.From, 2 * time.Hour}
			if err := Write(state, other); err == nil {
				if got, err := Read(state); err != nil || got != other {
					t.Errorf("%v %v", got, err)
				}
			} else if name != "a folder" {
				t.Error(err)
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != good.String() {
				t.Errorf("another file became %q %v", text, err)
			}
			entries, err := os.ReadDir(Folder(state))
			if err != nil || len(entries) != 1 {
				t.Errorf("left over: %v %v", entries, err)
			}
		})
	}
}

// A link in the place of the folder leads nowhere.
func TestHostileFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	state, other := filepath.Join(dir, "state"), filepath.Join(dir, "other")
	must(t, Write(other, Lease{time.Now().UTC().Truncate(time.Second), time.Hour}))
	link(t, Folder(other), Folder(state))
	if lease, err := Read(state); !errors.Is(err, ErrRefused) || !lease.IsZero() {
		t.Errorf("read %v %v", lease, err)
	}
	if err := Write(state, Lease{time.Now(), time.Minute}); !errors.Is(err, ErrRefused) {
		t.Errorf("write: %v", err)
	}
	if err := Clear(state); !errors.Is(err, ErrRefused) {
		t.Errorf("clear: %v", err)
	}
}

// Everybody can say "not now", and "now after all".
func TestTheFolderIsEverybodys(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	must(t, Make(state))
	must(t, Make(state))
	is, err := os.Stat(Folder(state))
	if err != nil || runtime.GOOS != "windows" && is.Mode().Perm() != 0o777 {
		t.Errorf("%v %v", is.Mode(), err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skip("no right to make links here:", err)
	}
	if is, err := os.Lstat(at); err != nil || is.Mode()&os.ModeSymlink == 0 {
		t.Skip("this system says that it makes links, and makes none") // Wine 8
	}
}
