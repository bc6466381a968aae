package main

import (
	"fmt"

	"github.com/tc-hib/winres/version"
)

const (
	english  = 0x0409
	japanese = 0x0411
)

// description is what Explorer, the Task Manager and the screen on which Windows
// says who holds a shutdown call this program. A build from a checkout is 0.0.0;
// releases write theirs into the built program.
func (p program) description(number string) (version.Info, error) {
	var info version.Info
	four := &info.FileVersion // "-dev" and such have no place in it
	if _, err := fmt.Sscanf(number, "%d.%d.%d", &four[0], &four[1], &four[2]); err != nil {
		return info, fmt.Errorf("version %q: %w", number, err)
	}
	info.ProductVersion = info.FileVersion
	for _, s := range []struct {
		language   uint16
		key, value string
	}{
		{english, version.FileDescription, p.english},
		{japanese, version.FileDescription, p.japanese},
		{0, version.ProductName, "koshin"},
		{0, version.ProductVersion, number},
		{0, version.FileVersion, number},
		{0, version.InternalName, p.name},
		{0, version.OriginalFilename, p.name + ".exe"},
	} {
		languages := []uint16{s.language}
		if s.language == 0 {
			languages = []uint16{english, japanese}
		}
		for _, l := range languages {
			if err := info.Set(l, s.key, s.value); err != nil {
				return info, err
			}
		}
	}
	return info, nil
}
