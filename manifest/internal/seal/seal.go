// Package seal holds the one value that may not be forged: the promise that
// verified metadata made about a file.
//
// It is internal to manifest, so nothing outside that folder can call [New];
// inside it, a linter rule leaves the call to manifest/trust alone. Everybody
// else receives a [Promise] and can only read it.
package seal

import (
	"encoding/hex"
	"path"
)

// Promise is what a verified signature says about one file of the repository:
// its name there, its exact length in bytes and its SHA-256. The zero Promise
// promises nothing; see [Promise.Made].
type Promise struct {
	name   string
	length int64
	sha256 [32]byte
	made   bool
}

// New seals a promise. Only manifest/trust calls it, after the signatures, the
// versions and the expiry of every role on the way have been checked.
func New(name string, length int64, sha256 [32]byte) Promise {
	return Promise{name: name, length: length, sha256: sha256, made: true}
}

// Made tells a promise from the zero value, which anybody can write down.
// Whoever acts on a promise asks this first.
func (p Promise) Made() bool { return p.made }

// Name is the target's name in the repository, such as
// "torikomi-soshin/2.3.0/windows-amd64.tree".
func (p Promise) Name() string { return p.name }

// Length is the file's exact size in bytes.
func (p Promise) Length() int64 { return p.length }

// SHA256 is the hash of the whole file.
func (p Promise) SHA256() [32]byte { return p.sha256 }

// Hex is the hash as lower-case hexadecimal, as it stands in file names.
func (p Promise) Hex() string { return hex.EncodeToString(p.sha256[:]) }

// Path is where the repository keeps the file: below targets/, with the hash
// in the name, so that a host may cache it for ever.
func (p Promise) Path() string {
	dir, base := path.Split(p.name)
	return "targets/" + dir + p.Hex() + "." + base
}
