package winsettings

import (
	"fmt"
	"strconv"
)

// Windows is which Windows this is.
type Windows struct {
	Major, Minor, Build uint32 // from the kernel, which does not lie to old programs
	Server              bool
	UBR                 uint32  // the number of the monthly update, behind the build; 0 where unknown
	ProductName         Reading // lies on Windows 11, where it still says 10
}

// firstWindows11 is the build that Windows 11 began with (DOMAIN).
const firstWindows11 = 22000

// Name is the name that people know.
func (w Windows) Name() string {
	switch {
	case w.Major == 0:
		return "Windows"
	case w.Server:
		return "Windows Server"
	case w.Major == 10 && w.Build >= firstWindows11:
		return "Windows 11"
	case w.Major == 10:
		return "Windows 10"
	case w.Major == 6 && w.Minor == 3:
		return "Windows 8.1"
	case w.Major == 6 && w.Minor == 2:
		return "Windows 8"
	case w.Major == 6 && w.Minor == 1:
		return "Windows 7"
	}
	return fmt.Sprintf("Windows %d.%d", w.Major, w.Minor)
}

// String is the name and the numbers, as in "Windows 11 (10.0.22631.2861)".
func (w Windows) String() string {
	if w.Major == 0 {
		return w.Name()
	}
	return fmt.Sprintf("%s (%d.%d.%d.%d)", w.Name(), w.Major, w.Minor, w.Build, w.UBR)
}

// ReadWindows completes what the kernel says of itself (RtlGetVersion) with the
// registry: UBR, and CurrentBuildNumber where the kernel said no build.
func ReadWindows(r Registry, kernel Windows) Windows {
	const key = `Microsoft\Windows NT\CurrentVersion`
	value := func(name string) Reading { return Read(r, software(r, key, name)[0]) }
	if n, found, _ := value("UBR").number(); found {
		kernel.UBR = n
	}
	if kernel.Build == 0 {
		if n, err := strconv.ParseUint(value("CurrentBuildNumber").text(), 10, 32); err == nil {
			kernel.Build = uint32(n)
		}
	}
	kernel.ProductName = value("ProductName")
	return kernel
}
