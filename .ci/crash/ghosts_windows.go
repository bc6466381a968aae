package main

import (
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// endGhosts waits for programs that were started from dir and outlive the
// koshin that was killed, and ends what is left after two seconds: in Wine a
// process whose parent dies while it is being born never wakes up.
func endGhosts(dir string) {
	for end := time.Now().Add(2 * time.Second); ; {
		ghosts := startedBelow(dir)
		late := time.Now().After(end)
		for _, ghost := range ghosts {
			if late {
				_ = windows.TerminateProcess(ghost, 1) // it may have ended
			}
			_ = windows.CloseHandle(ghost)
		}
		if len(ghosts) == 0 || late {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
}

// startedBelow are handles on the programs that run from below dir.
func startedBelow(dir string) (found []windows.Handle) {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil
	}
	defer windows.CloseHandle(snapshot) //nolint:errcheck // it was only read
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err := windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.PROCESS_TERMINATE, false, entry.ProcessID)
		if err != nil {
			continue
		}
		name := make([]uint16, windows.MAX_LONG_PATH)
		size := uint32(len(name))
		if windows.QueryFullProcessImageName(process, 0, &name[0], &size) == nil && isBelow(windows.UTF16ToString(name[:size]), dir) {
			found = append(found, process)
			continue
		}
		_ = windows.CloseHandle(process) // it was only asked
	}
	return found
}

func isBelow(name, dir string) bool {
	return strings.HasPrefix(strings.ToLower(filepath.Clean(name)), strings.ToLower(dir)+`\`)
}
