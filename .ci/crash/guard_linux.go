package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// reply is what becomes of a system call that changes the disk.
type reply struct {
	errno syscall.Errno // the call is not made and answers this
	die   bool          // the call is not made, and the program is killed
	half  bool          // with die: half of a write is made first
	dieIn time.Duration // the call is made, and the program is killed this much later
}

// call is one system call that changes the disk, before it is made.
type call struct {
	name string
	path string
	pid  int
	args [6]uint64
}

func (c call) String() string { return c.name + " " + c.path }

// guarded runs a command and asks about each system call with which it, or a
// program that it starts, is about to change something below dir. Calls are
// asked about one after the other, whatever the thread. It returns once the
// command has ended.
//
// The kernel asks us through a seccomp listener, as a container engine is asked
// about mounts: the program under test is the real one, and knows nothing.
func guarded(ctx context.Context, c *exec.Cmd, dir string, ask func(call) reply) (result, error) {
	self, err := os.Executable()
	if err != nil {
		return result{}, err
	}
	ours, theirs, err := socketPair()
	if err != nil {
		return result{}, err
	}
	defer ours.Close()
	g := exec.CommandContext(ctx, self, append([]string{c.Path}, c.Args[1:]...)...)
	g.Dir, g.Env = c.Dir, append(os.Environ(), guardEnv+"=1")
	g.ExtraFiles = []*os.File{theirs}
	g.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	ended := make(chan struct{})
	supervisor := make(chan error, 1)
	r, err := finish(g, func(g *exec.Cmd) error {
		if err := g.Start(); err != nil {
			return errors.Join(err, theirs.Close())
		}
		_ = theirs.Close() // the child has it
		go func() { supervisor <- supervise(ours, g.Process.Pid, dir, ask, ended) }()
		err := g.Wait()
		close(ended)
		return errors.Join(err, <-supervisor)
	})
	return r, err
}

// guardEnv makes this program the one that asks for the listener and then
// becomes the program under test.
const guardEnv = "KOSHIN_CRASH_GUARD"

func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	file := os.NewFile(uintptr(pair[0]), "guard")
	defer file.Close()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, nil, err
	}
	return conn.(*net.UnixConn), os.NewFile(uintptr(pair[1]), "guard"), nil
}

// changing are the calls that change a disk. Those that Go and the C library
// use; openat counts only where it may write or make something.
var changing = [...]struct {
	nr   uint32
	name string
	fd   int // argument with a handle of the file; -1: none
	at   int // argument with a folder's handle, the path follows; -1: none
}{
	{unix.SYS_OPENAT, "openat", -1, 0},
	{unix.SYS_WRITE, "write", 0, -1},
	{unix.SYS_PWRITE64, "pwrite", 0, -1},
	{unix.SYS_WRITEV, "writev", 0, -1},
	{unix.SYS_COPY_FILE_RANGE, "copy_file_range", 2, -1},
	{unix.SYS_SENDFILE, "sendfile", 0, -1},
	{unix.SYS_FALLOCATE, "fallocate", 0, -1},
	{unix.SYS_FTRUNCATE, "ftruncate", 0, -1},
	{unix.SYS_TRUNCATE, "truncate", -1, -1},
	{unix.SYS_FSYNC, "fsync", 0, -1},
	{unix.SYS_FDATASYNC, "fdatasync", 0, -1},
	{unix.SYS_SYNCFS, "syncfs", 0, -1},
	{unix.SYS_RENAMEAT, "renameat", -1, 2},
	{unix.SYS_RENAMEAT2, "renameat2", -1, 2},
	{unix.SYS_MKDIRAT, "mkdirat", -1, 0},
	{unix.SYS_UNLINKAT, "unlinkat", -1, 0},
	{unix.SYS_LINKAT, "linkat", -1, 2},
	{unix.SYS_SYMLINKAT, "symlinkat", -1, 1},
	{unix.SYS_FCHMOD, "fchmod", 0, -1},
	{unix.SYS_FCHMODAT, "fchmodat", -1, 0},
	{unix.SYS_FCHMODAT2, "fchmodat2", -1, 0},
	{unix.SYS_FCHOWN, "fchown", 0, -1},
	{unix.SYS_FCHOWNAT, "fchownat", -1, 0},
	{unix.SYS_UTIMENSAT, "utimensat", -1, 0},
	{unix.SYS_FSETXATTR, "fsetxattr", 0, -1},
}

// filter lets every call pass but those.
func filter() []unix.SockFilter {
	const load, equal, anyBit, answer = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	program := []unix.SockFilter{{Code: load, K: 0}} // number of the call
	for _, c := range changing {
		if c.nr != unix.SYS_OPENAT {
			program = append(program, unix.SockFilter{Code: equal, K: c.nr, Jf: 1}, unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_USER_NOTIF})
			continue
		}
		program = append(program, unix.SockFilter{Code: equal, K: c.nr, Jf: 4},
			unix.SockFilter{Code: load, K: 16 + 2*8}, // its third argument
			unix.SockFilter{Code: anyBit, K: unix.O_WRONLY | unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC, Jf: 1},
			unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_USER_NOTIF},
			unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW})
	}
	return append(program, unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW})
}

// becomeGuarded hands a listener to the parent and becomes the program.
func becomeGuarded() error {
	runtime.LockOSThread() // the filter is this thread's, and it is the one that goes on
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	rules := filter()
	program := unix.SockFprog{Len: uint16(len(rules)), Filter: &rules[0]}
	const flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return os.NewSyscallError("seccomp", errno)
	}
	if err := unix.Sendmsg(3, []byte{1}, unix.UnixRights(int(fd)), nil, 0); err != nil {
		return err
	}
	unix.CloseOnExec(3)
	unix.CloseOnExec(int(fd))
	environment := os.Environ()
	for n, v := range environment {
		if strings.HasPrefix(v, guardEnv+"=") {
			environment = append(environment[:n], environment[n+1:]...)
			break
		}
	}
	return syscall.Exec(os.Args[1], os.Args[1:], environment)
}

// supervise answers the kernel until the program has ended.
func supervise(conn *net.UnixConn, group int, dir string, ask func(call) reply, ended <-chan struct{}) error {
	listener, err := receive(conn)
	if err != nil {
		return err
	}
	defer unix.Close(listener) //nolint:errcheck // the program has ended
	for {
		select {
		case <-ended:
			return nil
		default:
		}
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}, 20)
		if err != nil && err != unix.EINTR {
			return err
		}
		if ready <= 0 {
			continue
		}
		if dead, err := answerOne(listener, group, dir, ask); dead || err != nil {
			return err
		}
	}
}

// receive takes the listener over. It answers nothing when the program died before.
func receive(conn *net.UnixConn) (int, error) {
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return 0, err
	}
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := conn.ReadMsgUnix(make([]byte, 1), control)
	if err != nil {
		return 0, fmt.Errorf("no listener came: %w", err)
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) != 1 {
		return 0, fmt.Errorf("no listener came: %d messages, %w", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return 0, err
	}
	unix.CloseOnExec(fds[0])
	return fds[0], nil
}

// notice and answer are struct seccomp_notif and struct seccomp_notif_resp.
type notice struct {
	id          uint64
	pid, flags  uint32
	nr          int32
	arch        uint32
	instruction uint64
	args        [6]uint64
}
type answer struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

func answerOne(listener, group int, dir string, ask func(call) reply) (dead bool, err error) {
	var n notice
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n))); errno != 0 {
		if errno == unix.ENOENT || errno == unix.EINTR { // the caller died meanwhile
			return false, nil
		}
		return false, os.NewSyscallError("receive from the listener", errno)
	}
	a := answer{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	if c := describeCall(n); strings.HasPrefix(c.path, dir+"/") {
		switch r := ask(c); {
		case r.die:
			if r.half {
				writeHalf(c)
			}
			return true, syscall.Kill(-group, syscall.SIGKILL)
		case r.dieIn > 0:
			time.AfterFunc(r.dieIn, func() { _ = syscall.Kill(-group, syscall.SIGKILL) }) // it may have ended
		case r.errno != 0:
			a.errno, a.flags = -int32(r.errno), 0
		}
	}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&a)))
	if errno != 0 && errno != unix.ENOENT {
		return false, os.NewSyscallError("answer the listener", errno)
	}
	return false, nil
}

// describeCall finds out which file a call is about. The calling thread waits
// for us, so nothing of this changes meanwhile.
func describeCall(n notice) call {
	c := call{name: "?", pid: int(n.pid), args: n.args}
	proc := "/proc/" + strconv.Itoa(c.pid)
	for _, known := range changing {
		if known.nr != uint32(n.nr) {
			continue
		}
		c.name = known.name
		switch {
		case known.fd >= 0:
			c.path, _ = os.Readlink(fmt.Sprintf("%s/fd/%d", proc, int32(n.args[known.fd])))
		case known.at >= 0:
			c.path = readString(c.pid, n.args[known.at+1])
			if at := int32(n.args[known.at]); !filepath.IsAbs(c.path) {
				above, _ := os.Readlink(fmt.Sprintf("%s/fd/%d", proc, at))
				if at == unix.AT_FDCWD {
					above, _ = os.Readlink(proc + "/cwd")
				}
				c.path = filepath.Join(above, c.path)
			}
		default:
			c.path = readString(c.pid, n.args[0])
		}
	}
	return c
}

func readMemory(pid int, address uint64, size int) []byte {
	mem, err := os.Open("/proc/" + strconv.Itoa(pid) + "/mem")
	if err != nil {
		return nil
	}
	defer mem.Close()
	data := make([]byte, size)
	n, _ := mem.ReadAt(data, int64(address)) // what is there
	return data[:n]
}

func readString(pid int, address uint64) string {
	text, _, _ := strings.Cut(string(readMemory(pid, address, unix.PathMax)), "\x00")
	return text
}

// writeHalf does what a disk does when the power fails in the middle of a write.
func writeHalf(c call) {
	if c.name != "write" && c.name != "pwrite" {
		return
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
	_, rest, _ := strings.Cut(string(status), "\nTgid:")
	process, _ := strconv.Atoi(strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]))
	pidfd, err := unix.PidfdOpen(process, 0)
	if err != nil {
		return
	}
	defer unix.Close(pidfd) //nolint:errcheck // nothing was written through it
	fd, err := unix.PidfdGetfd(pidfd, int(int32(c.args[0])), 0)
	if err != nil {
		return
	}
	defer unix.Close(fd) //nolint:errcheck // a half-written file is what is wanted
	half := readMemory(c.pid, c.args[1], int(c.args[2]/2))
	if c.name == "pwrite" {
		_, _ = unix.Pwrite(fd, half, int64(c.args[3]))
		return
	}
	_, _ = unix.Write(fd, half)
}

// guardless says why system calls cannot be watched here.
func guardless() string {
	if _, err := guarded(context.Background(), exec.CommandContext(context.Background(), "true"), "/", func(call) reply { return reply{} }); err != nil {
		return "needs a seccomp listener: " + err.Error()
	}
	return ""
}

func systemWays() []way {
	const lost, named = withNothing, withTheLog
	return []way{
		fullDisk(),
		powerCut("power cut, ext4", "ext4", 4, oneVolume[:], [2]uint32{lost}, [2]uint32{named}),
		powerCut("power cut, ext4, state on another volume", "ext4", 5, twoVolumes[:], [2]uint32{lost, named}, [2]uint32{named, lost}, [2]uint32{lost, lost}),
		powerCut("power cut, xfs", "xfs", 7, oneVolume[:], [2]uint32{lost}, [2]uint32{named}),
	}
}
