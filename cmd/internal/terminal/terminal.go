// Package terminal is how koshin's programs speak: the answer goes to stdout,
// the talk to stderr, long work shows a bar on a terminal and plain lines
// elsewhere, and a question is only asked where somebody can answer it.
package terminal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// Streams is the outside of a program, as a value that tests can fill.
type Streams struct {
	In      io.Reader
	Out     io.Writer // the answer
	Err     io.Writer // the talk
	CanAsk  bool      // somebody sits at In and reads Err
	CanDraw bool      // Err is a terminal that a bar may be drawn on
}

// System is the process's own streams.
func System() Streams {
	return Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		CanAsk:  term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		CanDraw: term.IsTerminal(int(os.Stderr.Fd())),
	}
}

// Ask puts a yes-or-no question and waits for the answer; anything but a clear
// yes is a no. It gives up when ctx ends. Call it only where CanAsk.
func (s Streams) Ask(ctx context.Context, question string) bool {
	fmt.Fprintf(s.Err, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.In).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes", "はい", "ｙ":
			return true
		}
	case <-ctx.Done():
	}
	return false
}

// Pad fills text with spaces to a number of columns; a Japanese character takes
// two.
func Pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-uniseg.StringWidth(text)))
}

// Table writes rows under a header in aligned columns, two spaces apart.
func Table(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(Pad(cell, widths[i]) + "  ")
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
