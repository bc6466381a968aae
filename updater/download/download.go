// Package download brings one promised file to the disk.
//
// A file is loaded as "<sha256>.unverified" and renamed to "<sha256>" only once
// its length and its hash are those of the promise: a crash leaves an honest
// name behind, and a power cut at worst a file that is not what its name says,
// which the next use notices. What is already there is hashed again and
// continued with an HTTP range request, so a line that breaks costs nothing but
// the break. Bytes are hashed while they arrive; memory does not grow with the
// file. From a folder on the same volume the file is linked instead of copied,
// and hashed then.
//
// Nobody can make this package take a wrong file: without a promise it does
// nothing, a stream that is longer than promised is stopped at the first byte
// too many, and [ErrMismatch] is reported apart from every other failure,
// because it is evidence: the host, or somebody on the way, sent other bytes
// than the publisher signed.
package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// What callers decide on.
var (
	// ErrNoPromise is a promise that nobody made: a mistake in the program.
	ErrNoPromise = errors.New("no verified promise for this file")
	// ErrMismatch is a complete file that is not the promised one, by length
	// or by hash. It has been removed. Loading it again is not a remedy.
	ErrMismatch = errors.New("downloaded file is not the signed one")
	// ErrStalled is a host that sends nothing, or next to nothing. What came
	// is kept for the next attempt.
	ErrStalled = errors.New("download stalled")
	// ErrIncomplete is a stream that ended early again and again. What came is
	// kept for the next attempt.
	ErrIncomplete = errors.New("download ended early")
	// ErrAbsent is a source without the promised file: it is being published, or
	// it was taken away. What came before is kept.
	ErrAbsent = errors.New("the source does not have the file")
	// ErrDiskFull is a disk without room for the file. Nothing is left on it.
	ErrDiskFull = errors.New("disk full while downloading")
)

// Source is where the bytes come from; transport.Source is one.
type Source interface {
	// Open streams the file from byte offset on, or from an earlier byte if
	// the host cannot do that: start says from which.
	Open(ctx context.Context, path string, offset int64) (body io.ReadCloser, start int64, err error)
}

// Defaults of [Options].
const (
	// DefaultStallAfter is also the window in which the speed is measured.
	DefaultStallAfter = 30 * time.Second
	// DefaultMinSpeed is a tenth of an old 64 kbit/s line: below it, a 10 MiB
	// package would take half a day.
	DefaultMinSpeed = 800
	// DefaultPause is what a broken line is given to come back.
	DefaultPause = 2 * time.Second
)

// attempts is how many times in a row a stream may break without a single new
// byte before that is the answer.
const attempts = 3

// Options tune a download. The zero value is right.
type Options struct {
	Progress   func(done, total int64) // bytes on the disk, of all; from one goroutine; may be nil
	StallAfter time.Duration           // longest wait for MinSpeed × StallAfter bytes
	MinSpeed   int64                   // bytes per second
	Pause      time.Duration           // before a broken stream is resumed
	Log        *slog.Logger
}

// Result is a verified file.
type Result struct {
	Path        string // of the file, named by its hash
	Bytes       int64  // received this time, or linked; 0 if the file was there already
	ResumedFrom int64  // bytes that an earlier run had left; 0 for a fresh start
}

// Fetch loads the promised file into dir, which must exist and be writable for
// administrators only. It returns at once, without a request, if the verified
// file is already there (it is hashed again). When ctx ends, what came is kept
// and the next call goes on from there.
func Fetch(ctx context.Context, source Source, promise manifest.Promise, dir string, o Options) (Result, error) {
	if !promise.Made() {
		return Result{}, ErrNoPromise
	}
	want := wanted{path: promise.Path(), length: promise.Length(), sha256: promise.SHA256()}
	result, err := fetch(ctx, source, want, dir, o)
	if err != nil {
		return Result{}, fmt.Errorf("download %s: %w", promise.Name(), err)
	}
	return result, nil
}

// wanted is what a promise says.
type wanted struct {
	path   string
	length int64
	sha256 manifest.Digest
}

// Unverified is the suffix of a file that is still loading.
const Unverified = ".unverified"

func fetch(ctx context.Context, source Source, want wanted, dir string, o Options) (Result, error) {
	o = o.withDefaults()
	final := filepath.Join(dir, want.sha256.String())
	there, err := verified(ctx, final, want)
	if err != nil {
		return Result{}, err
	}
	if there {
		o.Progress(want.length, want.length)
		return Result{Path: final}, nil
	}
	if linked, err := link(ctx, source, want, final); linked || err != nil {
		o.Progress(want.length, want.length)
		return Result{Path: final, Bytes: want.length}, err
	}
	part, err := openPart(ctx, final+Unverified)
	if err != nil {
		return Result{}, err
	}
	defer part.file.Close()

	job := &job{source: source, want: want, part: part, o: o}
	if err := job.run(ctx); err != nil {
		return Result{}, errors.Join(err, part.settle(err))
	}
	if err := part.finish(final); err != nil {
		return Result{}, err
	}
	return Result{Path: final, Bytes: job.received, ResumedFrom: job.resumedFrom}, nil
}

func (o Options) withDefaults() Options {
	if o.Progress == nil {
		o.Progress = func(int64, int64) {}
	}
	if o.StallAfter <= 0 {
		o.StallAfter = DefaultStallAfter
	}
	if o.MinSpeed <= 0 {
		o.MinSpeed = DefaultMinSpeed
	}
	if o.Pause <= 0 {
		o.Pause = DefaultPause
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// verified says whether the wanted file is already there. Something else under
// its name is removed.
func verified(ctx context.Context, name string, want wanted) (bool, error) {
	info, err := os.Lstat(name)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if info.Mode().IsRegular() && info.Size() == want.length {
		sum, err := hashFile(ctx, name)
		if err != nil || sum == want.sha256 {
			return err == nil, err
		}
	}
	return false, os.Remove(name)
}
