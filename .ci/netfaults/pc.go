package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// pc is an operator's PC: a folder with the configuration, the client and the
// state.
type pc struct {
	w   *world
	dir string
}

func (w *world) pc(dir string) *pc        { return &pc{w, dir} }
func (p *pc) file(parts ...string) string { return filepath.Join(append([]string{p.dir}, parts...)...) }

// enroll makes koshin.toml. Its paths are relative afterwards, so that the PC can
// be copied.
func (p *pc) enroll(ctx context.Context, name string, from publisher) error {
	r, err := p.koshin(ctx, &stage{world: p.w, ctx: ctx}, "enroll", "--url", p.w.releases.url(name),
		"--anchor", filepath.Join(from.repo, "metadata", "1.root.json"), "--ca-file", p.w.path("ca.pem"),
		"--product", product+"="+p.file("apps", "client"), "--state-dir", p.file("state"), "--window", "none")
	if err != nil || r.exit != 0 {
		return fmt.Errorf("koshin enroll: %s: %w", r, err)
	}
	if err := errors.Join(os.MkdirAll(p.file("apps"), 0o755), os.MkdirAll(p.file("state"), 0o755)); err != nil {
		return err
	}
	return p.configure(map[string]string{"state_dir": "state", "dir": "apps/client"})
}

// configure changes settings that koshin.toml has.
func (p *pc) configure(settings map[string]string) error {
	text, err := os.ReadFile(p.file("koshin.toml"))
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	changed := 0
	for n, line := range lines {
		key, _, _ := strings.Cut(line, " ")
		if value, ok := settings[key]; ok {
			quoted := "'" + value + "'"
			if key == "urls" {
				quoted = "[" + quoted + "]"
			}
			lines[n], changed = key+" = "+quoted, changed+1
		}
	}
	if changed != len(settings) {
		return fmt.Errorf("koshin.toml does not have all of %v:\n%s", settings, text)
	}
	return os.WriteFile(p.file("koshin.toml"), []byte(strings.Join(lines, "\n")), 0o644)
}

// forRow is a copy of the PC whose release host is that of the stage.
func (p *pc) forRow(s *stage) (*pc, error) {
	mine := &pc{p.w, s.file("pc")}
	if err := copyTree(p.dir, mine.dir); err != nil {
		return nil, err
	}
	return mine, mine.configure(map[string]string{"urls": s.releases.url(s.name)})
}

// result is how a run ended.
type result struct {
	exit   int
	answer []byte // stdout
	talk   []byte // stderr
	took   time.Duration
}

func (r result) String() string { return fmt.Sprintf("exit %d\n%s%s", r.exit, r.answer, r.talk) }

// koshin runs the real program on this PC as the stage has it.
func (p *pc) koshin(ctx context.Context, s *stage, args ...string) (result, error) {
	c := exec.CommandContext(ctx, p.w.program("koshin"), append([]string{"--config", p.file("koshin.toml")}, args...)...)
	c.Dir = p.w.dir
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.w.dir, "TMPDIR=" + os.TempDir(), "NO_COLOR=1"}, s.env...)
	if err := s.inside.wrap(c); err != nil {
		return result{}, err
	}
	var answer, talk bytes.Buffer
	c.Stdout, c.Stderr, c.WaitDelay = &answer, &talk, 10*time.Second
	began := time.Now()
	err := c.Run()
	took := time.Since(began)
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		err = nil
	}
	if err == nil {
		err = context.Cause(ctx) // then it was us who ended it
	}
	if err != nil {
		return result{}, fmt.Errorf("koshin %q: %w", args, err)
	}
	return result{c.ProcessState.ExitCode(), answer.Bytes(), talk.Bytes(), took}, nil
}

// installed is the version that stands in the install folder, by the build's own
// file: koshin is not asked.
func (p *pc) installed() string {
	text, err := os.ReadFile(p.file("apps", "client", "VERSION"))
	if err != nil {
		return strconv.Quote(err.Error())
	}
	return strings.TrimSpace(string(text))
}
