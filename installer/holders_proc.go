package installer

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// maxMaps bounds what is read of one program's list of mapped files, in bytes.
// A browser's is 1 MiB.
const maxMaps = 16 << 20

// procPath is the path that a link in /proc leads to. A file that was deleted
// or replaced meanwhile shows with a suffix.
func procPath(target string) string { return strings.TrimSuffix(target, " (deleted)") }

// isBelow says whether path is dir or in it.
func isBelow(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(dir, "/"))
	return ok && (rest == "" || strings.HasPrefix(rest, "/"))
}

// mapsBelow looks for a mapped file at or below path in the content of
// /proc/PID/maps:
//
//	7f1c5a000000-7f1c5a021000 r-xp 00000000 08:02 135522   /opt/a client/lib.so (deleted)
func mapsBelow(maps io.Reader, path string) bool {
	lines := bufio.NewScanner(io.LimitReader(maps, maxMaps))
	for lines.Scan() {
		_, name, ok := bytes.Cut(lines.Bytes(), []byte(" /"))
		if ok && isBelow(procPath("/"+string(name)), path) {
			return true
		}
	}
	return false
}
