// Package power reads whether this PC runs on its battery, and how much is left
// in it. What cannot be told is [Unknown] and no error: it stops nothing.
//
// Each system is asked in its own way (GetSystemPowerStatus on Windows,
// /sys/class/power_supply on Linux); what the answers mean is decided here, on
// values, and tested everywhere.
package power

import (
	"io/fs"
	"strconv"
	"strings"
)

// Source is where the power comes from.
type Source string

// The sources.
const (
	Unknown Source = ""
	Mains   Source = "mains"
	Battery Source = "battery"
)

// State is the power of this PC.
type State struct {
	Source  Source
	Percent int // left in the battery, 0 to 100; meaningful on battery only
}

// ofWindows reads the three bytes of SYSTEM_POWER_STATUS that matter
// (learn.microsoft.com, winbase): AC line 0 off, 1 on; flag 128 no battery, 255
// unknown; percent 255 unknown.
func ofWindows(line, flag, percent byte) State {
	const noBattery = 128
	switch {
	case line == 1 || flag != 255 && flag&noBattery != 0:
		return State{Source: Mains}
	case line == 0 && percent <= 100:
		return State{Battery, int(percent)}
	}
	return State{}
}

// ofLinux reads /sys/class/power_supply (kernel, ABI sysfs-class-power). A supply
// of scope Device is the battery of a mouse or a headset. A PC without any
// supply is a desktop or a server.
func ofLinux(supplies fs.FS) State {
	entries, err := fs.ReadDir(supplies, ".")
	if err != nil {
		return State{}
	}
	discharging, percent, batteries, unread := false, 0, 0, false
	for _, e := range entries {
		read := func(name string) string {
			text, err := fs.ReadFile(supplies, e.Name()+"/"+name)
			if err != nil {
				return ""
			}
			return strings.TrimSpace(string(text))
		}
		switch kind := read("type"); {
		case read("scope") == "Device":
		case kind == "Battery":
			left, err := strconv.Atoi(read("capacity"))
			unread = unread || err != nil || left < 0 || left > 100
			discharging = discharging || read("status") == "Discharging"
			percent += left
			batteries++
		case kind != "" && read("online") == "1":
			return State{Source: Mains}
		}
	}
	switch {
	case !discharging:
		return State{Source: Mains}
	case unread:
		return State{}
	}
	return State{Battery, percent / batteries}
}
