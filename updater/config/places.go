package config

import (
	"os"
	"path/filepath"
	"runtime"
)

// DefaultFile is where koshin.toml lies unless it is named.
func DefaultFile() string { return filepath.Join(systemDir(), "koshin.toml") }

// DefaultStateDir is where koshin keeps what it knows unless state_dir says
// otherwise.
func DefaultStateDir() string {
	if runtime.GOOS == "linux" {
		return "/var/lib/koshin"
	}
	return filepath.Join(systemDir(), "state")
}

// systemDir is the folder for settings that concern every user of this PC.
func systemDir() string {
	switch runtime.GOOS {
	case "windows":
		data := os.Getenv("ProgramData")
		if data == "" {
			data = `C:\ProgramData`
		}
		return filepath.Join(data, "Koshin")
	case "darwin":
		return "/Library/Application Support/Koshin"
	}
	return "/etc/koshin"
}
