package trust

import (
	"fmt"
	"io/fs"
)

// Store keeps small files between two runs. Load of a name never saved fails
// with fs.ErrNotExist; Save replaces the whole file or leaves the old one. What
// Load returns is verified again each time, so a store need not be trusted to
// be undamaged, only to be private to this installation.
type Store interface {
	Load(name string) ([]byte, error)
	Save(name string, data []byte) error
}

// Memory is a Store that forgets: for a publisher who verifies a repository
// as a new client would.
type Memory map[string][]byte

// Load returns what Save kept.
func (m Memory) Load(name string) ([]byte, error) {
	data, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return data, nil
}

// Save keeps the data until the program ends.
func (m Memory) Save(name string, data []byte) error {
	m[name] = data
	return nil
}
