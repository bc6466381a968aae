package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/tc-hib/winres"
	"github.com/tc-hib/winres/version"
)

const (
	english  = 0x0409
	japanese = 0x0411
)

// description is what Explorer, the Task Manager and the screen on which Windows
// says who holds a shutdown call this program. A build from a checkout is 0.0.0;
// releases write theirs into the built program.
func description(number string) (version.Info, error) {
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
		{english, version.FileDescription, "koshin - checks and updates the claims software"},
		{japanese, version.FileDescription, "koshin　アップデートの確認"},
		{0, version.ProductName, "koshin"},
		{0, version.ProductVersion, number},
		{0, version.FileVersion, number},
		{0, version.InternalName, "koshin"},
		{0, version.OriginalFilename, "koshin.exe"},
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

// stamp writes a version into a program that is built already, so that the
// objects in the repository need not change with every release.
func stamp(number, program string) error {
	exe, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	set, err := winres.LoadFromEXE(bytes.NewReader(exe))
	if err != nil {
		return err
	}
	info, err := description(number)
	if err != nil {
		return err
	}
	set.SetVersionInfo(info)
	var out bytes.Buffer
	if err := set.WriteToEXE(&out, bytes.NewReader(exe)); err != nil {
		return err
	}
	return os.WriteFile(program, out.Bytes(), 0o755)
}
