package request

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// pipe is the listener. One instance of the pipe always waits for a caller, so
// that the name never becomes free for somebody else.
type pipe struct {
	name string
	stop windows.Handle // an event: the door closes
	once sync.Once

	mu   sync.Mutex
	next windows.Handle // the instance that waits; 0: none
}

// Listen opens the pipe of the run that works with this state folder, for SYSTEM
// or an administrator. [ErrTaken]: that name is in use.
func Listen(stateDir string) (Listener, error) {
	p := &pipe{name: Name(stateDir)}
	if err := p.open(descriptor); err != nil {
		return nil, fmt.Errorf("listen for requests: %w", err)
	}
	return p, nil
}

func (p *pipe) open(sddl string) (err error) {
	if p.next, err = instance(p.name, sddl, windows.FILE_FLAG_FIRST_PIPE_INSTANCE); err != nil {
		if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			err = fmt.Errorf("%w: %w", ErrTaken, err)
		}
		return err
	}
	if err := trusted(p.next); err != nil { // an instance of somebody else's pipe
		return errors.Join(fmt.Errorf("%w: %w", ErrTaken, err), windows.CloseHandle(p.next))
	}
	if p.stop, err = windows.CreateEvent(nil, 1, 0, nil); err != nil {
		return errors.Join(err, windows.CloseHandle(p.next))
	}
	return nil
}

// instance makes one more end of the pipe.
func instance(name, sddl string, first uint32) (windows.Handle, error) {
	protection, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		return 0, err
	}
	attributes := windows.SecurityAttributes{SecurityDescriptor: protection}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	const open = windows.PIPE_ACCESS_DUPLEX | windows.FILE_FLAG_OVERLAPPED
	const mode = windows.PIPE_TYPE_BYTE | windows.PIPE_READMODE_BYTE | windows.PIPE_REJECT_REMOTE_CLIENTS
	handle, err := windows.CreateNamedPipe(text, open|first, mode, Connections+2, MaxLine, MaxLine, 0, &attributes)
	if err != nil {
		return 0, os.NewSyscallError("CreateNamedPipe", err)
	}
	return handle, nil
}

func (p *pipe) Accept() (Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == 0 {
		return nil, net.ErrClosed
	}
	for {
		err := p.connect()
		if errors.Is(err, windows.ERROR_NO_DATA) { // came, and went before it was let in
			if err := windows.DisconnectNamedPipe(p.next); err != nil {
				return nil, os.NewSyscallError("DisconnectNamedPipe", err)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		caller := p.next
		if p.next, err = instance(p.name, descriptor, 0); err != nil {
			return nil, errors.Join(err, windows.CloseHandle(caller))
		}
		return &caught{end(caller, p.name)}, nil
	}
}

// connect waits for a caller at the next instance.
func (p *pipe) connect() error {
	event, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return os.NewSyscallError("CreateEvent", err)
	}
	defer windows.CloseHandle(event) //nolint:errcheck // of a good handle it cannot fail
	call := &windows.Overlapped{HEvent: event}
	err = windows.ConnectNamedPipe(p.next, call)
	switch {
	case err == nil || errors.Is(err, windows.ERROR_PIPE_CONNECTED):
		return nil
	case !errors.Is(err, windows.ERROR_IO_PENDING):
		return os.NewSyscallError("ConnectNamedPipe", err)
	}
	first, err := windows.WaitForMultipleObjects([]windows.Handle{p.stop, event}, false, windows.INFINITE)
	if err != nil || first == windows.WAIT_OBJECT_0 {
		_ = windows.CancelIoEx(p.next, call)
	}
	var none uint32
	ended := windows.GetOverlappedResult(p.next, call, &none, true) // the call is over: nobody writes to it any more
	switch {
	case err != nil:
		return os.NewSyscallError("WaitForMultipleObjects", err)
	case first == windows.WAIT_OBJECT_0:
		return net.ErrClosed
	}
	return os.NewSyscallError("ConnectNamedPipe", ended)
}

// Close ends a waiting Accept. Whoever is in already stays.
func (p *pipe) Close() (err error) {
	p.once.Do(func() {
		err = windows.SetEvent(p.stop)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.next != 0 {
			err = errors.Join(err, windows.CloseHandle(p.next))
		}
		p.next = 0
		err = errors.Join(err, windows.CloseHandle(p.stop))
	})
	return err
}

// end is one end of a pipe, with time limits.
func end(handle windows.Handle, name string) *os.File { return os.NewFile(uintptr(handle), name) }
