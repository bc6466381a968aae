package schedule

import "time"

// The names of the tasks, which a later koshin finds them by.
const (
	UpdateName  = "koshin-update"
	RecoverName = "koshin-recover"
	WindowName  = "koshin-window"
)

// The daily run begins at 1, 5, 9, 13, 17 and 21 o'clock, local time: a PC that
// is on in the morning or in the afternoon meets one, and a claim client is brought
// up to date before the evening.
const (
	firstHour  = 9
	everyHours = 4
)

// Hours are the hours of a day, local time, at which a daily run begins.
func Hours() (hours []int) {
	for hour := firstHour % everyHours; hour < 24; hour += everyHours {
		hours = append(hours, hour)
	}
	return hours
}

// Update is the daily run: the installed koshin brings the clients, and itself,
// up to date. It is told no configuration: the one of the whole PC is judged more
// strictly than one that somebody names.
func Update(program string) Task {
	return Task{
		Name:        UpdateName,
		Description: "Keeps the claims clients up to date and connected over TLS 1.2",
		Program:     program,
		Args:        []string{"update", "--yes", "--scheduled"},
		When:        Daily,
		Within:      Within,
	}
}

// Recover is the boot-time task: the program, a copy of koshin that only
// administrators may change, finishes what was interrupted on the PC that is
// configured in this file.
func Recover(program, configFile string) Task {
	return Task{
		Name:        RecoverName,
		Description: "Finishes or takes back an update that was interrupted, before anybody signs in",
		Program:     program,
		Args:        []string{"recover", "--config", configFile},
		When:        AtBoot,
	}
}

// Window is the task at sign-in: koshin shows its window to the operator if
// something has to be done, and otherwise nothing.
func Window(program string) Task {
	return Task{
		Name:        WindowName,
		Description: "Shows the claims clients' update to whoever signs in, only when something is to be done",
		Program:     program,
		Args:        []string{"window", "--if-needed"},
		When:        AtLogon,
	}
}

// limit is after how long the system ends a run that hangs; the wait for its
// moment comes on top.
func (t Task) limit() time.Duration {
	if t.When == AtLogon {
		return 12 * time.Hour // a window may stand open all day
	}
	return 2*time.Hour + t.Within
}
