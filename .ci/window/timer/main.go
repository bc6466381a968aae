//go:build windows

// The timer command starts koshin's window, once it has been drawn waits for as
// long as a check takes, and closes it again. It prints the milliseconds from the
// start of the process to the window, and the process's peak of memory in MiB.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32               = windows.NewLazySystemDLL("user32.dll")
	findWindow           = user32.NewProc("FindWindowW")
	isWindowVisible      = user32.NewProc("IsWindowVisible")
	postMessage          = user32.NewProc("PostMessageW")
	sendMessage          = user32.NewProc("SendMessageW")
	kernel32             = windows.NewLazySystemDLL("kernel32.dll")
	getProcessMemoryInfo = kernel32.NewProc("K32GetProcessMemoryInfo")
)

func main() {
	if err := measure(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "timer:", err)
		os.Exit(1)
	}
}

func measure(title, program string, args []string) error {
	name, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return err
	}
	c := exec.Command(program, args...)
	c.Stderr = os.Stderr
	began := time.Now()
	if err := c.Start(); err != nil {
		return err
	}
	var window uintptr
	for seen := uintptr(0); seen == 0; {
		if time.Since(began) > time.Minute {
			return errors.Join(errors.New("no window"), c.Process.Kill())
		}
		time.Sleep(time.Millisecond)
		if window, _, _ = findWindow.Call(0, uintptr(unsafe.Pointer(name))); window != 0 {
			seen, _, _ = isWindowVisible.Call(window)
		}
	}
	_, _, _ = sendMessage.Call(window, 0, 0, 0) // WM_NULL: answered by a window that is done with drawing
	took := time.Since(began)
	time.Sleep(2 * time.Second)
	peak, err := peakOf(c.Process.Pid)
	if err != nil {
		return err
	}
	_, _, _ = postMessage.Call(window, 0x10, 0, 0) // WM_CLOSE
	if err := c.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "%.1f %.1f\n", took.Seconds()*1000, peak/(1<<20))
	return nil
}

// memoryCounters is PROCESS_MEMORY_COUNTERS.
type memoryCounters struct {
	size, faults uint32
	peak         uintptr // of the working set
	others       [7]uintptr
}

func peakOf(pid int) (float64, error) {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_INFORMATION|windows.PROCESS_VM_READ, false, uint32(pid))
	if err != nil {
		return 0, err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	var m memoryCounters
	m.size = uint32(unsafe.Sizeof(m))
	if ok, _, err := getProcessMemoryInfo.Call(uintptr(process), uintptr(unsafe.Pointer(&m)), uintptr(m.size)); ok == 0 {
		return 0, err
	}
	return float64(m.peak), nil
}
