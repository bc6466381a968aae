package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// errandFunc does an errand about the tick of Internet Options.
type errandFunc = func(context.Context, mend.Errand) (mend.Result, error)

// tickCommand is what a koshin that is SYSTEM starts as the operator: one errand
// comes in on stdin, one answer goes out. It reads no configuration, writes no
// file, and changes nothing but this user's own tick.
func (a *app) tickCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "tick",
		Short:             "Read or set TLS 1.2 in this user's Internet Options, for another koshin",
		Hidden:            true,
		Args:              cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(*cobra.Command, []string) error {
			w := a.machine.windows
			switch {
			case a.CanAsk:
				return usageError{errors.New("tick: the errand comes from another koshin")}
			case w == nil:
				return errors.ErrUnsupported
			}
			who, err := w.myself()
			if err != nil {
				return err
			}
			return mend.Serve(a.In, a.Out, who, w.pc(), time.Now())
		},
	}
}

// pc is what an errand needs of this PC.
func (w *windowsPC) pc() mend.PC {
	return mend.PC{Registry: w.registry, Kernel: w.kernel, Tell: w.tell, Explorers: w.explorers}
}

// errands is how the operator's settings can be changed from here: in this
// process where it is his own, by way of his session where this is SYSTEM.
func (w *windowsPC) errands() (errandFunc, error) {
	who, err := w.myself()
	if err != nil {
		return nil, err
	}
	way, err := who.Way()
	switch {
	case err != nil:
		return nil, err
	case way == mend.InSession:
		return w.inSession, nil
	}
	return func(_ context.Context, e mend.Errand) (mend.Result, error) { return w.pc().Run(e, time.Now()) }, nil
}
