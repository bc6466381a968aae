package winstack

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/manifest"
)

// call asks through the stack and waits. What it opened is closed again.
func call(stack manifest.Stack, to target) (sight, error) {
	if stack == manifest.StackWinINet {
		return askWinINet(to)
	}
	return askWinHTTP(to)
}

// try calls a function that gives 0 where it failed. A system without it has no
// such stack.
//
//go:uintptrescapes
func try(proc *windows.LazyProc, args ...uintptr) (uintptr, error) {
	if err := proc.Find(); err != nil {
		return 0, fmt.Errorf("%s: %w: %w", proc.Name, errors.ErrUnsupported, err)
	}
	result, _, err := proc.Call(args...)
	if result != 0 {
		return result, nil
	}
	code, _ := errors.AsType[windows.Errno](err)
	return 0, &codeError{call: proc.Name, code: uint32(code)}
}

// option sets a DWORD of a handle.
func option(set *windows.LazyProc, handle uintptr, name, value uint32) error {
	if _, err := try(set, handle, uintptr(name), uintptr(unsafe.Pointer(&value)), unsafe.Sizeof(value)); err != nil {
		return fmt.Errorf("option %d: %w", name, err)
	}
	return nil
}

// query reads an option of a handle into buffer and says how much of it was
// filled; 0 where the system does not tell.
func query(proc *windows.LazyProc, handle uintptr, name uint32, buffer unsafe.Pointer, size uint32) uint32 {
	if _, err := try(proc, handle, uintptr(name), uintptr(buffer), uintptr(unsafe.Pointer(&size))); err != nil {
		return 0
	}
	return size
}

// isSecure reads SECURITY_FLAG_SECURE, which both stacks have under one number;
// nil where the system does not tell.
func isSecure(proc *windows.LazyProc, handle uintptr) *bool {
	const optionSecurityFlags, flagSecure = 31, 1
	var flags uint32
	if query(proc, handle, optionSecurityFlags, unsafe.Pointer(&flags), 4) == 0 {
		return nil
	}
	secure := flags&flagSecure != 0
	return &secure
}

// keepChain takes the certificates out of a chain and lets go of it.
func (s *sight) keepChain(context *windows.CertChainContext) {
	if context == nil {
		return
	}
	defer windows.CertFreeCertificateChain(context)
	s.trust = context.TrustStatus.ErrorStatus
	if context.ChainCount == 0 || context.Chains == nil {
		return
	}
	chain := *context.Chains // the first is the one that was judged
	if chain == nil || chain.NumElements == 0 || chain.Elements == nil {
		return
	}
	for _, element := range unsafe.Slice(chain.Elements, min(chain.NumElements, maxChain)) {
		if element != nil {
			s.keep(element.CertContext)
		}
	}
	s.whole = chain.NumElements <= maxChain && s.trust&trustPartialChain == 0
}

func (s *sight) keep(cert *windows.CertContext) {
	if cert == nil || cert.EncodedCert == nil || cert.Length == 0 || cert.Length > maxCertificate {
		return
	}
	der := unsafe.Slice(cert.EncodedCert, cert.Length)
	s.chain = append(s.chain, append([]byte(nil), der...))
}

// wide is a text as Windows wants it; a question holds no zero byte.
func wide(text string) *uint16 {
	p, _ := windows.UTF16PtrFromString(text)
	return p
}
