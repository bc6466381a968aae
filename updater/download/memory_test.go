package download

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"runtime"
	"testing"
)

// zeros is a source of that many zero bytes, which costs nothing itself.
type zeros int64

func (z zeros) Open(_ context.Context, _ string, offset int64) (io.ReadCloser, int64, error) {
	return io.NopCloser(io.LimitReader(zeroReader{}, int64(z)-offset)), offset, nil
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func (z zeros) promised() wanted {
	h := sha256.New()
	_, _ = io.Copy(h, io.LimitReader(zeroReader{}, int64(z)))
	return wanted{path: "x", length: int64(z), sha256: [32]byte(h.Sum(nil))}
}

// Memory does not grow with the file. Not parallel: it measures the process.
func TestConstantMemory(t *testing.T) {
	const size = zeros(96 << 20)
	want, dir := size.promised(), t.TempDir()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := fetch(t.Context(), size, want, dir, quick); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d bytes allocated for %d", used, int64(size))
	}
}

// BenchmarkFetch loads 64 MiB, hashes and renames it: once from a
// source that costs nothing, once over TLS 1.2 on the loopback (whose other
// end runs in the same process).
func BenchmarkFetch(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		const size = zeros(64 << 20)
		benchmark(b, size, size.promised())
	})
	b.Run("tls", func(b *testing.B) {
		data := content(64 << 20)
		benchmark(b, newHost(b, serving(data)), promised(data))
	})
}

func benchmark(b *testing.B, source Source, want wanted) {
	dir := b.TempDir()
	b.ReportAllocs()
	b.SetBytes(want.length)
	for b.Loop() {
		r, err := fetch(b.Context(), source, want, dir, Options{})
		if err != nil || r.Bytes != want.length {
			b.Fatal(r, err)
		}
		if err := os.Remove(r.Path); err != nil {
			b.Fatal(err)
		}
	}
}
