package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
	"github.com/koshin-updater/koshin/release/releasetest"
)

// forgeCommands make a repository wrong in one way, correctly signed in every
// other.
func (w *world) forgeCommands() map[string]command {
	return map[string]command{
		"expire":        expire,
		"sign-as":       signAs,
		"edit-manifest": editManifest,
		"hostile":       hostile,
		"flip":          flip,
		"copy-folder":   copyFolder,
	}
}

// expire: expire ROLE REPO signs a role that ended an hour ago.
func expire(ts script, neg bool, args []string) {
	usage(ts, neg, args, "expire ROLE REPO")
	ts.Check(releasetest.Forge(ts.MkAbs(args[1]), ts.MkAbs("keys"), args[0], func(signed map[string]any) {
		signed["expires"] = time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)
	}))
}

// signAs: sign-as ROLE KEY signs a role with a key that may not.
func signAs(ts script, neg bool, args []string) {
	usage(ts, neg, args, "sign-as ROLE KEY")
	ts.Check(releasetest.ForgeAs(ts.MkAbs("repo"), ts.MkAbs("keys"), args[0], args[1:], func(map[string]any) {}))
}

// editManifest: edit-manifest PATH JSON sets a field such as builds.0.surprise.
func editManifest(ts script, neg bool, args []string) {
	usage(ts, neg, args, "edit-manifest PATH JSON")
	var value any
	ts.Check(json.Unmarshal([]byte(args[1]), &value))
	ts.Check(releasetest.EditManifest(ts.MkAbs("repo"), ts.MkAbs("keys"), product, "stable", func(m map[string]any) {
		names := strings.Split(args[0], ".")
		for len(names) > 1 {
			m, names = step(m, names)
		}
		m[names[0]] = value
	}))
}

// step goes one field, or one field and one place of its list, deeper.
func step(m map[string]any, names []string) (map[string]any, []string) {
	if list, ok := m[names[0]].([]any); ok {
		if i, err := strconv.Atoi(names[1]); err == nil && i < len(list) {
			inner, _ := list[i].(map[string]any)
			return inner, names[2:]
		}
	}
	inner, _ := m[names[0]].(map[string]any)
	return inner, names[1:]
}

// hostile: hostile VERSION NAME [link] puts a package with a file, or a
// symbolic link, of this name in the place of a build's own. The pack writer
// would refuse to make it, so it is made by hand; it is signed as it should be.
func hostile(ts script, neg bool, args []string) {
	usage(ts, neg, args, "hostile VERSION NAME [link]")
	isLink := len(args) > 2
	data, tree, err := hostilePackage(args[1], isLink)
	ts.Check(err)
	target := fmt.Sprintf("%s/%s/%s-%s.tree", product, args[0], runtime.GOOS, runtime.GOARCH)
	ts.Check(releasetest.ReplacePackage(ts.MkAbs("repo"), ts.MkAbs("keys"), product, "stable", target, data, tree))
}

func hostilePackage(name string, isLink bool) (data []byte, tree manifest.Digest, err error) {
	content := []byte("owned")
	index := pack.Index{Entries: []pack.Entry{{Path: name, Type: pack.File, Size: int64(len(content)), SHA256: sha256.Sum256(content)}}}
	if tree, err = index.Digest(); err != nil {
		return nil, tree, err
	}
	var encoded, out bytes.Buffer
	if err = index.Encode(&encoded); err != nil {
		return nil, tree, err
	}
	compressed, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, tree, err
	}
	archive := tar.NewWriter(compressed)
	header := func(name string, size int) *tar.Header {
		return &tar.Header{Format: tar.FormatPAX, Typeflag: tar.TypeReg, Name: name, Size: int64(size), Mode: 0o644, ModTime: time.Unix(0, 0)}
	}
	entry := header(name, len(content))
	if isLink {
		entry.Typeflag, entry.Linkname, entry.Size = tar.TypeSymlink, "../../outside", 0
	}
	for _, part := range []struct {
		header *tar.Header
		data   []byte
	}{{header(".koshin-index", encoded.Len()), encoded.Bytes()}, {entry, content[:entry.Size]}} {
		if err = archive.WriteHeader(part.header); err == nil {
			_, err = archive.Write(part.data)
		}
		if err != nil {
			return nil, tree, err
		}
	}
	if err = archive.Close(); err == nil {
		err = compressed.Close()
	}
	return out.Bytes(), tree, err
}

// flip: flip PATTERN changes one bit in the middle of the one file that
// matches.
func flip(ts script, neg bool, args []string) {
	usage(ts, neg, args, "flip PATTERN")
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("flip %s: %d files match", args[0], len(files))
	}
	data, err := os.ReadFile(files[0])
	ts.Check(err)
	data[len(data)/2] ^= 1
	ts.Check(os.Remove(files[0])) // it may be a link to a file that others use
	ts.Check(os.WriteFile(files[0], data, 0o600))
}

// copyFolder: copy-folder FROM TO copies a folder with everything in it.
func copyFolder(ts script, neg bool, args []string) {
	usage(ts, neg, args, "copy-folder FROM TO")
	ts.Check(linkTree(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}
