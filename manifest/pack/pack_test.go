package pack

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/koshin-updater/koshin/manifest"
)

func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func client() map[string]string {
	return map[string]string{"VERSION": "2.3.0\n", "bin/client.exe": strings.Repeat("program ", 1000), "bin/empty.dat": "",
		"bin-old/x": "x", "empty/": "", "データ/説明.txt": "日本語", "z/😀.txt": "emoji",
		strings.Repeat("long name ", 12) + "x/" + strings.Repeat("y", 200): "a path that needs PAX"}
}

func packed(t testing.TB, files map[string]string) ([]byte, Info) {
	t.Helper()
	var b bytes.Buffer
	info, err := WriteTree(t.Context(), &b, folder(t, files), Options{OS: "windows"})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), info
}

// readAll reads a whole package.
func readAll(data io.Reader, want Want) (map[string]string, error) {
	r, err := NewReader(data, want)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	files := map[string]string{}
	for {
		e, content, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if e.Type == Dir {
			files[e.Path+"/"] = ""
			continue
		}
		text, err := io.ReadAll(content)
		if err != nil {
			return nil, err
		}
		files[e.Path] = string(text)
	}
}

func TestWriteThenRead(t *testing.T) {
	t.Parallel()
	data, info := packed(t, client())
	files, err := readAll(bytes.NewReader(data), Want{info.TreeSHA256, info.InstalledSize})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range client() {
		if got, ok := files[name]; !ok || got != content {
			t.Errorf("%q holds %q", name, got)
		}
	}
	if len(files) != len(info.Index.Entries) || info.Index.Size() != info.InstalledSize {
		t.Errorf("%d entries read, %d written", len(files), len(info.Index.Entries))
	}
}

// TestSameBytesEverywhere holds the format: when it fails, packages of
// different koshin versions or systems differ for the same tree.
func TestSameBytesEverywhere(t *testing.T) {
	t.Parallel()
	one, info := packed(t, client())
	two, _ := packed(t, client())
	if !bytes.Equal(one, two) {
		t.Error("the same tree gave two packages")
	}
	const tree = "2708a2abe0b0a2d75a730c01d58ee357124572fa2ad322ea4c28126bc7a93a88"
	if got := info.TreeSHA256.String(); got != tree {
		t.Errorf("tree_sha256 is %s", got)
	}
	const whole = "020309dd03198e4dad42209c2008245ba1e1de744bf363022ff03bb36e4c1a54"
	if got := fmt.Sprintf("%x", sha256.Sum256(one)); got != whole {
		t.Errorf("package is %s", got)
	}
}

func TestExecutableBit(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no executable bit")
	}
	dir := folder(t, map[string]string{"run": "#!", "text": "t"})
	if err := os.Chmod(filepath.Join(dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	for system, exec := range map[string]bool{"linux": true, "": true, "windows": false} {
		info, err := WriteTree(t.Context(), io.Discard, dir, Options{OS: system})
		if err != nil || info.Index.Entries[0].Exec != exec || info.Index.Entries[1].Exec {
			t.Errorf("%q: %+v, %v", system, info.Index.Entries, err)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows cannot make such names and links")
	}
	link := func(t *testing.T, dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, "link")) }
	file := func(name string) func(*testing.T, string) error {
		return func(_ *testing.T, dir string) error { return os.WriteFile(filepath.Join(dir, name), nil, 0o644) }
	}
	tests := []struct {
		name string
		make func(t *testing.T, dir string) error
		want error
	}{
		{"symlink", link, ErrLink},
		{"symlink to a folder", func(t *testing.T, dir string) error { return os.Symlink(t.TempDir(), filepath.Join(dir, "d")) }, ErrLink},
		{"colon", file("C:x"), ErrPathDrive},
		{"backslash", file(`a\b`), ErrPathSlash},
		{"device", file("aux.h"), ErrPathDevice},
		{"trailing dot", file("a."), ErrPathTrailing},
		{"control", file("a\tb"), ErrPathControl},
		{"not UTF-8", file("\xff"), ErrPathUTF8},
		{"reserved", file(".koshin-index"), ErrPathReserved},
		{"case", func(t *testing.T, dir string) error {
			return errors.Join(file("README")(t, dir), file("readme")(t, dir))
		}, ErrPathClash},
	}
	for _, test := range tests {
		dir := folder(t, map[string]string{"a": "a"})
		if err := test.make(t, dir); err != nil {
			if runtime.GOOS == "darwin" {
				continue // refuses some of these names itself
			}
			t.Fatal(err)
		}
		if _, err := WriteTree(t.Context(), io.Discard, dir, Options{}); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", test.name, err, test.want)
		}
	}
}

func TestWriteNoticesChanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{"grows": "aaaaa", "shrinks": "a", "differs": "bbb"} {
		dir := folder(t, map[string]string{"a": "aaa", "b": "b"})
		once := false
		progress := func(int64, int64) { // first told when a was hashed
			if !once {
				once = true
				_ = os.WriteFile(filepath.Join(dir, "a"), []byte(change), 0o644)
			}
		}
		if _, err := WriteTree(t.Context(), io.Discard, dir, Options{Progress: progress}); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := WriteTree(ctx, io.Discard, folder(t, client()), Options{Progress: func(int64, int64) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := WriteTree(t.Context(), io.Discard, filepath.Join(t.TempDir(), "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// forged is a package with any entries whatever, and what a manifest would say.
func forged(t testing.TB, index Index, entries func(*tar.Writer), end string) (io.Reader, Want) {
	t.Helper()
	var b, text bytes.Buffer
	if err := index.Encode(&text); err != nil {
		t.Fatal(err)
	}
	compressed, err := zstd.NewWriter(&b, zstd.WithWindowSize(window))
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewWriter(compressed)
	_ = archive.WriteHeader(tarHeader(Entry{Path: indexName, Type: File, Size: int64(text.Len())}))
	_, _ = archive.Write(text.Bytes())
	entries(archive)
	_ = archive.Close()
	_, _ = io.WriteString(compressed, end)
	_ = compressed.Close()
	return &b, Want{manifest.Digest(sha256.Sum256(text.Bytes())), index.Size()}
}

func entry(path, content string) Entry {
	return Entry{Path: path, Type: File, Size: int64(len(content)), SHA256: sha256.Sum256([]byte(content))}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	good := entry("a", "good")
	put := func(h *tar.Header, content string) func(*tar.Writer) {
		return func(w *tar.Writer) {
			_ = w.WriteHeader(h)
			_, _ = io.WriteString(w, content)
		}
	}
	with := func(change func(*tar.Header)) func(*tar.Writer) {
		h := tarHeader(good)
		change(h)
		return put(h, "good"[:h.Size])
	}
	tests := []struct {
		name    string
		index   Index
		entries func(*tar.Writer)
		end     string
		want    error
	}{
		{"good", Index{[]Entry{good}}, put(tarHeader(good), "good"), "", nil},
		{"one bit", Index{[]Entry{good}}, put(tarHeader(good), "gooe"), "", ErrContent},
		{"other name", Index{[]Entry{good}}, with(func(h *tar.Header) { h.Name = "b" }), "", ErrContent},
		{"outside", Index{[]Entry{good}}, with(func(h *tar.Header) { h.Name = "../a" }), "", ErrContent},
		{"shorter", Index{[]Entry{good}}, with(func(h *tar.Header) { h.Size = 3 }), "", ErrContent},
		{"other mode", Index{[]Entry{good}}, with(func(h *tar.Header) { h.Mode = 0o4755 }), "", ErrContent},
		{"other time", Index{[]Entry{good}}, with(func(h *tar.Header) { h.ModTime = time.Unix(1, 0) }), "", ErrContent},
		{"attributes", Index{[]Entry{good}}, with(func(h *tar.Header) { h.PAXRecords = map[string]string{"SCHILY.xattr.a": "b"} }), "", ErrContent},
		{"symlink", Index{[]Entry{good}}, put(&tar.Header{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "/etc/passwd"}, ""), "", ErrLink},
		{"hard link", Index{[]Entry{good}}, put(&tar.Header{Typeflag: tar.TypeLink, Name: "a", Linkname: "/etc/passwd"}, ""), "", ErrHardLink},
		{"device", Index{[]Entry{good}}, put(&tar.Header{Typeflag: tar.TypeBlock, Name: "a"}, ""), "", ErrSpecial},
		{"missing", Index{[]Entry{good}}, func(*tar.Writer) {}, "", ErrDamaged},
		{"one more", Index{}, put(tarHeader(good), "good"), "", ErrTrailing},
		{"more after the end", Index{}, func(*tar.Writer) {}, "x", ErrTrailing},
		{"path in the index", Index{[]Entry{entry("../a", "good")}}, func(*tar.Writer) {}, "", ErrPathParent},
	}
	for _, test := range tests {
		data, want := forged(t, test.index, test.entries, test.end)
		if _, err := readAll(data, want); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", test.name, err, test.want)
		}
	}
}

func TestReadRefusesStreams(t *testing.T) {
	t.Parallel()
	data, info := packed(t, client())
	want := Want{info.TreeSHA256, info.InstalledSize}
	tests := []struct {
		name string
		data []byte
		want Want
		err  error
	}{
		{"another tree", data, Want{manifest.Digest{1}, info.InstalledSize}, ErrTree},
		{"larger than promised", data, Want{info.TreeSHA256, info.InstalledSize - 1}, manifest.ErrTooLarge},
		{"nothing", nil, want, ErrDamaged},
		{"no zstd", []byte("PK\x03\x04 and so on"), want, ErrDamaged},
		{"cut", data[:len(data)-8], want, ErrDamaged},
		{"garbage after the end", append(bytes.Clone(data), "garbage"...), want, ErrTrailing},
		{"a second frame", append(bytes.Clone(data), data...), want, ErrTrailing},
	}
	for _, test := range tests {
		if _, err := readAll(bytes.NewReader(test.data), test.want); !errors.Is(err, test.err) {
			t.Errorf("%s: %v, not %v", test.name, err, test.err)
		}
	}
	for n := range data { // every cut
		if n%7 == 0 {
			if _, err := readAll(bytes.NewReader(data[:n]), want); err == nil {
				t.Errorf("cut at %d of %d: accepted", n, len(data))
			}
		}
	}
}

// TestBombStopsEarly reads a package that says it holds far more than the
// manifest promised, and one whose content is longer than its index says.
func TestBombStopsEarly(t *testing.T) {
	t.Parallel()
	big := Entry{Path: "a", Type: File, Size: 10 << 30, SHA256: manifest.Digest{1}}
	data, want := forged(t, Index{[]Entry{big}}, func(*tar.Writer) {}, "")
	want.Size = 1 << 20
	if _, err := readAll(data, want); !errors.Is(err, manifest.ErrTooLarge) {
		t.Error(err)
	}
	data, want = forged(t, Index{[]Entry{entry("a", "x")}}, func(w *tar.Writer) {
		h := tarHeader(entry("a", "x"))
		h.Size = 64 << 20
		_ = w.WriteHeader(h)
		_, _ = w.Write(make([]byte, h.Size))
	}, "")
	if _, err := readAll(data, want); !errors.Is(err, ErrContent) {
		t.Error(err)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestReadErrorIsNotDamage(t *testing.T) {
	t.Parallel()
	data, info := packed(t, client())
	broken := errors.New("disk broken")
	_, err := readAll(io.MultiReader(bytes.NewReader(data[:len(data)/2]), brokenReader{broken}), Want{info.TreeSHA256, info.InstalledSize})
	if !errors.Is(err, broken) || errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

func FuzzReader(f *testing.F) {
	data, info := packed(f, map[string]string{"a": "a", "d/b": strings.Repeat("b", 5000)})
	f.Add(data)
	f.Add(data[:len(data)/2])
	want := Want{info.TreeSHA256, info.InstalledSize}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := readAll(bytes.NewReader(data), want)
		if err == nil && (files["a"] != "a" || files["d/b"] != strings.Repeat("b", 5000) || len(files) != 3) {
			t.Fatalf("accepted another tree: %q", files)
		}
	})
}

func BenchmarkWriteTree(b *testing.B) {
	dir := b.TempDir()
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(i * i >> 7)
	}
	for n := range 64 {
		block[0] = byte(n)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%02d", n)), block, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(64 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := WriteTree(b.Context(), io.Discard, dir, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
