package request

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Bounds of the connections.
const (
	Connections = 8               // at the same time; more wait at the door
	Patience    = 5 * time.Second // for a whole exchange
)

// Listener is the door. Tests have one of their own.
type Listener interface {
	// Accept waits for a caller; [net.ErrClosed] once the door is closed.
	Accept() (Conn, error)
	Close() error
}

// Conn is a caller at the door.
type Conn interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
	// Caller is who it is. It can be asked once something was read.
	Caller() (Caller, error)
}

// Serve answers whoever comes, until the context or the listener ends; it closes
// the listener.
func (d *Desk) Serve(ctx context.Context, l Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	defer l.Close() //nolint:errcheck // closed twice does no harm
	var open sync.WaitGroup
	defer open.Wait()
	slots := make(chan struct{}, Connections)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) || ctx.Err() != nil && err != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("wait for a request: %w", err)
		}
		open.Go(func() {
			defer func() { <-slots }()
			d.receive(ctx, conn)
		})
	}
}

// receive has one exchange. Whoever says nothing within the time, or leaves, is
// not answered.
func (d *Desk) receive(ctx context.Context, conn Conn) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	defer conn.Close() //nolint:errcheck // the answer was given, or nobody waits for it
	if conn.SetDeadline(time.Now().Add(Patience)) != nil || ctx.Err() != nil {
		return
	}
	line, err := readLine(conn)
	if err != nil && !errors.Is(err, ErrMessage) {
		d.log.InfoContext(ctx, "caller said nothing", "error", err)
		return
	}
	answer := d.judge(ctx, conn, line, err)
	data, err := format(answer)
	if err != nil {
		return // our own answer is not too long
	}
	if _, err := conn.Write(data); err != nil {
		return
	}
	// What was not read yet may be lost when this side closes first.
	_, _ = conn.Read(make([]byte, 1))
}

// judge decides on a line, or on what was read instead of one. Of the caller
// nothing is kept but his number.
func (d *Desk) judge(ctx context.Context, conn Conn, line []byte, err error) Answer {
	caller, unknown := conn.Caller()
	if unknown == nil {
		unknown = caller.check()
	}
	if unknown != nil {
		d.log.WarnContext(ctx, "request refused", "caller", caller.SID, "refused", UnknownCaller, "error", unknown)
		return refused(UnknownCaller)
	}
	var r Request
	if err == nil {
		r, err = ParseRequest(line)
	}
	if err != nil {
		d.log.WarnContext(ctx, "request refused", "caller", caller.SID, "refused", BadRequest)
		return refused(BadRequest)
	}
	answer := d.Take(r)
	if !answer.Accepted {
		d.log.WarnContext(ctx, "request refused", "caller", caller.SID, "request", r.ID, "refused", answer.Refused)
		return answer
	}
	d.log.InfoContext(ctx, "request accepted", "caller", caller.SID, "request", r.ID, "products", r.Products, "run", answer.Run)
	return answer
}

// readLine reads one line, without its end, and nothing behind it.
func readLine(from io.Reader) ([]byte, error) {
	buffer := make([]byte, MaxLine)
	have := 0
	for have < len(buffer) {
		n, err := from.Read(buffer[have:])
		if end := bytes.IndexByte(buffer[have:have+n], '\n'); end >= 0 {
			if have+end+1 != have+n {
				return nil, fmt.Errorf("%w: more than a line", ErrMessage)
			}
			return buffer[:have+end], nil
		}
		have += n
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: too long", ErrMessage)
}
