package installer

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

const listName = "system.posix_acl_access"

// setTestList lets user 4321 do something, besides the owner. A volume without access
// lists is left without.
func setTestList(t *testing.T, path string, may uint16) {
	t.Helper()
	// From linux/posix_acl_xattr.h: version 2, then tag, permissions and id.
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range []struct {
		tag, may uint16
		id       uint32
	}{{0x01, 6, ^uint32(0)}, {0x02, may, 4321}, {0x04, 4, ^uint32(0)}, {0x10, may, ^uint32(0)}, {0x20, 4, ^uint32(0)}} {
		list = binary.LittleEndian.AppendUint16(list, e.tag)
		list = binary.LittleEndian.AppendUint16(list, e.may)
		list = binary.LittleEndian.AppendUint32(list, e.id)
	}
	err := unix.Setxattr(path, listName, list, 0)
	if errors.Is(err, unix.ENOTSUP) {
		t.Log("no access lists on this volume")
		return
	}
	must(t, err)
}

func listOf(path string) string {
	list := make([]byte, 1024)
	n, err := unix.Lgetxattr(path, listName, list)
	if err != nil {
		return ""
	}
	return string(list[:n])
}
