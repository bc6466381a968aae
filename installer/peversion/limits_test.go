package peversion

import (
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"testing"
)

// boundless is a file that goes on for ever: whatever a header claims is there.
type boundless struct{ memory }

func (b boundless) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	if at >= 0 && at < int64(len(b.memory)) {
		n = copy(p, b.memory[at:])
	}
	clear(p[n:])
	return len(p), nil
}

// TestClaims: a header may claim any size; what it claims is not allocated, even
// where the file is as large.
func TestClaims(t *testing.T) { // not parallel: it looks at all that is allocated
	const huge = 1 << 30
	tests := []struct {
		name   string
		change func(data []byte, at places)
	}{
		{"version resource of 1 GB", func(data []byte, at places) { put(data, at.entry+4, huge) }},
		{"one byte more than a resource can have", func(data []byte, at places) { put(data, at.entry+4, maxResource+1) }},
		{"131,070 resources", func(data []byte, at places) { put(data, at.root+12, 0xFFFFFFFF) }},
		{"65,535 sections", func(data []byte, at places) { data[at.pe+6], data[at.pe+7] = 0xFF, 0xFF }},
	}
	original, err := os.ReadFile("testdata/x64.dll")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		data := append([]byte(nil), original...)
		at := find(t, data)
		put(data, at.section+16, 2*huge) // the section claims more than all of it
		test.change(data, at)
		counted := &counting{ReaderAt: boundless{data}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(counted)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", test.name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 2*maxRead || counted.bytes > maxRead {
			t.Errorf("%s: %d bytes allocated, %d read", test.name, took, counted.bytes)
		}
	}
}

// places is where in a file a test changes what is claimed.
type places struct{ pe, section, root, entry int }

// find looks for the first section, its resource directory, and the entry that
// tells the size of the version resource, which links before it lead to.
func find(t *testing.T, data []byte) (at places) {
	t.Helper()
	at.pe = int(le32(data[60:]))
	at.section = at.pe + 24 + int(le16(data[at.pe+20:]))
	for ; string(data[at.section:at.section+5]) != ".rsrc"; at.section += 40 {
		if at.section > len(data)-80 {
			t.Fatal("no resource section")
		}
	}
	at.root = int(le32(data[at.section+20:]))
	next := 0
	for range 3 { // types, names, languages: there is one of each
		next = int(le32(data[at.root+next+16+4:]) &^ (1 << 31))
	}
	at.entry = at.root + next
	return at
}

func put(data []byte, at int, value uint32) { binary.LittleEndian.PutUint32(data[at:], value) }
