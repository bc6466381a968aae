package installer

import (
	"context"
	"errors"
	"fmt"
)

// restartManager is the part of Windows that knows which programs have a file
// open. Tests have their own: Wine's is a stub that never knows of any.
type restartManager interface {
	start() (session uint32, err error)
	register(session uint32, files []string) error
	// list gives at most room programs, and how many there are.
	list(session uint32, room int) (found []Process, need int, err error)
	end(session uint32) error
}

// maxLists bounds how often a list that grew meanwhile is asked for again.
const maxLists = 5

// askRestartManager lists the programs that have one of these files open. The
// list can grow between two questions, so the room for it is made larger until
// it fits; after some rounds what fits is good enough to show.
func askRestartManager(ctx context.Context, m restartManager, files []string) (found []Process, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	session, err := m.start()
	if err != nil {
		return nil, fmt.Errorf("restart manager: %w", err)
	}
	defer func() { err = errors.Join(err, m.end(session)) }()
	if err := m.register(session, files); err != nil {
		return nil, fmt.Errorf("restart manager: %d files: %w", len(files), err)
	}
	room := 16
	for range maxLists {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var need int
		if found, need, err = m.list(session, room); err != nil {
			return nil, fmt.Errorf("restart manager: list: %w", err)
		}
		if need <= len(found) {
			break
		}
		room = need + 16
	}
	return found, nil
}
