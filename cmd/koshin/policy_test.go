package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// scriptPolicy is the registry that a script wrote down, as Windows' own reg
// does: NAME REG_DWORD 1, or PRODUCTS\ID REG_SZ text. No file is no registry, as
// on the systems that have none.
func scriptPolicy(file string) ws.Registry {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	r := new(winsettingstest.Registry)
	for line := range strings.Lines(string(data)) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) != 3 {
			continue
		}
		p := ws.Place{Hive: ws.Machine, Key: policy.Key, Name: fields[0]}
		if key, product, ok := strings.Cut(fields[0], `\`); ok {
			p.Key, p.Name = p.Key+`\`+key, product
		}
		value := ws.Text(fields[2])
		if fields[1] == "REG_DWORD" {
			n, err := strconv.ParseUint(fields[2], 0, 32)
			if err != nil {
				panic(fmt.Sprintf("%s: %v", file, err))
			}
			value = ws.Number(uint32(n))
		}
		r.Set(p, value)
	}
	return r
}
