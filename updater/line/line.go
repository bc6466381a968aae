// Package line reads whether the line of this PC to the internet is metered, as
// a telephone's or a mobile router's is: each megabyte costs money there, or the
// month's share of them runs out.
//
// Windows knows it (the Network List Manager, which SYSTEM may ask too). On
// other systems there is no one place to ask, so the answer is [Unknown], which
// stops nothing.
package line

// Cost is what a line costs.
type Cost string

// The costs.
const (
	Unknown Cost = ""
	Free    Cost = "free"    // by time or not at all
	Metered Cost = "metered" // by the byte, or a share of bytes
)

// ofWindows reads NLM_CONNECTION_COST (netlistmgr.h): unrestricted 1, fixed 2,
// variable 4, over the limit 0x10000, roaming 0x40000. Windows itself calls
// fixed and variable metered.
func ofWindows(cost uint32) Cost {
	const unrestricted, costs = 0x1, 0x2 | 0x4 | 0x10000 | 0x40000
	switch {
	case cost&costs != 0:
		return Metered
	case cost&unrestricted != 0:
		return Free
	}
	return Unknown
}
