// Package config reads and writes koshin.toml, the one file in which an
// administrator tells koshin what to keep up to date and from where.
//
// Only the programs import this package: they read the file once and hand
// plain values to everything else, so that no other part depends on where a
// setting came from. Unknown keys are refused with file and line; a typing
// error must not silently switch a claim window off. Relative paths are
// relative to the file.
//
// A group policy stands above the file (package policy, [Config.Apply]), and
// [Config.Settings] says of each effective value where it comes from.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// What callers decide on.
var (
	// ErrNotFound: there is no configuration; this PC is not enrolled.
	ErrNotFound = errors.New("no configuration")
	// ErrInvalid: the file is there and something in it is wrong. It comes as
	// an [Error], which says where.
	ErrInvalid = errors.New("invalid configuration")
	// ErrItself: koshin is named as a product. It keeps itself up to date.
	ErrItself = errors.New("koshin itself is no product to configure")
	// ErrUnprotected: others than its owner could change the file or folder.
	ErrUnprotected = errors.New("not protected")
)

// Error is one fault in the file, with its place.
type Error struct {
	File   string
	Line   int    // from 1; 0 where it is not about one line
	Key    string // such as "source.urls"
	Reason string
	Err    error // the same, where callers may want to tell it from others; else nil
}

func (e *Error) Error() string {
	at := e.File
	if e.Line > 0 {
		at = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	if e.Key == "" {
		return fmt.Sprintf("%s: %s", at, e.Reason)
	}
	return fmt.Sprintf("%s: %s: %s", at, e.Key, e.Reason)
}

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Is makes every Error an [ErrInvalid].
func (e *Error) Is(target error) bool { return target == ErrInvalid }

// Submission is who sends this facility's claims.
type Submission string

// The ways of sending.
const (
	Self      Submission = "self"      // from this PC
	Delegated Submission = "delegated" // by an agent or head office: nothing to do here
)

// Config is koshin.toml, with its paths made absolute.
type Config struct {
	File       string     `toml:"-"`
	Language   string     `toml:"language"`
	Submission Submission `toml:"submission"`
	StateDir   string     `toml:"state_dir"`
	Source     Source     `toml:"source"`
	Window     *Window    `toml:"window"`
	Report     *Report    `toml:"report,omitempty"`
	Products   []Product  `toml:"product"`

	Policy policy.Values `toml:"-"` // what stands above the file, see [Config.Apply]

	lines map[string]int // where each key stands in the file
}

// Source is where releases come from and how they are reached.
type Source struct {
	URLs   []string `toml:"urls"`    // tried in order
	Anchor string   `toml:"anchor"`  // the root of trust
	CAFile string   `toml:"ca_file"` // a root certificate beside the system's
	Proxy  string   `toml:"proxy"`   // "auto", "none" or http://host:port
}

// Product is one client software on this PC.
type Product struct {
	ID      manifest.ProductID `toml:"id"`
	Dir     string             `toml:"dir"`
	Channel manifest.Channel   `toml:"channel"`
}

// maxFile bounds the file. One with a hundred products takes 10 KiB.
const maxFile = 1 << 20

// Load reads a configuration file and checks it.
func Load(file string) (*Config, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, file)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, &Error{File: file, Reason: fmt.Sprintf("longer than %d bytes", maxFile)}
	}
	return parse(file, data)
}
