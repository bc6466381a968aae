package installer

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"path"
)

// fingerprint is what a plan remembers of the folder that it was made for: not
// the folder, which may be large, but a hash of all that counts. What happens
// inside a folder of the user's data is no change, and neither is new content
// of such a file.
type fingerprint struct {
	data globs
	hash hash.Hash
	line []byte
}

func newFingerprint(data globs) *fingerprint {
	return &fingerprint{data: data, hash: sha256.New()}
}

// add takes what a walk meets, in its order.
func (f *fingerprint) add(n node) {
	if f.data.match(path.Dir(n.path)) {
		return
	}
	f.line = append(append(f.line[:0], n.path...), 0) // which no name has
	f.line = binary.BigEndian.AppendUint32(f.line, uint32(n.mode))
	if !n.mode.IsDir() && !f.data.match(n.path) {
		f.line = binary.BigEndian.AppendUint64(f.line, uint64(n.size))
		f.line = binary.BigEndian.AppendUint64(f.line, uint64(n.mtime.UnixNano()))
	}
	_, _ = f.hash.Write(f.line) // a hash never fails
}

func (f *fingerprint) sum() (sum [sha256.Size]byte) {
	f.hash.Sum(sum[:0])
	return sum
}
