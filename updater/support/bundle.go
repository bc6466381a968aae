package support

import (
	"archive/zip"
	"io"
	"strings"
	"time"
)

// What a bundle may hold.
const (
	// MaxFile is what is taken of one file, from its end: all of a log.
	MaxFile = 1 << 20
	// MaxAll is what all files together may have, unpacked. Packed it is about a
	// tenth, which every office's mail lets through.
	MaxAll = 12 << 20
	// MaxFiles is how many there may be; a PC with ten products has about a hundred.
	MaxFiles = 400
	// maxLeftOut bounds the list of what is missing.
	maxLeftOut = 200
)

// Reason is why something is not in the bundle.
type Reason string

// The reasons.
const (
	Missing    Reason = "missing"    // there is none
	Unreadable Reason = "unreadable" // not for this user, or the disk is damaged
	NotAFile   Reason = "not-a-file" // a link, a folder or a device where a file should be
	NotText    Reason = "not-text"   // nothing could be recognised in it, and so nothing taken out
	NoRoom     Reason = "no-room"    // the bundle is full
	Older      Reason = "older"      // only the newest of its kind are taken
	KeptBack   Reason = "kept-back"  // it is not on the list of what may leave the PC
	Failed     Reason = "failed"     // the examination did not come to its end
	Outside    Reason = "outside"    // it lies outside of its folder
)

// File is one file of the bundle.
type File struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`        // in the bundle
	Of    int64  `json:"of,omitempty"` // of the whole file, where only its end is there
}

// LeftOut is something that is not in the bundle.
type LeftOut struct {
	Name   string `json:"name"`
	Reason Reason `json:"reason"`
}

// Bundle is a zip in the making. The zero value is of no use; see [New].
type Bundle struct {
	Files   []File
	LeftOut []LeftOut

	zip   *zip.Writer
	clean func(string) string
	now   time.Time
	left  int64
	err   error // the writer's
}

// New begins a zip. clean takes out of every name and text what must not leave
// the PC; now is the time that its files bear.
func New(w io.Writer, clean func(text string) string, now time.Time) *Bundle {
	return &Bundle{zip: zip.NewWriter(w), clean: clean, now: now, left: MaxAll}
}

// Text adds a text that koshin made. of is how long the whole was where this is
// only its end, else 0.
func (b *Bundle) Text(name, text string, of int64) {
	if len(b.Files) >= MaxFiles || int64(len(text)) > b.left {
		b.Leave(name, NoRoom)
		return
	}
	if text = b.clean(strings.ToValidUTF8(text, "\uFFFD")); int64(len(text)) > b.left {
		b.Leave(name, NoRoom)
		return
	}
	b.left -= int64(len(text))
	b.add(b.safe(name), text, of)
}

// Leave lists something as left out.
func (b *Bundle) Leave(name string, why Reason) {
	if len(b.LeftOut) < maxLeftOut {
		b.LeftOut = append(b.LeftOut, LeftOut{b.safe(name), why})
	}
}

// Close adds a last file, made of what is in the bundle and what is not, and
// ends the zip. It returns the first error of the writer.
func (b *Bundle) Close(name string, contents func() string) error {
	b.add(name, b.clean(contents()), 0)
	if err := b.zip.Close(); b.err == nil {
		b.err = err
	}
	return b.err
}

func (b *Bundle) add(name, text string, of int64) {
	if b.err != nil {
		return
	}
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.now})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	b.err = err
	b.Files = append(b.Files, File{name, int64(len(text)), of})
}

// safe is a name that no program which unpacks the zip can take for a place
// elsewhere, and that names nobody.
func (b *Bundle) safe(name string) string {
	var parts []string
	for part := range strings.FieldsFuncSeq(b.clean(name), func(r rune) bool { return r == '/' || r == '\\' || r == ':' || r < ' ' }) {
		if strings.Trim(part, ".") != "" {
			parts = append(parts, strings.ReplaceAll(part, "*", "x")) // Windows has no such name
		}
	}
	return strings.Join(parts, "/")
}
