package schedule

import (
	"fmt"
	"strings"
)

// unit is one file of systemd.
type unit struct {
	name, content string
	wantedBy      string // the target that starts it; empty: a timer does
}

// units is the task as systemd has it: a service, and for the daily run the timer
// that starts it, which makes up for what was missed while the PC was off.
func (t Task) units() []unit {
	words := []string{quoteUnit(t.Program)}
	for _, arg := range t.Args {
		words = append(words, quoteUnit(arg))
	}
	fill := strings.NewReplacer(
		"{description}", strings.ReplaceAll(t.Description, "%", "%%"),
		"{command}", strings.Join(words, " "),
		"{hours}", fmt.Sprintf("%02d/%d", firstHour%everyHours, everyHours),
		"{within}", fmt.Sprintf("%ds", int(t.Within.Seconds())),
	)
	if t.When != Daily {
		return []unit{{t.serviceName(), fill.Replace(bootService), "multi-user.target"}}
	}
	return []unit{
		{t.serviceName(), fill.Replace(dailyService), ""},
		{t.timerName(), fill.Replace(dailyTimer), "timers.target"},
	}
}

func (t Task) serviceName() string { return t.Name + ".service" }

func (t Task) timerName() string { return t.Name + ".timer" }

// The exit codes that koshin itself counts as successes count for systemd too.
const bootService = `# Written by koshin.
[Unit]
Description={description}
After=local-fs.target

[Service]
Type=oneshot
ExecStart={command}
SuccessExitStatus=3 7 10
TimeoutStartSec=2h

[Install]
WantedBy=multi-user.target
`

const dailyService = `# Written by koshin.
[Unit]
Description={description}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={command}
TimeoutStartSec=2h
`

const dailyTimer = `# Written by koshin.
[Unit]
Description={description}

[Timer]
OnCalendar=*-*-* {hours}:00:00
RandomizedDelaySec={within}
Persistent=true

[Install]
WantedBy=timers.target
`

// quoteUnit quotes one word of ExecStart: systemd replaces % and $, and reads
// escapes as C does.
func quoteUnit(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$").Replace(word) + `"`
}
