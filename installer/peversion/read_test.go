package peversion

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want []string
		err  error
	}{
		{"x64", []string{"2.3", "2.3.0.0", "2, 3, 0, 1", "2.3.0.1"}, nil},
		{"x86", []string{"5.4.0.0", "5.4.2", "5.4.2.0"}, nil},
		{"arm64", []string{"令和3年", "2.3.0.7", "1.0.0.0"}, nil},
		{"numbers", []string{"2.2.1.4"}, nil},
		{"others", []string{"9.8.7-rc.1", "9.8.7.0", "9.8.7.6"}, nil},
		{"without", nil, ErrNoResource},
	}
	for _, test := range tests {
		found, err := readFile(t, filepath.Join("testdata", test.name+".dll"))
		if !slices.Equal(found.InOrder(), test.want) || !errors.Is(err, test.err) {
			t.Errorf("%s: %q, %v", test.name, found.InOrder(), err)
		}
	}
	if _, err := readFile(t, "read.go"); !errors.Is(err, ErrFormat) {
		t.Errorf("no executable: %v", err)
	}
	if self, err := os.Executable(); err == nil { // ELF here, PE without resources on Windows
		if _, err := readFile(t, self); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrNoResource) {
			t.Errorf("this program: %v", err)
		}
	}
}

func readFile(t *testing.T, name string) (Versions, error) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	return Read(file)
}

// counting counts what is asked for.
type counting struct {
	io.ReaderAt
	bytes int
}

func (c *counting) ReadAt(b []byte, at int64) (int, error) {
	c.bytes += len(b)
	return c.ReaderAt.ReadAt(b, at)
}

// TestLarge: an installer of 5 GB is read like any other.
func TestLarge(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/x64.dll")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "large.exe")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 5<<30); err != nil {
		t.Skip("no room for a sparse file:", err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	counted := &counting{ReaderAt: file}
	found, err := Read(counted)
	if err != nil || found.ProductText != "2.3" || counted.bytes > 4<<10 {
		t.Errorf("%+v, %d bytes, %v", found, counted.bytes, err)
	}
}

// memory is a file that is cut at its end.
type memory []byte

func (m memory) ReadAt(b []byte, at int64) (int, error) {
	if at < 0 || at >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(b, m[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// TestBroken cuts real executables at every byte and flips every bit of them,
// one at a time: an answer or an error of this package, little is read.
func TestBroken(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"x64", "x86", "others"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".dll"))
		if err != nil {
			t.Fatal(err)
		}
		for at := range data {
			check(t, data[:at])
			for bit := range 8 {
				broken := slices.Clone(data)
				broken[at] ^= 1 << bit
				check(t, broken)
			}
		}
	}
}

// maxRead is what the package's doc promises.
const maxRead = 256 << 10

func check(t *testing.T, data []byte) {
	t.Helper()
	counted := &counting{ReaderAt: memory(data)}
	_, err := Read(counted)
	if counted.bytes > maxRead {
		t.Errorf("%d bytes were read", counted.bytes)
	}
	if err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrNoResource) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"x64", "x86", "arm64", "numbers", "others", "without"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".dll"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(check)
}

// FuzzParse goes straight to the resource, which a mutated file seldom reaches.
func FuzzParse(f *testing.F) {
	file, err := os.Open("testdata/x64.dll")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	img, directory, err := open(file)
	if err != nil {
		f.Fatal(err)
	}
	data, err := img.versionResource(directory)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := parse(data); err != nil && !errors.Is(err, ErrFormat) {
			t.Error(err)
		}
	})
}
