// The guide command follows docs/publisher.md: see run, which starts it on a
// machine of its own. Hosts that the page needs and this machine cannot have,
// because they are on the Internet, are played here; sudo and systemctl, too.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "guide:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "play":
		if err := play(ctx); err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, "ready")
		<-ctx.Done()
		return nil
	case len(args) == 2 && args[0] == "follow":
		return follow(ctx, args[1])
	}
	return errors.New("play, or follow PAGE")
}

func follow(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sections, err := parse(string(text))
	if err != nil {
		return err
	}
	return run(ctx, sections, os.Stdout)
}
