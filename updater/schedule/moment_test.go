package schedule

import (
	"context"
	"encoding/xml"
	"errors"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// delays are what the definition itself says, read from what the system is given.
type delays struct {
	random time.Duration // the trigger's
	within time.Duration // the program's
}

func windowsDelays(t *testing.T) delays {
	t.Helper()
	var task struct {
		Random    string `xml:"Triggers>CalendarTrigger>RandomDelay"`
		Arguments string `xml:"Actions>Exec>Arguments"`
	}
	text := strings.Replace(strings.TrimPrefix(decodeText(windowsTasks()[1].taskXML()), "\ufeff"), `encoding="UTF-16"`, "", 1)
	if err := xml.Unmarshal([]byte(text), &task); err != nil {
		t.Fatal(err)
	}
	return delays{duration(t, span(task.Random)), duration(t, after(t, task.Arguments, `--within (\S+)$`))}
}

func systemdDelays(t *testing.T) delays {
	t.Helper()
	units := unixTasks()[1].units()
	if strings.Contains(units[0].content, "--within") || !strings.Contains(units[1].content, "Persistent=true") {
		t.Errorf("%s", units)
	}
	return delays{random: duration(t, after(t, units[1].content, `RandomizedDelaySec=(\w+)`))}
}

func launchdDelays(t *testing.T) delays {
	t.Helper()
	return delays{within: duration(t, after(t, unixTasks()[1].plist(), `<string>--within</string>\s*<string>(\w+)</string>`))}
}

func after(t *testing.T, text, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no %s in %s", pattern, text)
	}
	return found[1]
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// pc is one simulated PC at nine o'clock: the moments, after nine, at which its
// koshin comes to the hosts.
type pc func(draw func() float64) []time.Duration

// TestMoments simulates 100,000 PCs that all start at 09:00, and 100,000 that are
// on when their trigger comes at 09:00. No minute has more than twice the mean of
// the minutes from the first to the last run.
//
// A Windows that starts what it missed does so ten minutes after its own start, as
// documented; that it adds the trigger's random delay is not, so it does not here.
func TestMoments(t *testing.T) {
	t.Parallel()
	windows, systemd, launchd := windowsDelays(t), systemdDelays(t), launchdDelays(t)
	const missed, run = 10 * time.Minute, time.Minute
	for name, one := range map[string]pc{
		"Windows, switched on, signed in, with a missed run": func(draw func() float64) []time.Duration {
			first := Moment(windows.within, draw())
			if first+run > missed { // it runs or waits: a new instance is ignored
				return []time.Duration{first}
			}
			return []time.Duration{first, missed + Moment(windows.within, draw())}
		},
		"Windows, switched on, nobody signs in": func(draw func() float64) []time.Duration {
			return []time.Duration{missed + Moment(windows.within, draw())}
		},
		"Windows, on": func(draw func() float64) []time.Duration {
			return []time.Duration{Moment(windows.random, draw()) + Moment(windows.within, draw())}
		},
		"Windows, on, and signed in at nine": func(draw func() float64) []time.Duration {
			logon, daily := Moment(windows.within, draw()), Moment(windows.random, draw())
			if logon+run > daily {
				return []time.Duration{logon}
			}
			return []time.Duration{logon, daily + Moment(windows.within, draw())}
		},
		"systemd, switched on or on": func(draw func() float64) []time.Duration {
			return []time.Duration{Moment(systemd.random, draw())}
		},
		"launchd, switched on or on": func(draw func() float64) []time.Duration {
			return []time.Duration{Moment(launchd.within, draw())}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs, most, minutes := busiest(one)
			mean := float64(runs) / float64(minutes)
			t.Logf("%d runs in %d minutes, mean %.0f, most %d: %.2f", runs, minutes, mean, most, float64(most)/mean)
			if minutes < 10 || float64(most) > 2*mean {
				t.Errorf("%d runs in the busiest of %d minutes, the mean is %.0f", most, minutes, mean)
			}
		})
	}
}

// busiest counts the runs of 100,000 PCs by the minute.
func busiest(one pc) (runs, most, minutes int) {
	draw := rand.New(rand.NewPCG(2021, 4)).Float64 // the same in every run of this test
	count := map[int]int{}
	first, last := 1<<30, 0
	for range 100_000 {
		for _, at := range one(draw) {
			minute := int(at / time.Minute)
			count[minute]++
			runs, most = runs+1, max(most, count[minute])
			first, last = min(first, minute), max(last, minute)
		}
	}
	return runs, most, last - first + 1
}

func TestPause(t *testing.T) {
	t.Parallel()
	if err := Pause(t.Context(), time.Nanosecond, nil); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Pause(ctx, 1000*time.Hour, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, draw := range []float64{0, 0.5, 0.999999} {
		if m := Moment(Within, draw); m < 0 || m >= Within {
			t.Errorf("%s is %s", strconv.FormatFloat(draw, 'g', -1, 64), m)
		}
	}
}
