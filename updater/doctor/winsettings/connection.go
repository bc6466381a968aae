package winsettings

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// MalformedError names a value that is not of the form that Windows writes.
type MalformedError struct {
	Place Place
	Err   error
}

func (e *MalformedError) Error() string { return fmt.Sprintf("%s: %v", e.Place, e.Err) }

func (e *MalformedError) Unwrap() error { return e.Err }

var errConnection = errors.New("not a record of connection settings")

// connection is what DefaultConnectionSettings (WinINet) and WinHttpSettings
// hold: a number that names the form, a counter, flags, and then texts of one
// byte a character, each after its length. The form is nowhere documented by
// Microsoft; this is what Wine's winhttp and wininet read and write, and what
// Windows 10 is known to have.
type connection struct {
	flags                 uint32
	proxy, bypass, script string
}

// The flags, as PROXY_TYPE_* of WinINet.
const (
	flagProxy  = 2
	flagScript = 4
	flagDetect = 8
)

// parseConnection reads a record. What follows the texts is left alone; texts
// that are cut off are an error, texts that are not there at all are empty.
func parseConnection(v Value) (connection, error) {
	if v.Type != TypeBinary {
		return connection{}, fmt.Errorf("%w: %s", errConnection, v.Type)
	}
	if len(v.Data) < 12 {
		return connection{}, fmt.Errorf("%w: %d bytes", errConnection, len(v.Data))
	}
	c := connection{flags: binary.LittleEndian.Uint32(v.Data[8:])}
	rest := v.Data[12:]
	for _, text := range []*string{&c.proxy, &c.bypass, &c.script} {
		if len(rest) < 4 {
			return c, nil
		}
		size := binary.LittleEndian.Uint32(rest)
		if uint64(size) > uint64(len(rest)-4) {
			return connection{}, fmt.Errorf("%w: a text of %d bytes in the last %d", errConnection, size, len(rest)-4)
		}
		*text = string(rest[4 : 4+size])
		rest = rest[4+size:]
	}
	return c, nil
}
