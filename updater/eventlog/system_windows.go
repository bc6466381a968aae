package eventlog

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc/eventlog"
)

// sources is where Windows keeps the sources of the log Application.
const sources = `SYSTEM\CurrentControlSet\Services\EventLog\Application`

// What Windows keeps of a source. Not by eventlog.Install: that refuses a source
// that is there, and so could mend none.
const (
	messages = `%SystemRoot%\System32\EventCreate.exe`
	types    = eventlog.Info | eventlog.Warning | eventlog.Error
)

func registerAs(source string) error {
	key, _, err := registry.CreateKey(registry.LOCAL_MACHINE, sources+`\`+source, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSource, err)
	}
	defer key.Close()
	err = errors.Join(
		key.SetExpandStringValue("EventMessageFile", messages),
		key.SetDWordValue("TypesSupported", types),
		key.SetDWordValue("CustomSource", 1), // as EventCreate.exe marks those that it makes
	)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSource, err)
	}
	return nil
}

func unregister(source string) error {
	err := registry.DeleteKey(registry.LOCAL_MACHINE, sources+`\`+source)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrSource, err)
	}
	return nil
}

func registered(source string) (bool, error) {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, sources+`\`+source, registry.QUERY_VALUE)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer key.Close()
	file, _, errFile := key.GetStringValue("EventMessageFile")
	kinds, _, errKinds := key.GetIntegerValue("TypesSupported")
	return errFile == nil && errKinds == nil && file == messages && kinds == types, nil
}

func report(source string, e Entry, text string) error {
	if is, err := registered(source); err != nil || !is {
		return err
	}
	log, err := eventlog.Open(source)
	if err != nil {
		return fmt.Errorf("event log: %w", err)
	}
	write := log.Info
	switch e.Level {
	case Warning:
		write = log.Warning
	case Error:
		write = log.Error
	}
	if err := errors.Join(write(e.ID, text), log.Close()); err != nil {
		return fmt.Errorf("event log: %w", err)
	}
	return nil
}
