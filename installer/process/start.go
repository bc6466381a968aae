package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// startPatience is how long a program that was written a moment ago may be held
// by somebody else (a scanner, a process being forked).
const startPatience = 3 * time.Second

// life says what becomes of a program when koshin is killed.
type life int

const (
	mortal  life = iota // on Windows it ends, too: it must not hold files that the recovery needs
	lasting             // it goes on
)

// Start starts the command that newCmd makes in a group of its own, again while
// somebody else holds the program's file. What newCmd sets in SysProcAttr stays.
func Start(ctx context.Context, newCmd func() *exec.Cmd) (*exec.Cmd, *Group, error) {
	return start(ctx, newCmd, mortal)
}

// StartLasting is [Start] for a program that goes on to its end even where
// koshin is killed. Only its context stops it, with its children.
func StartLasting(ctx context.Context, newCmd func() *exec.Cmd) (*exec.Cmd, *Group, error) {
	return start(ctx, newCmd, lasting)
}

func start(ctx context.Context, newCmd func() *exec.Cmd, how life) (*exec.Cmd, *Group, error) {
	deadline := time.Now().Add(startPatience)
	for {
		cmd := newCmd()
		group, err := prepare(cmd, how)
		if err != nil {
			return nil, nil, err
		}
		if err = cmd.Start(); err == nil {
			group.join(cmd)
			return cmd, group, nil
		}
		group.Close()
		if !isBusy(err) || time.Now().After(deadline) {
			return nil, nil, err
		}
		timer := time.NewTimer(50 * time.Millisecond)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, nil, err
		case <-timer.C:
		}
	}
}

// Inside is a program inside dir, as an absolute path. One manifest serves every
// system: on Windows a name without an extension means the .exe. A link that
// leads out of dir is an error.
func Inside(dir, program string) (string, error) {
	if runtime.GOOS == "windows" && filepath.Ext(program) == "" {
		program += ".exe"
	}
	local, err := filepath.Localize(program)
	if err != nil {
		return "", fmt.Errorf("program %q: %w", program, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	info, err := root.Stat(local)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("program %q is not a file", program)
	}
	return filepath.Abs(filepath.Join(dir, local))
}

// MaxOutput is what is kept of a program's output in bytes: more than any
// message, less than a program that has gone mad.
const MaxOutput = 64 << 10

// Output keeps the first [MaxOutput] bytes and takes the rest without a word, so
// that a program is never stopped by a full pipe.
type Output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p[:min(len(p), MaxOutput-o.text.Len())])
	return len(p), nil
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.ToValidUTF8(o.text.String(), "\uFFFD")
}
