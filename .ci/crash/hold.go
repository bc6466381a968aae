package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// appearing are files that come into being while koshin works.
var appearing = [...]string{
	"apps/client.koshin/unpacking/large.bin", "apps/client.koshin/unpacking/VERSION", "apps/client.koshin/staging/VERSION", "apps/client.koshin/staging/plugins/a.dll",
	"apps/client.koshin/retired/VERSION", "apps/client.koshin/retired/plugins/a.dll", "apps/client.koshin/snapshot-2.2.0/data/claims.txt", "apps/client.koshin/reserve",
	"state/products/" + product + "/journal", "state/products/" + product + "/staged.json", "state/products/" + product + "/from.index", "state/products/" + product + "/to.index",
}

// heldOpen has another program hold a file open for as long as koshin works:
// on Windows one that does not share, as a viewer or a scanner does.
func heldOpen() way {
	return way{name: "a file held open", plans: []string{"update", "rollback"}, stop: holdFile,
		cases: func(_ *lab, scenes []scene) int { return len(holdable(scenes[0].pc)) + len(appearing) }}
}

// holdable are the files that stand on the PC before. Nobody but koshin knows
// its lock, and the configuration is read before anything is done.
func holdable(p *pc) []string {
	var names []string
	for _, top := range []string{"apps", "state"} {
		_ = filepath.WalkDir(p.file(top), func(name string, d fs.DirEntry, err error) error { // a file that cannot be listed is not held
			if err == nil && d.Type().IsRegular() && d.Name() != "lock" && !strings.Contains(name, "downloads") {
				names = append(names, strings.TrimPrefix(name, p.dir+string(filepath.Separator)))
			}
			return nil
		})
	}
	slices.Sort(names)
	return names
}

func holdFile(ctx context.Context, r *run) error {
	if err := r.on(r.scenes[0]); err != nil {
		return err
	}
	names := holdable(r.pc)
	var name string
	var release func() bool
	if r.n < len(names) {
		name = names[r.n]
		held, err := openUnshared(r.pc.file(name))
		if err != nil {
			return err
		}
		release = func() bool { return held.Close() == nil }
	} else {
		name = appearing[r.n-len(names)]
		release = holdWhenThere(r.pc.file(filepath.FromSlash(name)))
	}
	began := time.Now()
	ended, err := r.pc.koshin(ctx, r.args()...)
	r.stopped = release()
	r.note = fmt.Sprintf("held: %s; exit %d after %v", name, ended.exit, time.Since(began).Round(time.Millisecond))
	if err != nil {
		return err
	}
	if !slices.Contains([]int{0, 6, 10}, ended.exit) {
		r.note += ": " + ended.String()
		r.failed = isUntrue
	}
	return nil
}

// holdWhenThere waits for a file and holds it until release, which says whether
// it ever came.
func holdWhenThere(name string) (release func() bool) {
	var done atomic.Bool
	result := make(chan bool)
	go func() {
		var held *os.File
		for held == nil && !done.Load() {
			held, _ = openUnshared(name) // not there yet
			<-time.After(time.Millisecond)
		}
		for !done.Load() {
			<-time.After(time.Millisecond)
		}
		if held != nil {
			_ = held.Close() // it was only read
		}
		result <- held != nil
	}()
	return func() bool {
		done.Store(true)
		return <-result
	}
}
