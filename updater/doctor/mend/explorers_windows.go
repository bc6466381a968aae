package mend

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Explorers lists the open browsers of this session that use WinINet.
func Explorers() ([]Explorer, error) {
	all, err := processes()
	if err != nil {
		return nil, fmt.Errorf("list what runs: %w", err)
	}
	return explorers(all), nil
}

// processes are those of this process's own session.
func processes() ([]Process, error) {
	var own uint32
	if err := windows.ProcessIdToSessionId(windows.GetCurrentProcessId(), &own); err != nil {
		return nil, err
	}
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil, err
	}
	defer windows.CloseHandle(snapshot) //nolint:errcheck // opened for reading
	var all []Process
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		var session uint32
		if windows.ProcessIdToSessionId(entry.ProcessID, &session) != nil || session != own {
			continue // somebody else's, or gone
		}
		all = append(all, Process{entry.ProcessID, entry.ParentProcessID, windows.UTF16ToString(entry.ExeFile[:])})
	}
	if !errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		return nil, err
	}
	return all, nil
}
