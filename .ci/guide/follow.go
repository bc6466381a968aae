package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// run types the boxes into one shell, as a reader would, and says what each
// section took.
func run(ctx context.Context, sections []section, out io.Writer) error {
	dir, err := os.MkdirTemp("", "typed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	shell, err := newShell(ctx)
	if err != nil {
		return err
	}
	defer shell.close()
	var rows []string
	total := time.Duration(0)
	for _, s := range sections {
		took := time.Duration(0)
		for _, b := range s.boxes {
			began := time.Now()
			printed, err := shell.enter(b.commands, filepath.Join(dir, "printed"))
			took += time.Since(began)
			fmt.Fprintf(out, "--- %s, line %d\n%s%s", s.title, b.line, b.commands, indent(printed))
			if err != nil {
				return fmt.Errorf("line %d: %w", b.line, err)
			}
			if line := b.missing(printed); line != "" {
				return fmt.Errorf("line %d: the page says that this prints %q, and it does not", b.line, line)
			}
		}
		if len(s.boxes) > 0 {
			rows = append(rows, fmt.Sprintf("| %s | %d | %.1f |", s.title, len(s.boxes), took.Seconds()))
		}
		total += took
	}
	fmt.Fprintf(out, "\n| section | boxes | seconds |\n| --- | ---: | ---: |\n%s\n| all, without the reading | | %.1f |\n", strings.Join(rows, "\n"), total.Seconds())
	return nil
}

func indent(text string) string {
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// shell is one bash for the whole page, so that cd and variables stay.
type shell struct {
	command *exec.Cmd
	in      io.WriteCloser
	ends    *bufio.Scanner
}

func newShell(ctx context.Context) (*shell, error) {
	c := exec.CommandContext(ctx, "bash", "--norc")
	c.Env = append(os.Environ(), "KOSHIN_PASSPHRASE=a passphrase that somebody chose")
	ends, ended, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.ExtraFiles = []*os.File{ended} // 3: where a box's end is said
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	return &shell{c, in, bufio.NewScanner(ends)}, ended.Close()
}

// enter types one box. The first command that fails ends it, and the page.
func (s *shell) enter(commands, into string) (printed string, err error) {
	_, err = fmt.Fprintf(s.in, "trap 'echo failed >&3; exit' ERR; set -E\n{\n%s\n} >%s 2>&1\ntrap - ERR; echo done >&3\n", commands, into)
	if err != nil {
		return "", err
	}
	said := s.ends.Scan()
	text, readErr := os.ReadFile(into)
	if readErr != nil {
		return "", readErr
	}
	if !said || s.ends.Text() != "done" {
		err = errors.New("a command failed")
	}
	return string(text), err
}

func (s *shell) close() {
	_ = s.in.Close()     // the shell reads its end
	_ = s.command.Wait() // what it said counts, not how it ended
}
