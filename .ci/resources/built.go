package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/tc-hib/winres"
)

// stamp writes a version into a program that is built already, so that the
// objects in the repository need not change with every release. The file keeps its
// time, which goes into the archives.
func stamp(number, file string) error {
	p, err := programOf(file)
	if err != nil {
		return err
	}
	exe, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	set, err := winres.LoadFromEXE(bytes.NewReader(exe))
	if err != nil {
		return err
	}
	info, err := p.description(number)
	if err != nil {
		return err
	}
	set.SetVersionInfo(info)
	var out bytes.Buffer
	if err := set.WriteToEXE(&out, bytes.NewReader(exe)); err != nil {
		return err
	}
	before, err := os.Stat(file)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, out.Bytes(), 0o755); err != nil {
		return err
	}
	return os.Chtimes(file, time.Time{}, before.ModTime())
}

// carries compares every resource of a built program with what it should have.
func carries(number, file string) error {
	p, err := programOf(file)
	if err != nil {
		return err
	}
	want, err := p.resources(number)
	if err != nil {
		return err
	}
	exe, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	have, err := winres.LoadFromEXE(bytes.NewReader(exe))
	if err != nil {
		return err
	}
	var differs []error
	want.Walk(func(kind, id winres.Identifier, language uint16, data []byte) bool {
		if !bytes.Equal(have.Get(kind, id, language), data) {
			differs = append(differs, fmt.Errorf("resource %v %v in language %#x is not the one of version %s", kind, id, language, number))
		}
		return true
	})
	if have.Count() != want.Count() {
		differs = append(differs, fmt.Errorf("%d resources, not %d", have.Count(), want.Count()))
	}
	return errors.Join(differs...)
}
