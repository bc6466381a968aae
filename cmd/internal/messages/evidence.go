package messages

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// HostLine names a host with the evidence of the neutral probe: what was
// negotiated, the address or the proxy, the HTTP status, the seconds.
func (c *Catalogue) HostLine(language Language, h confirm.HostProof) string {
	for _, stack := range h.Stacks {
		if stack.Stack == manifest.StackGo {
			through := h.IP
			if h.Proxy != "" {
				through = c.Say(language, "proof-proxy", "proxy", h.Proxy)
			}
			return strings.TrimSpace(HostName(h) + " " + c.Facts(language, stack, through))
		}
	}
	return HostName(h)
}

// Facts are an attempt's evidence in short.
func (c *Catalogue) Facts(language Language, stack confirm.StackProof, through string) string {
	facts := []string{strings.TrimSpace(stack.TLS + " " + stack.Suite), through}
	if stack.Status != 0 {
		facts = append(facts, "HTTP "+strconv.Itoa(stack.Status))
	}
	if stack.Elapsed != 0 {
		facts = append(facts, c.Say(language, "proof-seconds", "seconds", strconv.FormatFloat(stack.Elapsed, 'f', 2, 64)))
	}
	if stack.Code != 0 {
		facts = append(facts, c.Say(language, "proof-code", "code", stack.Code))
	}
	for _, note := range stack.Notes {
		facts = append(facts, c.ProofNote(language, note))
	}
	facts = slices.DeleteFunc(facts, func(fact string) bool { return fact == "" })
	return strings.Join(facts, c.Say(language, "proof-separator"))
}

// HostName is a host as people read it, with its port.
func HostName(h confirm.HostProof) string {
	if u, err := url.Parse(h.URL); err == nil {
		return u.Host
	}
	return h.URL
}
