package installer

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// fill makes files whose content compresses about as programs do.
func fill(t testing.TB, dir string, files, size int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]byte, 64<<10)
	for i := range words {
		words[i] = byte(r.Uint32())
	}
	for n := range files {
		content := make([]byte, 0, size)
		for len(content) < size {
			at, length := r.IntN(len(words)-600), 40+r.IntN(500)
			content = append(content, words[at:at+length]...)
			for range 60 {
				content = append(content, byte(r.Uint32()))
			}
		}
		name := filepath.Join(dir, fmt.Sprintf("d%03d", n/100), fmt.Sprintf("file%05d.bin", n))
		must(t, os.MkdirAll(filepath.Dir(name), 0o755))
		must(t, os.WriteFile(name, content[:size], 0o644))
	}
}

func benchmarkStage(b *testing.B, files, size int) {
	dir := b.TempDir()
	fill(b, dir, files, size)
	k := packFolder(b, "2.3.0", dir)
	w := newWorld(b)
	w.place = Place{Product: "torikomi-soshin", Dir: filepath.Join(b.TempDir(), "Torikomi"), State: b.TempDir()} // a real disk
	b.ReportAllocs()
	b.SetBytes(k.entry.InstalledSize)
	for b.Loop() {
		if _, err := w.open().stageForTest(b.Context(), k); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		must(b, os.RemoveAll(w.work()))
		must(b, os.RemoveAll(w.place.State))
		b.StartTimer()
	}
	b.ReportMetric(float64(k.entry.Size)/1e6, "package-MB")
}

func BenchmarkStageManyFiles(b *testing.B)  { benchmarkStage(b, 10_000, 10_000) }
func BenchmarkStageLargeFiles(b *testing.B) { benchmarkStage(b, 20, 10_000_000) }

// BenchmarkSwap is an update of 10,000 files with the user's data among them.
func BenchmarkSwap(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir, 10_000, 100)
	one := packFolder(b, "2.2.0", dir)
	write(b, dir, tree{"VERSION": "2.3.0"})
	two := packFolder(b, "2.3.0", dir)
	options := PlanOptions{Preserve: []string{"d000/user/**"}}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		w.install(one, options)
		write(b, w.place.Dir, tree{"d000/user/claims.txt": "claim"})
		p := w.open()
		st, err := p.stageForTest(b.Context(), two)
		must(b, err)
		b.StartTimer()
		plan, err := p.Plan(b.Context(), st, options)
		must(b, err)
		tx, err := p.Swap(b.Context(), plan)
		must(b, err)
		b.StopTimer()
		b.ReportMetric(float64(len(plan.Steps)), "steps")
		must(b, tx.Undo(b.Context()))
		b.StartTimer()
	}
}
