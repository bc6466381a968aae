package mend

import "strings"

// Process is a program that runs in this session.
type Process struct {
	PID    uint32 `json:"pid"`
	Parent uint32 `json:"-"`
	Name   string `json:"name"` // of the file
}

// Explorer is a browser that uses WinINet and read its settings when it began:
// it must be restarted before a change counts.
type Explorer struct {
	Process
	InEdge bool `json:"in_edge"` // Edge in Internet Explorer mode: all of Edge must be restarted
}

// explorers finds Internet Explorer among what runs. In Edge the pages in that
// mode are drawn by an iexplore.exe of its own, which Edge started.
func explorers(all []Process) []Explorer {
	byPID := map[uint32]Process{}
	for _, p := range all {
		byPID[p.PID] = p
	}
	var found []Explorer
	for _, p := range all {
		if !strings.EqualFold(p.Name, "iexplore.exe") {
			continue
		}
		parent := byPID[p.Parent]
		if strings.EqualFold(parent.Name, p.Name) {
			continue // a tab of one that is listed itself
		}
		found = append(found, Explorer{p, strings.EqualFold(parent.Name, "msedge.exe")})
	}
	return found
}

// Told is what came of telling WinINet; nil is that it took it.
type Told struct {
	Changed error // INTERNET_OPTION_SETTINGS_CHANGED
	Refresh error // INTERNET_OPTION_REFRESH; Wine does not know it
}
