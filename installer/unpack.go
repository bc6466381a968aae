package installer

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/manifest/pack"
)

const (
	// writers create files side by side: making a file costs more than filling
	// it when it is small.
	writers = 4
	// smallFile is what a writer is handed whole, in bytes. Together they hold
	// twice writers times this.
	smallFile = 256 << 10
)

// unpack writes every entry below unpacking/ and makes it durable.
func (p *Product) unpack(ctx context.Context, reader *pack.Reader, stamp time.Time, progress func(done, total int64)) error {
	if err := p.disk.root.Mkdir(p.work(unpacking), 0o755); err != nil {
		return err
	}
	root, err := p.disk.root.OpenRoot(p.work(unpacking))
	if err != nil {
		return err
	}
	defer root.Close()
	made, err := root.Stat(".")
	if err != nil {
		return err
	}
	u := &unpacker{root: root, stamp: stamp, masked: made.Mode().Perm() != 0o755, jobs: make(chan job, writers), free: make(chan []byte, 2*writers)}
	u.progress(reader.Index().Size(), progress)
	for range writers {
		u.group.Go(u.work)
	}
	large := &shelf{top: root}
	err = u.read(ctx, reader, large)
	large.close()
	close(u.jobs)
	u.group.Wait()
	if err = errors.Join(err, u.failed()); err != nil {
		return err
	}
	return u.flush(reader.Index())
}

type unpacker struct {
	root   *os.Root
	stamp  time.Time
	masked bool // the umask, or whatever else, takes something from a mode
	report func(n int64)
	jobs   chan job
	free   chan []byte // buffers for small files
	group  sync.WaitGroup

	mu  sync.Mutex
	err error // first error of a writer
}

// job is a small file that has been read and checked.
type job struct {
	entry   pack.Entry
	content []byte
}

func (u *unpacker) progress(total int64, progress func(done, total int64)) {
	var done int64
	u.report = func(n int64) {
		done += n
		if progress != nil {
			progress(done, total)
		}
	}
}

// read goes through the package in order. Small files are handed on, large ones
// written here.
func (u *unpacker) read(ctx context.Context, reader *pack.Reader, large *shelf) error {
	buffer := make([]byte, copyBuffer)
	for {
		if err := errors.Join(ctx.Err(), u.failed()); err != nil {
			return err
		}
		entry, content, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case entry.Type == pack.Dir:
			err = u.dir(entry)
		case entry.Size <= smallFile:
			err = u.handOn(entry, content)
		default:
			err = u.file(large, entry, &progressReader{contextReader{ctx, content}, u.report}, buffer)
		}
		if err != nil {
			return err
		}
	}
}

func (u *unpacker) dir(entry pack.Entry) error {
	if err := u.root.Mkdir(entry.Path, 0o755); err != nil {
		return err
	}
	return u.root.Chmod(entry.Path, 0o755) // whatever the umask
}

func (u *unpacker) handOn(entry pack.Entry, content io.Reader) error {
	var buffer []byte
	select {
	case buffer = <-u.free:
	default:
		buffer = make([]byte, smallFile)
	}
	n, err := io.ReadFull(content, buffer[:entry.Size])
	if err == nil {
		_, err = io.ReadFull(content, make([]byte, 1)) // the end, where the hash is checked
	}
	if err != nil && err != io.EOF {
		return err
	}
	u.report(int64(n))
	u.jobs <- job{entry, buffer[:n]}
	return nil
}

func (u *unpacker) work() {
	on := &shelf{top: u.root}
	defer on.close()
	for j := range u.jobs {
		if u.failed() == nil {
			u.fail(u.small(on, j))
		}
		select {
		case u.free <- j.content[:smallFile]:
		default:
		}
	}
}

func (u *unpacker) small(on *shelf, j job) error {
	return u.create(on, j.entry, func(file *os.File) error {
		_, err := file.Write(j.content)
		return err
	})
}

func (u *unpacker) file(on *shelf, entry pack.Entry, content io.Reader, buffer []byte) error {
	return u.create(on, entry, func(file *os.File) error {
		_, err := io.CopyBuffer(onlyWriter{file}, content, buffer)
		return err
	})
}

// create makes one file, lets fill write it, and finishes it.
func (u *unpacker) create(on *shelf, entry pack.Entry, fill func(*os.File) error) error {
	folder, base, err := on.at(entry.Path)
	if err != nil {
		return err
	}
	file, err := folder.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode(entry))
	if err != nil {
		return err
	}
	if err := u.finish(file, entry, fill(file)); err != nil {
		return err
	}
	return folder.Chtimes(base, u.stamp, u.stamp)
}

// finish gives the file its mode and stamp and, where nothing flushes them all
// at once, flushes it.
func (u *unpacker) finish(file *os.File, entry pack.Entry, err error) error {
	if err == nil && u.masked && runtime.GOOS != "windows" { // which has no such modes
		err = file.Chmod(mode(entry))
	}
	if err == nil && flushEach {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// flush makes everything durable.
func (u *unpacker) flush(index pack.Index) error {
	dir, err := u.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	if !flushEach {
		return flushVolume(dir)
	}
	for _, e := range index.Entries {
		if e.Type != pack.Dir {
			continue
		}
		if err := atomicfile.SyncDir(filepath.Join(dir.Name(), filepath.FromSlash(e.Path))); err != nil {
			return err
		}
	}
	return atomicfile.SyncDir(dir.Name())
}

func (u *unpacker) fail(err error) {
	if err == nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		u.err = err
	}
}

func (u *unpacker) failed() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err
}

func mode(e pack.Entry) os.FileMode {
	if e.Exec {
		return 0o755
	}
	return 0o644
}

// onlyWriter hides ReadFrom, so that a copy uses its buffer.
type onlyWriter struct{ io.Writer }

type progressReader struct {
	contextReader
	report func(n int64)
}

func (r *progressReader) Read(b []byte) (int, error) {
	n, err := r.contextReader.Read(b)
	r.report(int64(n))
	return n, err
}
