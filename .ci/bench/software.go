package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// The tree that an install is measured with.
const (
	softwareFiles = 20_000
	softwareBytes = 1_000_000_000
	perFolder     = 24
)

// ware is a kind of file that software consists of.
type ware struct {
	name  string  // extension
	share int     // of 100 files
	scale float64 // size beside the other kinds
	plain int     // of 100 bytes, how many repeat what the file, or another, says elsewhere
}

// wares together compress to somewhat under half, as installed software does.
func wares() []ware {
	return []ware{
		{"xml", 30, 0.3, 95},   // text
		{"class", 35, 0.5, 85}, // small programs
		{"dll", 20, 4, 75},     // large ones
		{"png", 15, 1, 0},      // packed already
	}
}

// softwareTree makes 20,000 files of 1 GB, the same each time: sizes as in a
// program folder (half of the files are small, few hold most of the bytes),
// four kinds of content, a few dozen files to a folder, three folders deep.
func softwareTree(dir string) error {
	r := rand.New(rand.NewPCG(2021, 4))
	files, sizes := draw(r)
	phrases := make([]byte, 1<<20)
	for i := range phrases {
		phrases[i] = byte(r.Uint32())
	}
	for n, kind := range files {
		group := n / perFolder
		folder := filepath.Join(dir, fmt.Sprintf("module-%02d", group/64), fmt.Sprintf("part-%d", group/8%8), fmt.Sprintf("resources-%d", group%8))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := writeWare(filepath.Join(folder, fmt.Sprintf("component-%05d.%s", n, kind.name)), kind, sizes[n], phrases, r); err != nil {
			return err
		}
	}
	return nil
}

// draw gives each file its kind, and sizes that have the wanted sum.
func draw(r *rand.Rand) (files []ware, sizes []int) {
	weights, total := make([]float64, softwareFiles), 0.0
	for n := range softwareFiles {
		at := r.IntN(100)
		for _, kind := range wares() {
			if at -= kind.share; at < 0 {
				files = append(files, kind)
				break
			}
		}
		weights[n] = files[n].scale * math.Exp(1.5*r.NormFloat64())
		total += weights[n]
	}
	for _, w := range weights {
		sizes = append(sizes, int(w/total*softwareBytes))
	}
	return files, sizes
}

// writeWare makes one file of phrases that come again and bytes that do not.
func writeWare(name string, kind ware, size int, phrases []byte, r *rand.Rand) error {
	content := make([]byte, 0, size+256)
	for len(content) < size {
		if r.IntN(100) < kind.plain {
			at := r.IntN(1<<12) * 64
			content = append(content, phrases[at:at+24+r.IntN(104)]...)
			continue
		}
		for range 8 {
			content = binary.LittleEndian.AppendUint64(content, r.Uint64())
		}
	}
	return os.WriteFile(name, content[:size], 0o644)
}
