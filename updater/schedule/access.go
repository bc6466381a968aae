package schedule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// access is who may do what, of a security descriptor in the language of
// [ConvertStringSecurityDescriptorToSecurityDescriptor], in one order and with
// rights as numbers: Windows may write FRFX as 0x1200a9. What is not understood
// stays as it is and so is different.
func access(sddl string) string {
	var entries []string
	for _, e := range regexp.MustCompile(`\(([^()]*)\)`).FindAllStringSubmatch(sddl, -1) {
		fields := strings.Split(e[1], ";")
		if len(fields) == 6 {
			fields[2], fields[5] = rights(fields[2]), account(fields[5])
		}
		entries = append(entries, strings.Join(fields, ";"))
	}
	slices.Sort(entries)
	return strings.Join(entries, " ")
}

// rights is a set of rights as one number.
func rights(text string) string {
	if n, err := strconv.ParseUint(text, 0, 32); err == nil {
		return fmt.Sprintf("%#x", n)
	}
	var sum uint64
	for rest := text; rest != ""; rest = rest[2:] {
		if len(rest) < 2 || right(rest[:2]) == 0 {
			return text
		}
		sum |= right(rest[:2])
	}
	return fmt.Sprintf("%#x", sum)
}

// right is one right of a file by its two letters; 0 for one that is not known
// here. The generic ones are what Windows makes of them for a file.
func right(letters string) uint64 {
	switch letters {
	case "FA", "GA":
		return 0x1f01ff
	case "FR", "GR":
		return 0x120089
	case "FW", "GW":
		return 0x120116
	case "FX", "GX":
		return 0x1200a0
	}
	return 0
}
