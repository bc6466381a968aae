package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// windowsProgram: windows-program FILE VERSION writes an executable of Windows
// that holds nothing but its version, in four parts. Every system can read it,
// none can run it.
func windowsProgram(ts script, neg bool, args []string) {
	usage(ts, neg, args, "windows-program FILE VERSION")
	program, err := os.ReadFile(filepath.Join("..", "..", "installer", "peversion", "testdata", "numbers.dll"))
	ts.Check(err)
	var v [4]uint16
	_, err = fmt.Sscanf(args[1], "%d.%d.%d.%d", &v[0], &v[1], &v[2], &v[3])
	ts.Check(err)
	at := bytes.Index(program, []byte{0xBD, 0x04, 0xEF, 0xFE}) // VS_FIXEDFILEINFO; the file's version is its third member
	if at < 0 {
		ts.Fatalf("no version to change")
	}
	for i, place := range []int{10, 8, 14, 12} {
		binary.LittleEndian.PutUint16(program[at+place:], v[i])
	}
	file := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o755))
	ts.Check(os.WriteFile(file, program, 0o755))
}
