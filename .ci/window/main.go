// The window command shows views of koshin's window, read from files, one after
// the other: states that are hard to come by, for pictures of them. It names each
// as it shows it and waits for a line before the next.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"github.com/koshin-updater/koshin/cmd/koshin/window/native"
)

func main() {
	lines := bufio.NewReader(os.Stdin)
	for _, file := range os.Args[1:] {
		if err := show(file, lines); err != nil {
			fmt.Fprintf(os.Stderr, "window: %s: %v\n", file, err)
			os.Exit(1)
		}
	}
}

func show(file string, lines *bufio.Reader) error {
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
	ended := make(chan error, 1)
	go func() {
		ended <- native.Show(ctx, views, func(a window.Action) { fmt.Fprintln(os.Stderr, "pressed:", a) })
	}()
	fmt.Fprintln(os.Stdout, file)
	if _, err := lines.ReadString('\n'); err != nil && err != io.EOF {
		return err
	}
	stop()
	return <-ended
}
