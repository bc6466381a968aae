package main

import (
	"context"

	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// machine is what there is once on a PC: the configuration of the whole PC, and
// the system's own start. A trial beside it touches neither.
type machine struct {
	config string                                     // file
	atBoot func(context.Context, schedule.Task) error // has the system run the task at every start
}

func thisMachine() machine {
	return machine{
		config: config.DefaultFile(),
		atBoot: func(ctx context.Context, t schedule.Task) error { return t.Install(ctx) },
	}
}
