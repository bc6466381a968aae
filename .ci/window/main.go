// The window command shows one view of koshin's window, read from a file, until it
// is closed: for pictures of states that are hard to come by.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/cmd/koshin/window/native"
)

func main() {
	if err := show(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "window:", err)
		os.Exit(1)
	}
}

func show(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var v window.View
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	views := make(chan window.View, 1)
	views <- v
	return native.Show(ctx, views, func(a window.Action) {
		fmt.Fprintln(os.Stdout, a)
		if a == window.Close {
			stop()
		}
	})
}
