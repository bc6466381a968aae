package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
	"github.com/koshin-updater/koshin/release/releasetest"
)

// hostile: hostile VERSION NAME [KIND] puts a package with something of this
// name in the place of a build's own. The pack writer would refuse to make it,
// so it is made by hand; it is signed as it should be. The kinds:
//
//	file       a file; what nobody may install is its name
//	link       a symbolic link to what is outside
//	hard-link  a second name for a file that is outside
//	pipe       neither a file nor a folder
//	twins      two files whose names differ in case
//	bomb       10 GB of zeros, though the manifest says little
//	many       2,000,000 folders
func hostile(ts script, neg bool, args []string) {
	usage(ts, neg, args, "hostile VERSION NAME [KIND]")
	kind := append(args, "file")[2]
	lie, ok := map[string]func(string) lie{
		"file": plainLie, "link": typeLie(tar.TypeSymlink), "hard-link": typeLie(tar.TypeLink), "pipe": typeLie(tar.TypeFifo),
		"twins": twins, "bomb": bomb, "many": many,
	}[kind]
	if !ok {
		ts.Fatalf("hostile: no kind %q", kind)
	}
	data, tree, err := lie(args[1]).pack()
	ts.Check(err)
	target := fmt.Sprintf("%s/%s/%s-%s.tree", product, args[0], runtime.GOOS, runtime.GOARCH)
	ts.Check(releasetest.ReplacePackage(ts.MkAbs("repo"), ts.MkAbs("keys"), product, "stable", target, data, tree))
}

// lie is a package that no honest publisher makes.
type lie struct {
	index pack.Index
	text  []byte // of the index, where it is not that of index
	parts []part
}

type part struct {
	header *tar.Header
	data   []byte
}

func plainLie(name string) (l lie) {
	l.file(name, []byte("owned"))
	return l
}

func (l *lie) file(name string, content []byte) {
	l.index.Entries = append(l.index.Entries, pack.Entry{Path: name, Type: pack.File, Size: int64(len(content)), SHA256: sha256.Sum256(content)})
	l.parts = append(l.parts, part{header(name, int64(len(content))), content})
}

func typeLie(kind byte) func(string) lie {
	return func(name string) lie {
		l := plainLie(name)
		h := l.parts[0].header
		h.Typeflag, h.Size, l.parts[0].data = kind, 0, nil
		if kind != tar.TypeFifo {
			h.Linkname = "../../outside"
		}
		return l
	}
}

func twins(name string) (l lie) {
	l.file(strings.ToUpper(name), []byte("one"))
	l.file(name, []byte("the other"))
	return l
}

func bomb(name string) lie {
	const size = 10_000_000_000
	l := plainLie(name)
	l.index.Entries[0].Size, l.parts[0].header.Size = size, size
	l.parts[0].data = make([]byte, 1<<20) // nobody reads as far as its end
	return l
}

func many(string) (l lie) {
	l.text = fmt.Appendf(nil, "{%q:%q}\n", "schema", pack.Schema)
	for n := range 2_000_000 {
		l.text = fmt.Appendf(l.text, `{"path":"%07d","type":"dir"}`+"\n", n)
	}
	return l
}

func header(name string, size int64) *tar.Header {
	return &tar.Header{Format: tar.FormatPAX, Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: time.Unix(0, 0)}
}

func (l lie) pack() (data []byte, tree manifest.Digest, err error) {
	var out bytes.Buffer
	if l.text == nil {
		if err = l.index.Encode(&out); err != nil {
			return nil, tree, err
		}
		l.text = bytes.Clone(out.Bytes())
		out.Reset()
	}
	tree = sha256.Sum256(l.text)
	compressed, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, tree, err
	}
	archive := tar.NewWriter(compressed)
	parts := append([]part{{header(".koshin-index", int64(len(l.text))), l.text}}, l.parts...)
	for _, p := range parts {
		if err = archive.WriteHeader(p.header); err == nil {
			_, err = archive.Write(p.data)
		}
		if err != nil {
			return nil, tree, err
		}
	}
	_ = archive.Close() // says that a bomb is not whole
	err = compressed.Close()
	return out.Bytes(), tree, err
}
