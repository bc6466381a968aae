package mend

import (
	"fmt"

	"golang.org/x/sys/windows"
)

var (
	wininet           = windows.NewLazySystemDLL("wininet.dll")
	internetSetOption = wininet.NewProc("InternetSetOptionW")
)

// What WinINet can be told, as its INTERNET_OPTION_ numbers.
const (
	optionSettingsChanged = 39
	optionRefresh         = 37
)

// Tell lets WinINet know that its settings were changed, in the order that
// Microsoft asks for. It reaches the programs of this session that listen; the
// others read the new value when they are started again.
func Tell() Told {
	return Told{Changed: setOption(optionSettingsChanged), Refresh: setOption(optionRefresh)}
}

func setOption(option uintptr) error {
	if err := internetSetOption.Find(); err != nil {
		return err
	}
	if ok, _, err := internetSetOption.Call(0, option, 0, 0); ok == 0 {
		return fmt.Errorf("tell wininet (option %d): %w", option, err)
	}
	return nil
}
