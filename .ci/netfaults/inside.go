package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// inside is how a run of koshin sees this machine otherwise than it is: in Linux
// namespaces of its own.
type inside struct {
	noNetwork bool   // not even the loopback is up
	resolver  string // a file instead of /etc/resolv.conf; "": the machine's
}

// insideVerb is this program's own word for the start of a command inside.
const insideVerb = "inside"

// wrap makes the command start inside.
func (i inside) wrap(c *exec.Cmd) error {
	if i == (inside{}) {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c.Args = append([]string{self, insideVerb, i.resolver, c.Path}, c.Args[1:]...)
	c.Path = self
	flags := uintptr(syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS)
	if i.noNetwork {
		flags |= syscall.CLONE_NEWNET
	}
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	return nil
}

// startInside is the first thing that happens there: what is to look otherwise is
// mounted over, then the command takes this process's place.
func startInside(resolver, program string, args []string) error {
	if resolver != "" {
		if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
			return fmt.Errorf("make mounts private: %w", err)
		}
		if err := syscall.Mount(resolver, "/etc/resolv.conf", "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s: %w", resolver, err)
		}
	}
	return syscall.Exec(program, append([]string{program}, args...), os.Environ())
}

// noNamespaces says why this machine does not allow them; "": it does.
func noNamespaces() string {
	c := exec.CommandContext(context.Background(), "/bin/true")
	if err := (inside{noNetwork: true, resolver: "/dev/null"}).wrap(c); err != nil {
		return err.Error()
	}
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Sprintf("this machine allows no namespaces: %v %s", err, said)
	}
	return ""
}

// nameServer plays the PC's name server: it says that no name exists, or nothing
// at all. It needs the port that resolv.conf cannot choose.
func (s *stage) nameServer(answers bool) error {
	ip := ownAddress(83)
	if answers {
		ip = ownAddress(84)
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: 53})
	if err != nil {
		return err
	}
	context.AfterFunc(s.ctx, func() { _ = conn.Close() })
	go func() {
		message := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFromUDP(message)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			const header = 12
			if err != nil || !answers || n < header {
				continue
			}
			message[2] |= 0x80    // this is the answer
			message[3] = 0x80 | 3 // recursion is available, NXDOMAIN
			_, _ = conn.WriteToUDP(message[:n], from)
		}
	}()
	s.inside.resolver = s.file("resolv.conf")
	return os.WriteFile(s.inside.resolver, []byte("nameserver "+ip.String()+"\n"), 0o644)
}

// ownAddress is one of this machine's many loopback addresses that another run of
// this program does not use.
func ownAddress(use byte) net.IP {
	pid := os.Getpid()
	return net.IPv4(127, use, byte(pid>>8), byte(pid)|1) // never the network's own
}

// noNameServer says why a name server cannot be played here.
func noNameServer() string {
	if why := noNamespaces(); why != "" {
		return why
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: ownAddress(85), Port: 53})
	if err != nil {
		return fmt.Sprintf("a name server cannot be played: %v", err)
	}
	_ = conn.Close()
	return ""
}

// patience is how long a whole row may take before it is taken for hung.
const patience = 3 * time.Minute
