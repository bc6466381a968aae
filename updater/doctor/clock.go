package doctor

import (
	"fmt"
	"math"
	"time"

	"github.com/koshin-updater/koshin/updater/confirm"
)

// clock holds this PC's clock against what the hosts say that time it is. One
// host that says otherwise is enough: a clock that is right by one and wrong by
// another is not known to be right.
func clock(in Input, now time.Time, hosts []confirm.HostProof) Finding {
	evidence := []Fact{{Key: "local_time", Value: instant(now)}}
	if !in.Built.IsZero() {
		evidence = append(evidence, Fact{Key: "built", Value: instant(in.Built)})
	}
	parts := []Finding{found(ClockUnseen, evidence...)}
	if now.Before(in.Built) { // this program cannot be younger than today
		parts = append(parts, found(ClockWrong, Fact{Key: "skew", Value: skew(now.Sub(in.Built))}))
	}
	for _, h := range hosts {
		parts = append(parts, oneClock(h, now).about(hostOf(h.URL)))
	}
	return merge(parts)
}

func oneClock(h confirm.HostProof, now time.Time) Finding {
	if h.ClockSkew == nil {
		if goCause(h) == confirm.CauseClock {
			return found(ClockWrong, Fact{Key: "cause", Value: string(confirm.CauseClock)}, Fact{Key: "skew", Value: unseen})
		}
		return found(ClockUnseen, Fact{Key: "host_time", Value: unseen})
	}
	off := time.Duration(*h.ClockSkew * float64(time.Second))
	facts := []Fact{{Key: "host_time", Value: instant(now.Add(-off))}, {Key: "skew", Value: skew(off)}}
	if off.Abs() > confirm.MaxSkew {
		return found(ClockWrong, facts...)
	}
	return found(ClockRight, facts...)
}

// skew is how far a clock is ahead (+) or behind (-), as in "+3d 00:00:05".
func skew(off time.Duration) string {
	sign := "+"
	if off < 0 {
		sign = "-"
	}
	s := int64(math.Round(off.Abs().Seconds()))
	days, s := s/86400, s%86400
	text := fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
	if days > 0 {
		text = fmt.Sprintf("%dd %s", days, text)
	}
	return sign + text
}
