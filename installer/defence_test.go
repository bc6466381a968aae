package installer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestMoveNeverReplaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	write(t, filepath.Dir(w.place.Dir), tree{"a": "a", "b": "b"})
	if err := w.open().disk.move(t.Context(), "a", "b"); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	w.want(filepath.Dir(w.place.Dir), tree{"a": "a", "b": "b"})
}

func TestBackupComparesEveryByte(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	write(t, filepath.Dir(w.place.Dir), tree{"a": "same", "b": "same", "c": "sane", "d": "same and more"})
	p := w.open()
	for name, want := range map[string]error{"b": nil, "c": ErrBackup, "d": ErrBackup} {
		if err := p.compare(t.Context(), "a", name); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestJournalTakesBackALine: a line that the disk had no room for neither
// counts nor damages the next one.
func TestJournalTakesBackALine(t *testing.T) {
	t.Parallel()
	volume := smallVolume(t)
	name := filepath.Join(volume, journalName)
	j, err := createJournal(name, somePlan(), func(string) error { return nil })
	must(t, err)
	for os.Getpagesize()-int(j.size)%os.Getpagesize() > 50 { // so that a part of the next line has room
		must(t, j.append(line{Mark: swapped}))
	}
	fillVolume(t, volume)
	if err := j.pass(committed); !errors.Is(err, ErrDiskFull) || j.marks[committed] {
		t.Fatal(err)
	}
	must(t, os.Remove(filepath.Join(volume, "filler")))
	must(t, j.pass(cleared))
	must(t, j.close())
	again, _, err := openJournal(name, func(string) error { return nil })
	must(t, err)
	must(t, again.close())
	if again.marks[committed] || !again.marks[cleared] {
		t.Errorf("marks %v", again.marks)
	}
}

// TestStrangersInRetired: whatever lies in our folders without a journal that
// explains it is kept.
func TestStrangersInRetired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	write(t, w.work(retired), tree{"VERSION": "whose?", "x/y": "z"})
	w.install(w.pack("2.3.0", build2), PlanOptions{})
	w.want(w.place.Dir, build2)
	w.want(w.work(previous), build1)
	if got := keptContents(t, w); !slices.Equal(got, []string{"whose?", "z"}) {
		t.Errorf("kept %q", got)
	}
}
