package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the shutdown call of ext4 and xfs does with what they have in memory.
const (
	goDown      = 0x8004587d // EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN
	withTheLog  = 1          // names are written down first, the bytes of files are not
	withNothing = 2          // everything that nobody flushed is gone
)

// layouts are the folders of a PC that are volumes.
var (
	oneVolume  = [...]string{"."}
	twoVolumes = [...]string{"apps", "state"} //nolint:gochecknoglobals // a constant
)

// mkfs makes a file system that writes nothing by itself for five minutes, and
// nothing in the order that would hide a missing flush.
var mkfs = map[string]struct{ kind, make, options, size string }{
	"ext4":               {"ext4", "mkfs.ext4 -q -F -m 0", "loop,noatime,noauto_da_alloc,data=writeback,commit=300", "192M"},
	"ext4, small blocks": {"ext4", "mkfs.ext4 -q -F -m 0 -b 1024", "loop,noatime", "192M"},
	"xfs":                {"xfs", "mkfs.xfs -q -f", "loop,noatime,nouuid", "400M"},
}

// powerCut drops what was not flushed, at a call. One of the flags is drawn for
// each run; each has one for every volume.
func powerCut(name, fs string, stride int, volumes []string, flags ...[2]uint32) way {
	images := &images{fs: fs, volumes: volumes, made: map[*pc]string{}}
	return way{name: name, unable: func() string { return needsRoot("mkfs." + fs) }, cases: cases(every), stride: stride,
		stop: func(ctx context.Context, r *run) error {
			return images.cut(ctx, r, flags[r.draw(r.row(), r.n).IntN(len(flags))])
		}}
}

func needsRoot(tools ...string) string {
	if os.Geteuid() != 0 {
		return "needs root"
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			return "needs " + tool
		}
	}
	return ""
}

// images are volumes with the PCs of the scenes on them.
type images struct {
	fs      string
	volumes []string
	mu      sync.Mutex
	made    map[*pc]string // folder with an image for each volume
}

// cut runs the plan up to a call, lets the volumes go down, and brings them up
// again as they are after a power cut.
func (i *images) cut(ctx context.Context, r *run, flags [2]uint32) error {
	s, at := r.locate(every)
	r.note = fmt.Sprintf("%s; call %d: %s; flags %v", s.name, at, s.calls[at], flags)
	if err := i.attach(ctx, r, s); err != nil {
		return err
	}
	count := -1
	var down error
	_, err := guarded(ctx, r.pc.command(ctx, r.args()...), r.pc.dir, func(call) reply {
		if count++; count != at {
			return reply{}
		}
		r.stopped = true
		for n, volume := range i.volumes {
			if err := shutDown(r.pc.file(volume), flags[n]); err != nil {
				down = err
			}
		}
		return reply{die: true}
	})
	if err != nil || down != nil {
		return fmt.Errorf("%w, %w", err, down)
	}
	for _, volume := range i.volumes {
		if err := unmount(ctx, r.pc.file(volume)); err != nil {
			return err
		}
		if err := i.mount(ctx, i.image(r.pc.dir+".images", volume), r.pc.file(volume)); err != nil {
			return err
		}
	}
	return nil
}

func shutDown(dir string, flag uint32) error {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd) //nolint:errcheck // opened for reading
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), goDown, uintptr(unsafe.Pointer(&flag))); errno != 0 {
		return os.NewSyscallError("shut the volume down", errno)
	}
	return nil
}

// attach makes the run's PC on fresh copies of the scene's volumes.
func (i *images) attach(ctx context.Context, r *run, s scene) error {
	made, err := i.of(ctx, s.pc)
	if err != nil {
		return err
	}
	if err := r.on(s); err != nil {
		return err
	}
	images := r.pc.dir + ".images"
	if err := command(ctx, "cp", "-r", "--sparse=always", made, images); err != nil {
		return err
	}
	r.cleanUp = append(r.cleanUp, func() error { return os.RemoveAll(images) })
	for _, volume := range i.volumes {
		if err := i.mount(ctx, i.image(images, volume), r.pc.file(volume)); err != nil {
			return err
		}
		r.cleanUp = append(r.cleanUp, func() error {
			return unmount(ctx, r.pc.file(volume))
		})
	}
	return r.pc.moved()
}

func (i *images) image(dir, volume string) string {
	return filepath.Join(dir, strings.ReplaceAll(volume, ".", "all"))
}

// of makes the volumes of a scene once.
func (i *images) of(ctx context.Context, p *pc) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if dir, ok := i.made[p]; ok {
		return dir, nil
	}
	dir, err := os.MkdirTemp(p.w.dir, "images-")
	if err != nil {
		return "", err
	}
	mounted := filepath.Join(dir, "mounted")
	if err := os.Mkdir(mounted, 0o755); err != nil {
		return "", err
	}
	for _, volume := range i.volumes {
		image := i.image(dir, volume)
		if err := command(ctx, "truncate", "-s", mkfs[i.fs].size, image); err != nil {
			return "", err
		}
		if err := command(ctx, append(strings.Fields(mkfs[i.fs].make), image)...); err != nil {
			return "", err
		}
		if err := i.mount(ctx, image, mounted); err != nil {
			return "", err
		}
		if err := copyTree(p.file(volume), mounted); err != nil {
			return "", err
		}
		if err := command(ctx, "umount", mounted); err != nil {
			return "", err
		}
	}
	i.made[p] = dir
	return dir, os.Remove(mounted)
}

func (i *images) mount(ctx context.Context, image, at string) error {
	return command(ctx, "mount", "-t", mkfs[i.fs].kind, "-o", mkfs[i.fs].options, image, at)
}

// unmount waits for a client's connection test that outlived its koshin. It is
// a clean-up, so it happens whatever ended the run.
func unmount(ctx context.Context, dir string) (err error) {
	for range 100 {
		if err = command(context.WithoutCancel(ctx), "umount", dir); err == nil {
			return nil
		}
		<-time.After(50 * time.Millisecond)
	}
	return err
}

func command(ctx context.Context, args ...string) error {
	if said, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%q: %w: %s", args, err, said)
	}
	return nil
}
