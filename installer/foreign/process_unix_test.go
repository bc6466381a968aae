//go:build unix

package foreign

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// runs says whether a process is there and not only waits to be buried.
func runs(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err == nil {
		_, rest, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(rest, "Z")
	}
	return syscall.Kill(pid, 0) == nil
}
