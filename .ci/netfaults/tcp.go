package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// The things that a listener can do to a connection.

// silent accepts and says nothing.
func (s *stage) silent() (string, error) {
	return s.tcp(func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
}

// resets breaks the connection off as soon as the client has said something.
func (s *stage) resets() (string, error) {
	return s.tcp(func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 1))
		reset(c)
	})
}

// hangsUp closes the connection in good form, in the middle of the handshake.
func (s *stage) hangsUp() (string, error) {
	return s.tcp(func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 4<<10)) // all of it, or closing would reset
		_ = c.Close()
	})
}

// says answers whatever comes with a line of another protocol.
func (s *stage) says(line string) (string, error) {
	return s.tcp(func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 4<<10))
		_, _ = io.WriteString(c, line)
		_ = c.Close()
	})
}

// reset closes with RST instead of FIN.
func reset(c *net.TCPConn) {
	_ = c.SetLinger(0) // a connection that is gone already is as good
	_ = c.Close()
}

// drips passes on to a host, but what comes back arrives a few bytes at a time.
func (s *stage) drips(host string, bytes int, every time.Duration) (string, error) {
	return s.tcp(func(c *net.TCPConn) {
		s.relay(c, host, func(to io.Writer, from io.Reader) { s.drip(to, from, bytes, every) })
	})
}

func (s *stage) drip(to io.Writer, from io.Reader, bytes int, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if _, err := io.CopyN(to, from, int64(bytes)); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
	}
}

// relay connects a client with a host; back carries what the host says.
func (s *stage) relay(client net.Conn, host string, back func(to io.Writer, from io.Reader)) {
	defer client.Close()
	server, err := new(net.Dialer).DialContext(s.ctx, "tcp", host)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	back(client, server)
}

func copyAll(to io.Writer, from io.Reader) { _, _ = io.Copy(to, from) }

// dropsPackets is a listener whose queue is full: the system does not answer
// another SYN, which is what a firewall does that drops packets.
func (s *stage) dropsPackets() (string, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", os.NewSyscallError("socket", err)
	}
	context.AfterFunc(s.ctx, func() { _ = syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return "", os.NewSyscallError("bind", err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		return "", os.NewSyscallError("listen", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return "", os.NewSyscallError("getsockname", err)
	}
	inet, ok := name.(*syscall.SockaddrInet4)
	if !ok {
		return "", errors.New("the address of a listener has an unexpected kind")
	}
	address := fmt.Sprintf("127.0.0.1:%d", inet.Port)
	const enough = 16 // the queue holds one or two
	for range enough {
		conn, err := (&net.Dialer{Timeout: 400 * time.Millisecond}).DialContext(s.ctx, "tcp", address)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			return address, nil
		}
		if err != nil {
			return "", err
		}
		context.AfterFunc(s.ctx, func() { _ = conn.Close() })
	}
	return "", errors.New("the queue of a listener does not fill")
}

// door is a way to a host that can be shut: then every connection is reset, as by
// a router that lost its line. The port stays taken, so nobody else can get it.
type door struct {
	to   atomic.Pointer[string]
	asks atomic.Int32 // connections while it was open
}

func (s *stage) door(host string) (*door, string, error) {
	d := &door{}
	d.open(host)
	address, err := s.tcp(func(c *net.TCPConn) {
		to := *d.to.Load()
		if to == "" {
			reset(c)
			return
		}
		d.asks.Add(1)
		s.relay(c, to, copyAll)
	})
	return d, address, err
}

func (d *door) open(host string) { d.to.Store(&host) }
func (d *door) shut()            { d.open("") }
