package main

import (
	"errors"
	"os"

	"github.com/tc-hib/winres"
)

// writeIcon writes koshin.exe's icon as a file of its own, for the installer.
func writeIcon(file string) error {
	set := &winres.ResourceSet{}
	if err := setIcons(set, []icon{programIcon(blue)}); err != nil {
		return err
	}
	drawn, err := set.GetIcon(winres.Name("APP"))
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(drawn.SaveICO(f), f.Close())
}
