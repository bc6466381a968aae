package installer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// maxLsof bounds what lsof may answer, in bytes: some thousand open files.
const maxLsof = 1 << 20

// askLsof runs lsof. It exits with 1 when nobody has the file open, so its
// answer counts, not its code.
func askLsof(ctx context.Context, lsof, path string, isDir bool) ([]Process, error) {
	args := []string{"-n", "-P", "-w", "-F", "pcL", "+c", "0"}
	if isDir {
		args = append(args, "+D", path)
	} else {
		args = append(args, "--", path)
	}
	answer, err := exec.CommandContext(ctx, lsof, args...).Output()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && (!failed || ctx.Err() != nil) {
		return nil, errors.Join(err, ctx.Err())
	}
	return parseLsof(bytes.NewReader(answer), os.Getpid()), nil
}

// parseLsof reads the answer of "lsof -F pcL": a line "p" with the number of a
// process, then "c" with its program and "L" with its user, and lines about its
// files, which do not matter here.
func parseLsof(answer io.Reader, self int) []Process {
	var found []Process
	lines := bufio.NewScanner(io.LimitReader(answer, maxLsof))
	for lines.Scan() {
		kind, value := lines.Text(), ""
		if kind == "" {
			continue
		}
		kind, value = kind[:1], kind[1:]
		if kind == "p" {
			pid, err := strconv.Atoi(value)
			if err != nil {
				return found // not lsof's answer
			}
			found = append(found, Process{PID: pid})
			continue
		}
		if len(found) == 0 {
			continue
		}
		switch last := &found[len(found)-1]; kind {
		case "c":
			last.Name = strings.TrimSpace(value)
		case "L":
			last.User = value
		}
	}
	return withoutSelf(found, self)
}

func withoutSelf(all []Process, self int) []Process {
	var others []Process
	for _, p := range all {
		if p.PID != self {
			others = append(others, p)
		}
	}
	return others
}
