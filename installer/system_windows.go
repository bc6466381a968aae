package installer

import (
	"os"

	"golang.org/x/sys/windows"
)

func isDiskFull(err error) bool {
	return isAny(err, windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

func isOtherVolume(err error) bool { return isAny(err, windows.ERROR_NOT_SAME_DEVICE) }

func isInUse(err error) bool {
	return isAny(err, windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_USER_MAPPED_FILE)
}

// mayPass says whether an error can go away by itself in a moment, as when a
// virus scanner looks at a file. A folder in which a file is open answers
// "access denied".
func mayPass(err error) bool { return isInUse(err) || isAny(err, windows.ERROR_ACCESS_DENIED) }

func freeSpace(path string) (int64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, &os.PathError{Op: "free space", Path: path, Err: err}
	}
	return int64(free), nil
}

// volume tells volumes apart.
func volume(path string) (uint64, error) {
	folder, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer folder.Close()
	var is windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(folder.Fd()), &is); err != nil {
		return 0, &os.PathError{Op: "volume", Path: path, Err: err}
	}
	return uint64(is.VolumeSerialNumber), nil
}
