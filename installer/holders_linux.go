package installer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func holders(ctx context.Context, path string) ([]Process, error) {
	path, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []Process
	for _, e := range entries {
		if ctx.Err() != nil {
			return found, ctx.Err()
		}
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() || !holds(e.Name(), path) {
			continue
		}
		found = append(found, Process{PID: pid, Name: programName(e.Name()), User: owner(e)})
	}
	return found, nil
}

// holds says whether a process runs from path, works in it, or has a file of it
// open or mapped. What may not be looked at is as if it were not there.
func holds(pid, path string) bool {
	dir := filepath.Join("/proc", pid)
	for _, link := range []string{"exe", "cwd"} {
		if target, err := os.Readlink(filepath.Join(dir, link)); err == nil && isBelow(procPath(target), path) {
			return true
		}
	}
	open, _ := os.ReadDir(filepath.Join(dir, "fd"))
	for _, fd := range open {
		if target, err := os.Readlink(filepath.Join(dir, "fd", fd.Name())); err == nil && isBelow(procPath(target), path) {
			return true
		}
	}
	file, err := os.Open(filepath.Join(dir, "maps"))
	if err != nil {
		return false
	}
	defer file.Close()
	return mapsBelow(file, path)
}

// programName is the file name of a process's program, or the short name that
// the system keeps for everybody.
func programName(pid string) string {
	if exe, err := os.Readlink(filepath.Join("/proc", pid, "exe")); err == nil {
		return filepath.Base(procPath(exe))
	}
	comm, _ := readAtMost(filepath.Join("/proc", pid, "comm"), 4096)
	return strings.TrimSpace(string(comm))
}
