package pack

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
)

// TestIndexIsSmall holds the memory of an index to what the limits promise: an
// update has two of them, and three for a while.
func TestIndexIsSmall(t *testing.T) {
	const folders, files, most = 500, 40, 150 // bytes for a path of 36
	var text bytes.Buffer
	text.WriteString(head)
	for d := range folders {
		dir := fmt.Sprintf("module-%07d", d)
		text.WriteString(dirLine(dir))
		for n := range files {
			text.WriteString(fileLine(fmt.Sprintf("%s/component-%06d.dll", dir, n)))
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x, err := ParseIndex(&text)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := int(after.HeapAlloc-before.HeapAlloc) / len(x.Entries)
	runtime.KeepAlive(x)
	runtime.KeepAlive(text)
	if each > most {
		t.Errorf("%d bytes for each entry, at most %d", each, most)
	}
}
